"""The schemas that editors read are the ones that the program checks by."""

import json
import re
from pathlib import Path

import pytest

from guardrails import config
from guardrails.pipeline import known_controls

REPOSITORY = Path(__file__).parents[2]
SHIPPED = REPOSITORY / "config"
KINDS = ["account", "controls", "identity", "organization"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_current(kind: str) -> None:
    """config/.schema holds what `guardrails schema` prints today; `make docs` refreshes it."""
    schemas = config.schema({control.id: control.settings for control in known_controls(REPOSITORY).values()})
    assert sorted(schemas) == KINDS
    assert json.loads((SHIPPED / ".schema" / f"{kind}.json").read_text(encoding="utf-8")) == schemas[kind]


@pytest.mark.parametrize("file", sorted(SHIPPED.rglob("*.yaml")), ids=lambda file: str(file.relative_to(SHIPPED)))
def test_every_shipped_file_names_its_schema(file: Path) -> None:
    """The first line of every configuration file tells editors which schema it has, and that schema is there."""
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named
    assert (file.parent / named[1]).is_file()
