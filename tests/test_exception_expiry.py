"""An exception holds to the end of its last day, warns before that, and afterwards is a mistake of the configuration."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.controls.policy_packs import AttachedPack, PackException, PolicyPacks
from guardrails.controls.service_control_policies import ServiceControlPolicies
from guardrails.declared_policies import DeclaredPolicy
from guardrails.exception_expiry import granted
from guardrails.model import ControlDeclaration, Source
from guardrails.policy_exceptions import PolicyException
from tests.command_line import Workplace
from tests.organization_line import FIRST_DAY

LAST = date(2027, 1, 31)
GIVEN: dict[str, Any] = {"reason": "moving to\n the other region ", "owner": "team-ci", "expires": "2027-01-31"}
CONTROLS = """\
service-control-policies:
  policies:
    - policy: deny-other-regions
      exceptions:
        - principal: role/CI-*
          reason: the build farm moves
          owner: team-ci
          expires: 2027-01-31
"""


@pytest.mark.parametrize(
    ("today", "is_expired", "is_ending"),
    [
        (LAST - timedelta(days=31), False, False),
        (LAST - timedelta(days=30), False, True),
        (LAST, False, True),
        (LAST + timedelta(days=1), True, False),
    ],
)
def test_the_days(today: date, is_expired: bool, is_ending: bool) -> None:
    """It holds on its last day and not on the next; the thirty days before that are the time to act."""
    single = DeclaredPolicy(policy="deny-root-user", exceptions=(PolicyException(account="dev", **GIVEN),))
    declaration = ControlDeclaration("c", ServiceControlPolicies(policies=(single,)))
    (found,) = granted(replace(FIRST_DAY, controls=(declaration,)), today)
    assert (found.is_expired, found.is_ending) == (is_expired, is_ending)
    assert found.policies == ("deny-root-user",)


def test_in_words() -> None:
    """Who, from what, until when, who answers for it and why; an expired one where it stands, with what to do."""
    given = PackException(policies=("a", "b"), principal="role/CI", account="dev", statements=("S",), **GIVEN)
    given.stand_at(Source("f", 1, 2))
    packs = PolicyPacks(packs=(AttachedPack(pack="p", exceptions=(given,)),))
    organization = replace(FIRST_DAY, controls=(ControlDeclaration("policy-packs", packs),))
    early, late, last, over = (granted(organization, LAST - timedelta(days=days))[0] for days in (31, 2, 0, -1))
    who = "the exception of role/CI in the account dev from a, b"
    why = "(owner team-ci: moving to the other region)"
    assert early.sentence == f"{who} (S) holds until 2027-01-31 {why}"
    assert late.sentence == f"{who} (S) ends on 2027-01-31, in 2 days {why}"
    assert last.sentence == f"{who} (S) ends on 2027-01-31, in less than a day {why}"
    expected = "(owner team-ci: moving to the other region; renew it with another day, or remove it)"
    assert str(over.problem) == f"f:1:2: {who} expired on 2027-01-31 {expected}"


@pytest.fixture
def declared(workplace: Workplace) -> Workplace:
    """One policy with an exception, and nothing else."""
    workplace.declare_little()
    workplace.write("config/controls.yaml", "identity-center: false\n" + CONTROLS)
    return workplace


def it_is(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(pipeline, "today", lambda: day)


def test_a_job_can_watch_them(declared: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`validate --output json` lists every exception with its last day; as text, the one that ends soon; the plan knows it too."""
    it_is(monkeypatch, LAST - timedelta(days=31))
    assert "exception" not in declared.run("validate").out
    it_is(monkeypatch, LAST - timedelta(days=12))
    (listed,) = declared.run("validate", "--output", "json").document["exceptions"]
    assert listed == {
        "policies": ["deny-other-regions"],
        "principal": "role/CI-*",
        "account": "",
        "statements": [],
        "reason": "the build farm moves",
        "owner": "team-ci",
        "expires": "2027-01-31",
        "days_left": 12,
        "place": "config/controls.yaml:6:11",
    }
    told = declared.run("validate")
    sentence = "The exception of role/CI-* from deny-other-regions ends on 2027-01-31, in 12 days"
    assert (told.code, sentence in " ".join(told.out.split())) == (0, True)
    assert max(map(len, told.out.splitlines())) <= 80
    plan = declared.sandboxed("plan", "--output", "json").document
    assert [sentence[1:] in caveat for caveat in plan["caveats"]] == [True]


def test_expired(declared: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that compiles ends with 3 and says where, who and why; nothing is written, and what was applied stays."""
    it_is(monkeypatch, LAST)
    assert declared.sandboxed("apply", "--yes").code == 0
    applied = declared.journal
    it_is(monkeypatch, LAST + timedelta(days=1))
    expected = (
        "config/controls.yaml:6:11: the exception of role/CI-* from deny-other-regions expired on 2027-01-31 "
        "(owner team-ci: the build farm moves; renew it with another day, or remove it)"
    )
    for command in (("validate",), ("compile",), ("plan",), ("drift",), ("apply", "--yes")):
        ended = declared.sandboxed(*command)
        assert (ended.code, ended.out) == (3, ""), command
        assert expected in ended.message
    assert declared.journal == applied


def test_expired_beside_other_mistakes(declared: Workplace, monkeypatch: pytest.MonkeyPatch, repository: Path) -> None:
    """An expired exception is told together with every other mistake."""
    declared.edit("config/controls.yaml", "role/CI-*", "role/BreakGlass")
    it_is(monkeypatch, LAST + timedelta(days=1))
    message = declared.run("validate").message
    assert "expired on 2027-01-31" in message
    assert "role/BreakGlass is let alone already" in message
