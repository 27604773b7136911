from pathlib import Path

from guardrails.library import Library
from guardrails.linting import Linting
from guardrails.linting.library import library_findings, sources
from guardrails.linting.silences import with_silences
from tests.policy_files import FACTS, policy_file


def linting(folder: Path, *, twice: bool = False) -> Linting:
    policies = sources(Library(folder))
    found = library_findings(policies, FACTS)
    return with_silences(1, found * 2 if twice else found, policies)


def test_findings_that_are_accepted(tmp_path: Path) -> None:
    """An entry accepts the findings of its rule in its file, with its reason; one with a Sid those of that statement."""
    policy_file(
        tmp_path, "scp/p", Action=["s3:GetObjct", "s3:Nothing*"], accepted={"GR202": "A test.", "GR203 One": "Another."}
    )
    policy_file(tmp_path, "scp/q", Action="s3:GetObjct")
    linted = linting(tmp_path)
    assert [(each.policy, each.rule.id) for each in linted.findings] == [("q", "GR202")]
    assert [(each.rule.id, each.reason) for each in linted.accepted] == [("GR202", "A test."), ("GR203", "Another.")]


def test_entries_that_accept_nothing(tmp_path: Path) -> None:
    """An entry without a finding is one itself, where it stands: a rule that does not exist, another statement, what was mended."""
    entries = {"GR202": "It was.", "GR202 Other": "It was.", "GR999": "What?"}
    file = policy_file(tmp_path, "scp/p", accepted=entries)
    found = linting(tmp_path).findings
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [each.rule.id for each in found] == ["GR901"] * 3
    assert [lines[each.line - 1].split(":")[0].strip() for each in found] == list(entries)
    assert all(repr(entry) in each.message for entry, each in zip(entries, found, strict=True))


def test_told_once(tmp_path: Path) -> None:
    """What is found in the library and again as it is declared is told once, two things at one place both; severities are counted."""
    actions = ["s3:GetObjct", "s3:GetObjecct", "s3:Nothing*"]
    policy_file(tmp_path, "scp/p", parameters={"some": actions}, Action="{{ some }}")
    linted = linting(tmp_path, twice=True)
    assert [linted.count(severity) for severity in ("error", "warning", "note")] == [2, 1, 0]
