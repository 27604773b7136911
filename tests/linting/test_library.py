from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.linting import Placed
from guardrails.linting.library import library_findings, sources
from tests.policy_files import FACTS, policy_file

REPOSITORY = Path(__file__).parents[2]


def findings(folder: Path, **facts: object) -> list[Placed]:
    return library_findings(sources(Library(folder)), {**FACTS, **facts})


def test_where_findings_are(tmp_path: Path) -> None:
    """A finding stands at its item, however an expression before it grew; one of a condition there; one of an expression at the list."""
    policy_file(
        tmp_path,
        "scp/logging/p",
        parameters={"more": ["s3:GetObjct", "s3:List*"]},
        Action=["{{ more }}", "s3:PutObject", "s3:PtuObject"],
        Condition={"StringEquals": {"aws:SecureTransport": "false"}},
    )
    found = findings(tmp_path)
    text = (tmp_path / "policies/scp/logging/p.yaml").read_text(encoding="utf-8").splitlines()
    assert [(each.rule.id, text[each.line - 1][each.column - 1 :]) for each in found] == [
        ("GR202", "- '{{ more }}'"),
        ("GR202", "s3:PtuObject"),
        ("GR310", "'false'"),
    ]
    assert {(each.policy, each.statement) for each in found} == {("p", "One")}


def test_whom_a_policy_binds(tmp_path: Path) -> None:
    """A policy of the library exempts the trusted principals by itself, unless it says why not; an Allow does nothing there."""
    policy_file(tmp_path, "scp/p")
    policy_file(tmp_path, "scp/q", exempt_reason="Root users only.")
    policy_file(tmp_path, "scp/r", Effect="Allow")
    policy_file(tmp_path, "rcp/s", Principal="*")
    assert [(each.policy, each.rule.id) for each in findings(tmp_path)] == [("r", "GR405")]


def test_parameters_that_must_be_given(tmp_path: Path) -> None:
    """What has no default takes the value of the first example; a policy that cannot be rendered is told, with all others."""
    policy_file(tmp_path, "scp/p", parameters={"more": None}, given={"more": ["s3:GetObjct"]}, Action="{{ more }}")
    assert [each.rule.id for each in findings(tmp_path)] == ["GR202"]
    policy_file(tmp_path, "scp/q", parameters={"more": None}, Action="{{ more }}")
    policy_file(tmp_path, "scp/r", Effect="Maybe")
    with pytest.raises(ConfigError) as raised:
        findings(tmp_path)
    assert [Path(problem.file).stem for problem in raised.value.problems] == ["q", "r"]


def test_what_ships_has_no_finding() -> None:
    """The linter finds nothing in the policies of the library, nor in what the shipped organization compiles to."""
    declared = pipeline.load(REPOSITORY / "config", REPOSITORY)
    linting = pipeline.lint_policies(declared, pipeline.compile(declared))
    assert [(each.file, each.line, each.rule.id, each.message) for each in linting.findings] == []
    assert linting.policies > 30
