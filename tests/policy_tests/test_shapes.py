from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from guardrails.policy_tests.shapes import schema

SHIPPED = sorted((Path(__file__).parents[1] / "guardrails").rglob("*.yaml"))
LEAST = {"name": "x", "principals": "root", "actions": "s3:GetObject", "expect": "denied"}


def complaints(data: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(data)]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_what_ships_is_what_the_schema_says(file: Path) -> None:
    """Editors find nothing to underline in the files that ship."""
    assert complaints(yaml.safe_load(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({}, True),
        ({"principals": ["root", "everyone"], "except": "trusted", "regions": "eu-west-1", "by": "p"}, True),
        ({"context": {"aws:SourceIp": None, "aws:TagKeys": ["a"]}, "targets": {"accounts": ["dev"]}}, True),
        ({"excluded": "trusted"}, False),
        ({"expect": "deny"}, False),
        ({"principals": []}, False),
        ({"actions": 5}, False),
    ],
)
def test_the_schema(changes: dict[str, Any], *, right: bool) -> None:
    """It takes what is taken, one text for a list included, and refuses what is refused."""
    assert (complaints({"tests": [{**LEAST, **changes}]}) == []) is right
