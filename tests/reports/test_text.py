"""Text reports: what a person reads, in 80 columns."""

from typing import Any

import click
import pytest

from guardrails.engine.change import Action, Change
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, BlindSpot, Live, Ref, Resource
from guardrails.engine.run import Outcome, Result
from guardrails.policy_slots import Budget
from guardrails.reports import ApplyReport, CallCounts, PlanReport
from guardrails.reports.text import FORMAT, WIDTH
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.account import Account

SHOP = Account(name="shop", email="shop@acme.example", display_name="Shop")


def change(action: Action = Action.UPDATE, *differences: Difference, resource: Resource = SHOP) -> Change:
    live = None if action is Action.CREATE else Live(resource, {"id": "1"})
    after = None if action in {Action.DELETE, Action.RELEASE} else resource
    return Change(action, resource.address, live, after, differences)


def text(*changes: Change, blind: tuple[BlindSpot, ...] = (), unmanaged: tuple[Address, ...] = (), **more: Any) -> str:
    plan = Plan(changes, blind, unmanaged, more.pop("caveats", ()))
    return click.unstyle(FORMAT.plan(PlanReport(plan, **more)))


@pytest.mark.parametrize(("action", "symbol"), list(zip(Action, "+~-=»", strict=True)))
def test_each_action_has_its_symbol_and_its_count(action: Action, symbol: str) -> None:
    """A change begins with its symbol, and the last line counts it."""
    lines = text(change(action)).splitlines()
    assert lines[0] == f"{symbol} AWS::Organizations::Account shop"
    assert lines[-1] == f"Plan: 1 to {action.value}."


def test_the_counts_stand_in_one_line() -> None:
    """Several actions are counted in the order of the symbols."""
    assert text(change(Action.DELETE), change(Action.CREATE), change(Action.CREATE)).endswith(
        "Plan: 2 to create, 1 to delete."
    )


@pytest.mark.parametrize(("purpose", "says"), [("plan", "Nothing to do"), ("drift", "No drift")])
def test_nothing_differs(purpose: str, says: str) -> None:
    """An empty plan is one line."""
    assert text(purpose=purpose) == f"{says}: the live organization is as declared."


def test_nothing_seen_is_not_nothing_to_do() -> None:
    """An empty plan that could not look everywhere does not claim that all is well, and says what was not seen."""
    said = text(blind=(BlindSpot("T", "", "", "denied", "let me look"),))
    assert "T: denied — let me look" in said
    assert said.endswith("Nothing to do where we could look, but not everything could be seen.")


def test_a_creation_shows_what_is_set() -> None:
    """A creation lists the properties that have a value, in one column, and no empty ones."""
    created = change(
        Action.CREATE,
        Difference("email", ABSENT, "shop@acme.example"),
        Difference("parent", ABSENT, organizational_unit_address("Workloads")),
        Difference("tags", ABSENT, {}),
        Difference("display_name", ABSENT, None),
    )
    assert text(created).splitlines()[1:4] == [
        "    email   shop@acme.example",
        "    parent  AWS::Organizations::OrganizationalUnit Workloads",
        "",
    ]


def test_an_update_shows_both_sides() -> None:
    """A difference shows what is live and what is declared; what does not exist is said to be absent."""
    assert text(change(Action.UPDATE, Difference("tags.a", ABSENT, "1"))).splitlines()[1:4] == [
        "    tags.a",
        "      live           (absent)",
        "      declared       1",
    ]


def test_lists_show_what_is_on_one_side_only() -> None:
    """Of two lists only what is not in both is shown."""
    lines = text(change(Action.UPDATE, Difference("Action", ["a", "b", "c"], ["b", "d"]))).splitlines()
    assert lines[1:4] == ["    Action", "      only live      a, c", "      only declared  d"]


def test_lists_in_another_order_are_shown_whole() -> None:
    """Where only the order differs both lists are shown."""
    lines = text(change(Action.UPDATE, Difference("order", ["a", "b"], ["b", "a"]))).splitlines()
    assert lines[2:4] == ["      live           a, b", "      declared       b, a"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (f"arn:{Ref(account_address('shop'))}", "arn:<id of shop, known after apply>"),
        ({"Resources": {"Key": {"Type": "AWS::KMS::Key"}}}, "Key (AWS::KMS::Key)"),
        ({"Statement": [{"Sid": "A", "Effect": "Deny"}, {"Effect": "Allow"}]}, "statements A, Allow"),
        ({"Statement": {"Effect": "Deny"}}, '{"Statement": {"Effect": "Deny"}}'),
        ({"a": "1", "b": "2"}, "a: 1, b: 2"),
        ({"a": 1}, '{"a": 1}'),
        ([{"a": 1}], '[{"a": 1}]'),
        (True, "true"),
        (365, "365"),
    ],
)
def test_values_read_well(value: Any, words: str) -> None:
    """A late value says what will be known; of a document only the outline is shown; anything else is as JSON says it."""
    assert f"    value  {words}" in text(change(Action.CREATE, Difference("value", ABSENT, value)))


