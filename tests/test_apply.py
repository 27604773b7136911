"""Apply does what was reviewed, once, to its end: or it refuses before the first write."""

import json
import subprocess
import sys

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.serving import operations
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.turn import given_away
from tests.command_line import Workplace
from tests.organization_snapshot import differences, snapshot


def test_a_reviewed_plan_is_applied_as_it_was_reviewed(workplace: Workplace) -> None:
    """`plan --out FILE` writes what `plan --output json` shows, and `apply FILE` applies it without asking."""
    workplace.declare_little()
    assert workplace.sandboxed("plan", "--out", "reviewed/plan.json").code == 0
    written = json.loads((workplace.folder / "reviewed" / "plan.json").read_text())
    shown = workplace.sandboxed("plan", "--output", "json").document
    assert {**shown, **written} == shown
    ended = workplace.sandboxed("apply", "reviewed/plan.json")
    assert (ended.code, ended.out.splitlines()[-1][:8]) == (0, "Applied:")
    assert {line["plan"] for line in workplace.journal} == {written["digest"]}
    assert workplace.sandboxed("drift").code == 0


@pytest.mark.parametrize("changed", ["declared", "live"])
def test_a_plan_that_is_stale_is_refused(workplace: Workplace, sandbox: Embedded, changed: str) -> None:
    """When what is declared or what is live changed since the review, `apply FILE` ends with 6 and writes nothing."""
    workplace.declare_little()
    workplace.sandboxed("plan", "--out", "plan.json")
    if changed == "declared":
        workplace.edit("config/accounts/dev.yaml", "cost-center: shop", "cost-center: lab")
    else:
        organizations = sandbox.client("organizations")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.create_organizational_unit(ParentId=root, Name="Sandbox")
    before = snapshot(sandbox)
    ended = workplace.sandboxed("apply", "plan.json")
    assert (ended.code, ended.out) == (6, "")
    assert "plan.json no longer reproduces" in ended.message
    assert differences(before, snapshot(sandbox)) == []
    assert workplace.journal == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "\xff"])
def test_a_file_that_is_no_plan_is_refused(workplace: Workplace, text: str) -> None:
    """Anything but a plan ends `apply FILE` with 3, naming the file and how to write one."""
    workplace.write("plan.json", text)
    ended = workplace.sandboxed("apply", "plan.json")
    assert (ended.code, workplace.journal) == (3, [])
    assert "plan.json: is no plan (write one with: guardrails plan --out FILE)" in ended.message


def test_a_second_apply_at_the_same_time_is_refused(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one apply is under way, another in the same folder ends with 6 and writes nothing; the first ends well."""
    workplace.declare_little()
    refused: list[subprocess.CompletedProcess[str]] = []
    first = iter([True])
    known = operations.handler_of

    def meanwhile(call: Call) -> operations.Answer:
        if next(first, False):
            with given_away():
                second = separate_apply(workplace)
                refused.append(
                    subprocess.run(second, cwd=workplace.folder, capture_output=True, text=True, check=False)
                )
        handler = known("organizations", "CreateOrganizationalUnit")
        assert handler is not None
        return handler(call)

    asked = ("organizations", "CreateOrganizationalUnit")
    monkeypatch.setattr(operations, "handler_of", lambda *which: meanwhile if which == asked else known(*which))
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert (refused[0].returncode, refused[0].stdout) == (6, "")
    assert "another apply is under way here" in refused[0].stderr
    assert [line["event"] for line in workplace.journal].count("begin") == 1
    assert workplace.sandboxed("drift").code == 0


def separate_apply(workplace: Workplace) -> list[str]:
    """The command that applies in a process of its own."""
    return [sys.executable, "-m", "guardrails", "--sandbox", "--content", str(workplace.content), "apply", "--yes"]


def test_an_apply_whose_reader_goes_away_is_finished(workplace: Workplace) -> None:
    """`guardrails apply --yes 2>&1 | head -1` makes every change, records it, and exits with 0."""
    workplace.declare_little()
    command = separate_apply(workplace)
    with subprocess.Popen(command, cwd=workplace.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as ran:
        assert ran.stdout is not None
        ran.stdout.close()
        assert ran.wait() == 0
    assert workplace.journal[-1]["result"] == "done"
    assert workplace.sandboxed("drift").code == 0
