import json
from pathlib import Path
from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.iam.grammar import IDENTITY, RESOURCE, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST
from guardrails.linting.files import file_findings, guessed_type
from tests.lint_cases import document, statement

ALLOW = {"Effect": "Allow", "Action": "sts:AssumeRole"}
SOMEBODY = {"AWS": "111111111111"}


@pytest.mark.parametrize(
    ("file", "statements", "kind"),
    [
        ("x.json", [statement()], SERVICE_CONTROL),
        ("x.json", [statement("Allow")], IDENTITY),
        ("my-scp.json", [statement("Allow")], SERVICE_CONTROL),
        ("scps/x.json", [statement("Allow")], SERVICE_CONTROL),
        ("x.json", [statement(), statement("Allow")], IDENTITY),
        ("x.json", [statement(Principal="*")], RESOURCE_CONTROL),
        ("x.json", [statement(Principal="*", Resource="arn:aws:s3:::x")], RESOURCE),
        ("rcp/x.json", [statement(Principal="*", Resource="arn:aws:s3:::x")], RESOURCE_CONTROL),
        ("x.json", [statement("Allow", Principal=SOMEBODY)], RESOURCE),
        ("x.json", [{**ALLOW, "Principal": SOMEBODY}], TRUST),
        ("x.json", [{**ALLOW, "Principal": SOMEBODY, "Action": "sns:Publish"}], RESOURCE),
    ],
)
def test_types(file: str, statements: list[Any], kind: str) -> None:
    """The type of a document is told by whom it speaks of and what it denies; where that leaves a choice, its path decides."""
    assert guessed_type(document(*statements), Path(file)) == kind


def test_findings_of_files(tmp_path: Path) -> None:
    """JSON and YAML are read alike, and a finding stands at its line and column; a single statement needs no list."""
    one, two = tmp_path / "one.json", tmp_path / "two.yaml"
    one.write_text(json.dumps(document(statement(Sid="A", Action=["s3:*", "s3:GetObjct"])), indent=2), encoding="utf-8")
    two.write_text("Version: '2012-10-17'\nStatement:\n  Effect: Allow\n  Action: s3:PtuObject\n  Resource: '*'\n")
    found = file_findings([one, two])
    assert [(each.rule.id, each.line, each.column, each.statement) for each in found] == [
        ("GR202", 9, 9, "A"),
        ("GR402", 9, 9, "A"),
        ("GR202", 4, 11, ""),
    ]
    assert [each.rule.id for each in file_findings([two], SERVICE_CONTROL)] == ["GR202"]
    assert "GR406" in [each.rule.id for each in file_findings([one], SERVICE_CONTROL, ["arn:*:iam::*:role/Deployer"])]


def test_what_is_no_document(tmp_path: Path) -> None:
    """Every file that is no policy document is told at once, whatever is wrong with it; a document with nothing in it is a finding."""
    for name, text in {"a": "{", "b": "[]", "c": "{}", "d": "\N{NULL}"}.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        file_findings(sorted(tmp_path.iterdir()))
    assert [Path(problem.file).stem for problem in raised.value.problems] == ["a", "b", "c", "d"]
    (tmp_path / "e.json").write_text('{"Statement": [3]}', encoding="utf-8")
    assert {each.rule.id for each in file_findings([tmp_path / "e.json"])} == {"GR101"}
