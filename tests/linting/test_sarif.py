"""https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema

from guardrails.iam.lint import rules
from guardrails.linting import Linting, Placed
from guardrails.linting.sarif import sarif

FOUND = Placed("p q.yaml", 3, 7, rules()["GR202"], "p", "s3 has no action 'X'", "did you mean 'Y'?", "One")
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
RULE = {
    "type": "object",
    "required": ["id", "shortDescription", "defaultConfiguration"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "helpUri": {"type": "string", "pattern": "^https://"},
        "defaultConfiguration": {"properties": {"level": {"enum": ["none", "note", "warning", "error"]}}},
    },
    "additionalProperties": False,
}
REGION = {
    "properties": {"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}}
}
PLACE = {
    "type": "object",
    "required": ["artifactLocation"],
    "properties": {"artifactLocation": {"required": ["uri"]}, "region": REGION},
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "items": {"properties": {"physicalLocation": PLACE}, "additionalProperties": False},
        },
        "suppressions": {"items": {"required": ["kind"], "properties": {"kind": {"enum": ["inSource", "external"]}}}},
    },
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {
            "required": ["driver"],
            "properties": {"driver": {"required": ["name"], "properties": {"rules": {"items": RULE}}}},
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
    "additionalProperties": False,
}
"""What the specification requires of the parts that we write, sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.29, 3.30, 3.35 and 3.49."""


def run(*findings: Placed, accepted: tuple[Placed, ...] = (), root: Path = Path("/work")) -> Any:
    log = sarif(Linting(1, findings, accepted), root)
    jsonschema.validate(log, LOG)
    return log["runs"][0]


def test_rules() -> None:
    """Every rule is described with its level and AWS's page, and results name it by its number."""
    made = run(FOUND)
    described = made["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == [*rules(), "GR901"]
    assert [rule["id"] for rule in described if "helpUri" not in rule] == ["GR901"]
    (result,) = made["results"]
    assert described[result["ruleIndex"]]["id"] == result["ruleId"] == "GR202"
    assert (result["level"], result["message"]["text"]) == ("error", "p: s3 has no action 'X' (did you mean 'Y'?)")


def test_places(tmp_path: Path) -> None:
    """A file below the root is named from there, another by its address; what is not known of a place is left out."""
    elsewhere = replace(FOUND, file=str(tmp_path / "x.yaml"), column=0)
    results = run(FOUND, elsewhere, replace(FOUND, line=0, column=0), replace(FOUND, file=""))["results"]
    assert [each.get("locations") for each in results] == [
        None,
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": (tmp_path / "x.yaml").as_uri()},
                    "region": {"startLine": 3},
                }
            }
        ],
        [{"physicalLocation": {"artifactLocation": {"uri": "p%20q.yaml"}}}],
        [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "p%20q.yaml"},
                    "region": {"startLine": 3, "startColumn": 7},
                }
            }
        ],
    ]


def test_what_is_accepted() -> None:
    """An accepted finding is there too, as one that was suppressed in the file, with its reason; nothing found is an empty list."""
    (result,) = run(accepted=(replace(FOUND, reason="It is new."),))["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "It is new."}]
    assert run()["results"] == []
