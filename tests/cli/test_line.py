"""validate, compile, plan, apply and drift, as a person uses them, on a small declaration."""

import json
import os
import signal
import sys
import threading
from concurrent.futures import wait
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from guardrails.engine import run
from guardrails.engine.journal import locked
from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace, denied

KEYS = {
    "digest",
    "complete",
    "deep",
    "summary",
    "changes",
    "blind",
    "unmanaged",
    "caveats",
    "violations",
    "policy_slots",
}


@pytest.fixture
def little(workplace: Workplace) -> Workplace:
    """A workplace that declares the tree and the accounts only."""
    workplace.declare_little()
    return workplace


class Keyboard(StringIO):
    def isatty(self) -> bool:
        return True


def move(workplace: Workplace, account: str = "dev", source: str = "Workloads/Dev", to: str = "Sandbox") -> None:
    """Declare an account in another OU."""
    workplace.edit(f"config/accounts/{account}.yaml", source, to)


def writes(workplace: Workplace, *arguments: str) -> dict[str, int]:
    """Run apply and return the writes it made, by operation."""
    ended = workplace.sandboxed("apply", "--yes", "--show-calls", "--output", "json", *arguments)
    assert ended.code == 0
    made: dict[str, int] = ended.document["calls"]["writes"]
    return made


def test_from_nothing_to_no_drift(little: Workplace) -> None:
    """On the first day plan and drift see changes; after apply neither does, and drift says so by its exit code."""
    assert little.sandboxed("plan").code == 0
    assert little.sandboxed("plan", "--detailed-exitcode").code == 2
    assert little.sandboxed("drift").code == 2
    applied = little.sandboxed("apply", "--yes")
    assert applied.code == 0
    assert applied.out.rstrip().splitlines()[-1].startswith("Applied: 10 created, 1 adopted in ")
    assert little.sandboxed("plan", "--detailed-exitcode").code == 0
    clean = little.sandboxed("drift")
    assert (clean.code, clean.out) == (0, "No drift: the live organization is as declared.\n")
    assert writes(little) == {}


def test_json_keys(little: Workplace) -> None:
    """The JSON of plan and drift has the promised keys, and both describe the same changes."""
    planned, drifted = (little.sandboxed(command, "--output", "json").document for command in ("plan", "drift"))
    assert set(planned) == KEYS
    assert planned == drifted
    assert planned["summary"] == {"create": 10, "update": 0, "delete": 0, "adopt": 1, "release": 0}
    assert set(planned["changes"][0]) == {"action", "address", "differences"}
    applied = little.sandboxed("apply", "--yes", "--output", "json").document
    assert set(applied) == {"digest", "outcomes", "seconds"}
    assert applied["digest"] == planned["digest"]


def test_only_the_writes_that_mend(little: Workplace) -> None:
    """An account that is declared elsewhere is moved by one write, and nothing else is written."""
    little.sandboxed("apply", "--yes")
    move(little)
    assert writes(little) == {"organizations:move_account": 1}


def test_a_reviewed_plan_is_applied_as_it_is(little: Workplace) -> None:
    """`plan --out FILE`, `apply FILE`: what was reviewed is applied without a question."""
    planned = little.sandboxed("plan", "--out", "out/plan.json")
    assert "guardrails --sandbox apply out/plan.json" in planned.message
    assert set(json.loads((little.folder / "out/plan.json").read_text())) == KEYS - {"violations", "policy_slots"}
    assert little.sandboxed("apply", "out/plan.json").code == 0
    assert little.sandboxed("drift").code == 0


def test_a_plan_that_no_longer_reproduces_is_refused(little: Workplace, sandbox: Embedded) -> None:
    """When the live or the declared organization changed since the review, apply refuses with 6 and writes nothing."""
    little.sandboxed("apply", "--yes")
    move(little)
    little.sandboxed("plan", "--out", "plan.json")
    root = sandbox.client("organizations").list_roots()["Roots"][0]["Id"]
    made = little.journal
    move(little, "prod", "Workloads/Prod", "Workloads")
    assert little.sandboxed("apply", "plan.json").code == 6
    move(little, "prod", "Workloads", "Workloads/Prod")
    units = sandbox.client("organizations").list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    (infrastructure,) = [unit["Id"] for unit in units if unit["Name"] == "Infrastructure"]
    sandbox.client("organizations").delete_organizational_unit(OrganizationalUnitId=infrastructure)
    stale = little.sandboxed("apply", "plan.json")
    assert stale.code == 6
    assert "plan.json no longer reproduces" in stale.message
    assert little.journal == made


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON", '"digest"'])
def test_a_file_that_is_no_plan(little: Workplace, text: str) -> None:
    """A file that no `plan --out` wrote is refused with 3."""
    little.write("plan.json", text)
    ended = little.sandboxed("apply", "plan.json")
    assert (ended.code, ended.out) == (3, "")
    assert "plan.json: is no plan" in ended.message


