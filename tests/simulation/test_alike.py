"""Answers that are alike stand together, and every question is answered there."""

from collections import Counter
from collections.abc import Sequence

import pytest

from guardrails.simulation.alike import MOST_NAMED, in_order, names, pages
from guardrails.simulation.answers import Answer, ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.questions import Question
from tests.simulation.shop import LARGER, RESOURCES

HIERARCHY = declared_hierarchy(LARGER, RESOURCES)
ACCOUNTS = ("shop", "till", "dev", "lab", "den", "management")
ACTIONS = (
    "cloudtrail:StopLogging",
    "cloudtrail:DeleteTrail",
    "organizations:LeaveOrganization",
    "ec2:RunInstances",
    "iam:CreateAccessKey",
    "s3:GetObject",
)
LINKED = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
MANY = tuple(f"s3:Action{number}" for number in range(MOST_NAMED + 1))


def asked(accounts: Sequence[str], principals: Sequence[str], actions: Sequence[str] = ACTIONS) -> list[Answer]:
    """The answers to every combination."""
    return [
        ask(HIERARCHY, Question(account, principal, action))
        for account in accounts
        for action in actions
        for principal in principals
    ]


def test_every_question_is_answered_once() -> None:
    """Each account, action and principal stands in one group of one page, and what that tells is its own verdict."""
    answers = asked(ACCOUNTS, ("root", "role/X", "ec2.amazonaws.com", LINKED))
    verdicts = {
        (account, answer.question.principal, action): answer.verdict
        for page in pages(answers)
        for account in page.accounts
        for group in page.groups
        for action in group.actions
        for answer in group.answers
    }
    always = {
        (account, each.principal, action): each.cases[0].verdict
        for page in pages(answers)
        for account in page.accounts
        for each in page.always
        for action in page.actions
    }
    assert not verdicts.keys() & always.keys()
    assert {**verdicts, **always} == {
        (each.question.account, each.question.principal, each.question.action): each.verdict for each in answers
    }
    told = Counter(account for page in pages(answers) for account in page.accounts)
    assert told == Counter(ACCOUNTS)


def test_accounts_of_one_page() -> None:
    """Accounts share a page when everything reads alike there; a policy at an account itself sets it apart."""
    found = pages(asked(ACCOUNTS, ("role/X",)))
    assert [page.accounts for page in found] == [
        ("shop",), ("till",), ("dev",), ("lab", "den"), ("management",)
    ]  # fmt: skip
    assert [page.accounts for page in pages(asked(ACCOUNTS, ("role/X",), ["s3:GetObject"]))] == [ACCOUNTS]


def test_who_is_answered_alike_throughout() -> None:
    """Of several principals those are told once of whom the same is true for every action and resource; nobody alone is."""
    (page,) = pages(asked(["shop"], ("root", "role/X", LINKED)))
    assert [each.principal for each in page.always] == [LINKED]
    (page,) = pages(asked(["management"], ("root", "role/X")))
    assert ([each.principal for each in page.always], page.groups) == (["root", "role/X"], ())
    (page,) = pages(asked(["management"], ("root",)))
    assert page.always == ()


def test_actions_of_one_group() -> None:
    """Actions share a group when each principal is told the same about them, by the same policy."""
    (page,) = pages(asked(["shop"], ("role/X",)))
    assert [group.actions for group in page.groups] == [
        ("cloudtrail:StopLogging",),
        ("cloudtrail:DeleteTrail", "ec2:RunInstances", "s3:GetObject"),
        ("organizations:LeaveOrganization",),
        ("iam:CreateAccessKey",),
    ]


def test_the_largest_groups_come_last() -> None:
    """Groups that are named in full keep their order; those that are not come after them, the largest at the end."""
    longer = [*MANY, "s3:More"]
    assert in_order([longer, ["a"], list(MANY), ["b", "c"]]) == [["a"], ["b", "c"], list(MANY), longer]


@pytest.mark.parametrize(
    ("groups", "called"),
    [
        ([], []),
        ([["a", "b"], ["c"]], ["a, b", "c"]),
        ([MANY[1:]], [", ".join(MANY[1:])]),
        ([MANY], [f"each of the {len(MANY)} actions"]),
        ([["a"], MANY], ["a", f"every other action ({len(MANY)} of {len(MANY) + 1})"]),
        (
            [MANY, [*MANY, "s3:More"]],
            [", ".join([*MANY[:-1], "and 1 more"]), f"every other action ({len(MANY) + 1} of {2 * len(MANY) + 1})"],
        ),
    ],
)
def test_names(groups: Sequence[Sequence[str]], called: list[str]) -> None:
    """A group is called by all its names; of too many the rest is counted, and the last is what the others leave."""
    assert names(groups) == called
