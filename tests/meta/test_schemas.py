"""The schemas that editors read are the ones that the program checks by."""

import json
import re
from pathlib import Path

import pytest

from guardrails import config
from guardrails.pipeline import known_controls
from guardrails.policy_tests.shapes import schema

REPOSITORY = Path(__file__).parents[2]
SHIPPED = REPOSITORY / "config"
FILES = sorted([*SHIPPED.rglob("*.yaml"), *(REPOSITORY / "tests" / "guardrails").rglob("*.yaml")])
KINDS = ["account", "controls", "identity", "organization"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_repository_is_current(kind: str) -> None:
    """config/.schema holds what `guardrails schema` prints today; `make docs` refreshes it."""
    schemas = config.schema({control.id: control.settings for control in known_controls(REPOSITORY).values()})
    assert sorted(schemas) == KINDS
    assert json.loads((SHIPPED / ".schema" / f"{kind}.json").read_text(encoding="utf-8")) == schemas[kind]


def test_the_schema_of_policy_tests_is_current() -> None:
    """So does config/.schema/policy-tests.json: `guardrails schema policy-tests` prints it."""
    assert json.loads((SHIPPED / ".schema" / "policy-tests.json").read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_every_shipped_file_names_its_schema(file: Path) -> None:
    """The first line of every file of the configuration and of policy tests tells editors which schema it has, and that schema is there."""
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named
    assert (file.parent / named[1]).is_file()