@pytest.mark.parametrize("output", ["text", "json"])
def test_nobody_to_confirm(little: Workplace, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Without a terminal and without --yes apply ends with 3 and writes nothing."""
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))
    ended = little.sandboxed("apply", "--output", output)
    assert ended.code == 3
    assert "nobody is here to confirm (add --yes, or apply a reviewed plan file)" in ended.message
    assert little.journal == []


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 130), ("\n", 130), ("", 130)])
def test_asking(little: Workplace, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    """At a terminal the plan is shown and asked about; anything but yes ends with 130 and writes nothing."""
    monkeypatch.setattr(sys, "stdin", Keyboard(answer))
    ended = little.sandboxed("apply")
    assert ended.code == code
    assert "+ AWS::Organizations::OrganizationalUnit Workloads" in ended.out
    assert bool(little.journal) is (code == 0)


def test_applied_in_part(little: Workplace) -> None:
    """When AWS refuses some changes, the rest is made, and the command ends with 5 and names what failed and what waited."""
    with denied("organizations", "CreateAccount"):
        ended = little.sandboxed("apply", "--yes")
    assert ended.code == 5
    assert "CreateAccount" in ended.out or "create_account" in ended.out
    assert "4 not made" in ended.out
    assert little.journal[-1]["result"] == "in part"
    assert {line["result"] for line in little.journal if line["event"] == "change"} == {"done", "failed"}


def test_nothing_applied(little: Workplace) -> None:
    """When AWS refuses the only change, the command ends with 4."""
    little.sandboxed("apply", "--yes")
    move(little)
    with denied("organizations", "MoveAccount"):
        assert little.sandboxed("apply", "--yes").code == 4


def test_the_journal(little: Workplace) -> None:
    """An apply is recorded from begin to end, each change with its result, under the plan's digest and the caller's ARN."""
    digest = little.sandboxed("plan", "--output", "json").document["digest"]
    little.sandboxed("apply", "--yes")
    lines = little.journal
    assert [lines[0]["event"], lines[-1]["event"]] == ["begin", "end"]
    assert (lines[0]["changes"], lines[-1]["result"], len(lines)) == (11, "done", 13)
    assert {line["plan"] for line in lines} == {digest}
    assert {line["caller"] for line in lines} == {"arn:aws:iam::111111111111:user/administrator"}


def test_two_applies_at_once(little: Workplace) -> None:
    """While another apply holds the lock this one is refused with 6; looking is still allowed."""
    with locked(Path(".guardrails/lock")):
        ended = little.sandboxed("apply", "--yes")
        assert ended.code == 6
        assert "another apply is under way here" in ended.message
        assert little.sandboxed("plan").code == 0
    assert little.sandboxed("apply", "--yes").code == 0


def test_many_deletions_are_refused(little: Workplace) -> None:
    """A plan that deletes more than five objects is refused with 6 until the limit is accepted by name; plan says so before."""
    more = "".join(f"  Extra {number}:\n" for number in range(6))
    little.edit("config/organization.yaml", "  Sandbox:\n", f"  Sandbox:\n{more}")
    little.sandboxed("apply", "--yes")
    little.edit("config/organization.yaml", more, "")
    assert "(--accept deletions)" in " ".join(little.sandboxed("plan").out.split())
    refused = little.sandboxed("apply", "--yes")
    assert refused.code == 6
    assert "6 objects would be deleted" in refused.message
    assert little.sandboxed("apply", "--yes", "--accept", "nonsense").code == 3
    assert writes(little, "--accept", "deletions") == {"organizations:delete_organizational_unit": 6}


def test_an_interruption(little: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C lets what is under way finish and records it, begins nothing more, and ends with 130; the next apply goes on."""
    looks = iter(range(99))

    def interrupted(*given: Any, **more: Any) -> Any:
        if next(looks) == 1:
            signal.raise_signal(signal.SIGINT)
        return wait(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(run, "wait", interrupted)
        ended = little.sandboxed("apply", "--yes")
    assert ended.code == 130
    assert "Stopping as soon as" in ended.message
    made = [line for line in little.journal if line["event"] == "change"]
    assert 0 < len(made) < 11
    assert {line["result"] for line in made} == {"done"}
    assert little.journal[-1]["event"] == "end"
    assert little.journal[-1]["result"] == "cut off"
    assert little.sandboxed("apply", "--yes").code == 0
    assert little.sandboxed("drift").code == 0


def test_a_second_interruption_ends_it_now(little: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C twice ends the process at once with 130, waiting for no thread; the journal tells that the apply was cut off."""
    left: list[int] = []
    going_on, make = threading.Event(), run._make

    def at_work(*given: Any) -> run.Outcome:
        going_on.wait(10)
        return make(*given)

    def leave(code: int) -> None:
        left.append(code)
        going_on.set()
        for thread in threading.enumerate():
            if thread.name.startswith(run.THREADS):
                thread.join()
        sys.exit(code)

    def interrupted(*given: Any, **more: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(run, "_make", at_work)
    monkeypatch.setattr(run, "wait", interrupted)
    monkeypatch.setattr(os, "_exit", leave)
    assert little.sandboxed("apply", "--yes").code == 130
    assert left == [130]
    assert little.journal[-1]["result"] == "cut off"


def test_brevity_and_calls(little: Workplace) -> None:
    """--brief leaves the properties out, --show-calls counts what was asked; a plan writes nothing."""
    brief = little.sandboxed("plan", "--brief").out
    assert len(brief.splitlines()) < len(little.sandboxed("plan").out.splitlines())
    calls = little.sandboxed("plan", "--show-calls", "--output", "json").document["calls"]
    assert calls["writes"] == {}
    assert calls["reads"]["organizations:list_accounts"] == 1


def test_validate(little: Workplace) -> None:
    """A right declaration is said to be valid, with what it holds; it needs no AWS."""
    said = little.run("validate")
    assert (said.code, said.out.startswith("Valid: 5 accounts, 6 organizational units, ")) == (0, True)
    found = little.run("validate", "--output", "json").document
    assert (found["valid"], found["accounts"], found["resources"]) == (True, 5, 11)


def test_compile(little: Workplace) -> None:
    """compile lists the resources, as text or JSON, and writes them as files; it needs no AWS."""
    listed = little.run("compile").out.splitlines()
    assert "AWS::Organizations::Account prod" in listed
    assert [item["address"] for item in little.run("compile", "--output", "json").document] == listed
    written = little.run("compile", "--out", "out")
    assert (written.out, written.code) == ("", 0)
    assert len(json.loads((little.folder / "out/resources.json").read_text())) == len(listed) == 11