def test_lines_fit() -> None:
    """Long values are broken to fit 80 columns, without breaking a word that fits."""
    many = [f"arn:aws:iam::111111111111:role/some-role-{number}" for number in range(9)]
    said = text(
        change(Action.CREATE, Difference("principals", ABSENT, many)),
        change(Action.UPDATE, Difference("principals", many, "one"), Difference("list", ["a"], many)),
    )
    assert max(map(len, said.splitlines())) <= WIDTH
    assert all(said.count(principal) == 3 for principal in many)


def test_brevity() -> None:
    """A brief report has one line for each change and the count."""
    long = change(Action.UPDATE, Difference("a", 1, 2))
    assert text(long, long, brief=True).splitlines() == ["~ AWS::Organizations::Account shop"] * 2 + [
        "",
        "Plan: 2 to update.",
    ]


def test_policy_slots() -> None:
    """A bar for each target with a cell for each slot, readable without colour; within 80 columns; not in brief, nor where none is."""
    long = organizational_unit_address("Workloads/A very long name of an organizational unit")
    budgets = (
        Budget(ROOT_ADDRESS, "scp", 10, 2, 1, (10_240, *[900] * 6), 10_240),
        Budget(ROOT_ADDRESS, "rcp", 5, 0, 1, (800,), 5_120),
        Budget(ROOT_ADDRESS, "tag", 10, 0, 0, (900,), 10_000),
        Budget(long, "scp", 10, 1, 1, (), 10_240),
    )
    first, *lines = text(budgets=budgets).splitlines()[:4]
    assert first == "Policies on each target (█ ours ▓ others ░ AWS's · free), our largest one:"
    assert lines == [
        "  Root                         scp  ███████▓▓░  10 of 10  10,240 of 10,240",
        "  Root                         rcp  █░···         2 of 5      800 of 5,120",
        "  …e of an organizational unit scp  ▓░········   2 of 10",
    ]
    assert max(map(len, [first, *lines])) <= 80
    assert "█" not in text(budgets=budgets, brief=True) + text(budgets=budgets, purpose="drift") + text(
        budgets=budgets[2:3]
    )


def test_what_else_a_reviewer_should_know() -> None:
    """Strangers, caveats and what apply would refuse each have a section; a section without lines is not there."""
    said = text(
        unmanaged=(organizational_unit_address("Legacy"),),
        caveats=("new accounts need a run",),
        violations=(("deletions", "six objects would be deleted"),),
    )
    assert "Live but not declared, left alone:\n  AWS::Organizations::OrganizationalUnit Legacy\n" in said
    assert "Good to know:\n  new accounts need a run\n" in said
    assert "refuse this unless accepted:\n  six objects would be deleted (--accept deletions)\n" in said
    assert "Not seen" not in said


def test_calls() -> None:
    """Calls are counted by operation, the most frequent first, when asked for."""
    said = text(calls=CallCounts({"a:one": 1, "b:two": 2}, {}))
    assert "Writes: 0" in said
    assert 0 < said.index("Reads: 3") < said.index("2 b:two") < said.index("1 a:one")
    assert "Reads" not in text()


def applied(*outcomes: Outcome) -> str:
    plan = Plan(tuple(outcome.change for outcome in outcomes))
    return click.unstyle(FORMAT.apply(ApplyReport(plan, outcomes, 1.25)))


def test_all_went_well() -> None:
    """When everything was done, one line counts it; when there was nothing to do, one line says so."""
    done = [Outcome(change(action), Result.DONE) for action in (Action.DELETE, Action.CREATE, Action.CREATE)]
    assert applied(*done) == "Applied: 2 created, 1 deleted in 1.2 s."
    assert applied() == "Nothing to do: the live organization is as declared."


def test_what_went_wrong() -> None:
    """Failures and what was skipped for them are told with their reasons, and counted as not made."""
    said = applied(
        Outcome(change(Action.CREATE), Result.DONE),
        Outcome(change(), Result.FAILED, 1, "AWS said no"),
        Outcome(change(), Result.SKIPPED, 0, "waits for X, which failed"),
    )
    assert "Failed:\n  AWS::Organizations::Account shop: AWS said no\n" in said
    assert "Skipped:\n  AWS::Organizations::Account shop: waits for X, which failed\n" in said
    assert said.endswith("Applied: 1 created, 2 not made in 1.2 s.")


def test_an_interrupted_apply_counts_what_was_never_begun() -> None:
    """Changes without an outcome are not made either."""
    plan = Plan((change(), change()))
    report = ApplyReport(plan, (Outcome(plan.changes[0], Result.DONE),), 1.0)
    assert click.unstyle(FORMAT.apply(report)) == "Applied: 1 updated, 1 not made in 1.0 s."


def test_red_means_wrong() -> None:
    """Deletions are red, and so is an apply that was not completed; a completed one is green."""
    assert click.style("- AWS::Organizations::Account shop", fg="red") in FORMAT.plan(
        PlanReport(Plan((change(Action.DELETE),)))
    )
    failed = ApplyReport(Plan((change(),)), (), 1.0)
    assert FORMAT.apply(failed).startswith(click.style("", fg="red", reset=False))
