"""The answer to a question: case by case of resources, with what it hangs on and what it would be otherwise."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.engine.resource import Resource
from guardrails.resources import ROOT_ADDRESS
from guardrails.resources.permission_set import PermissionSet
from guardrails.simulation.alternatives import Alternative
from guardrails.simulation.answers import Answer, Verdict, ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.policies import Given, understood
from guardrails.simulation.questions import Question
from tests.simulation.shop import MANAGED, RESOURCES, SHOP, assigned, deny

HIERARCHY = declared_hierarchy(SHOP, RESOURCES)
TRAIL = "arn:*:cloudtrail:*:*:trail/acme"


def answered(principal: str, action: str, *more: Resource, account: str = "dev", **question: Any) -> Answer:
    """The answer about a principal of dev, under more policies."""
    hierarchy = declared_hierarchy(SHOP, (*RESOURCES, *more)) if more else HIERARCHY
    return ask(hierarchy, Question(account, principal, action, **question))


def cases(answer: Answer) -> list[tuple[tuple[str, ...], Verdict]]:
    return [(case.resources, case.verdict) for case in answer.cases]


def test_a_policy_that_names_a_resource_says_nothing_about_others() -> None:
    """Without a resource the answer has a case for what policies name, and one for every other; together it depends on the resource."""
    answer = answered("role/X", "cloudtrail:StopLogging")
    assert cases(answer) == [((TRAIL,), "explicitDeny"), (("*",), "allowed")]
    assert answer.verdict == "dependsOnResource"
    assert answer.about(TRAIL).verdict == "explicitDeny"
    assert answer.about("arn:aws:cloudtrail:eu-west-1:111111111111:trail/other").verdict == "allowed"


def test_a_resource_that_is_named_is_the_only_case() -> None:
    """With a resource there is one case, and its verdict is the answer's."""
    trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/acme"
    answer = answered("role/X", "cloudtrail:StopLogging", resource=trail)
    assert (cases(answer), answer.verdict) == ([((trail,), "explicitDeny")], "explicitDeny")


@pytest.mark.parametrize(
    ("action", "named"),
    [("iam:CreateRole", True), ("iam:PassRole", True), ("sts:AssumeRole", True), ("iam:CreateUser", False), ("s3:GetObject", False)],
)  # fmt: skip
def test_what_a_statement_about_everything_else_names(action: str, named: bool) -> None:
    """Of a statement about all actions but some, a resource is a case for actions that can be about it: no user is made on a role."""
    policy = deny("roles", "unused:Action", ROOT_ADDRESS, resource="arn:*:iam::*:role/trusted")
    statement = {key: value for key, value in policy.content["Statement"][0].items() if key != "Action"}
    content = {**policy.content, "Statement": [{**statement, "NotAction": ["iam:Get*"]}]}
    answer = answered("role/X", action, replace(policy, content=content))
    assert (("arn:*:iam::*:role/trusted",) in [case.resources for case in answer.cases]) is named


def test_resources_that_are_denied_anyhow_are_no_case() -> None:
    """Where everything is denied, what is denied once more is not told apart."""
    more = deny("alltrails", "cloudtrail:*", ROOT_ADDRESS)
    assert cases(answered("role/X", "cloudtrail:StopLogging", more)) == [(("*",), "explicitDeny")]


MFA = deny(
    "mfa", "ec2:StopInstances", ROOT_ADDRESS, condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
)
REGION = deny(
    "region",
    "ec2:*",
    ROOT_ADDRESS,
    condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
)


@pytest.mark.parametrize(
    ("policy", "context", "expected"),
    [
        (MFA, {}, [("aws:MultiFactorAuthPresent", ("true",), "allowed"),
                   ("aws:MultiFactorAuthPresent", ("false", "(absent)"), "explicitDeny")]),
        (MFA, {"aws:MultiFactorAuthPresent": "true"}, []),
        (REGION, {}, [("aws:RequestedRegion", ("eu-west-1", "eu-central-1"), "allowed"),
                      ("aws:RequestedRegion", ("another", "(absent)"), "explicitDeny")]),
    ],
)  # fmt: skip
def test_what_it_would_be_otherwise(policy: Resource, context: dict[str, str], expected: list[Any]) -> None:
    """An answer that hangs on a key tells for each value that policies name, another and none, what it would be."""
    (case,) = answered("role/X", "ec2:StopInstances", policy, context=context).cases
    assert [(each.key, each.values, each.outcome) for each in case.otherwise] == expected
    assert case.verdict == ("depends" if expected else "allowed")
    assert all(isinstance(each, Alternative) for each in case.otherwise)


@pytest.mark.parametrize(
    ("account", "principal", "action", "verdict", "assumed"),
    [
        ("shop", "permission-set/Admin", "s3:DeleteBucket", "allowed", 0),
        ("shop", "permission-set/Builder", "s3:DeleteBucket", "explicitDeny", 0),
        ("shop", "permission-set/Builder", "iam:CreateUser", "implicitDeny", 0),
        ("dev", "permission-set/Auditor", "s3:DeleteBucket", "depends", 2),
        ("dev", "permission-set/Both", "s3:DeleteBucket", "allowed", 0),
        ("dev", "permission-set/Bounded", "s3:DeleteBucket", "depends", 1),
        ("dev", "role/X", "s3:DeleteBucket", "allowed", 1),
    ],
)
def test_what_permission_sets_give(account: str, principal: str, action: str, verdict: Verdict, assumed: int) -> None:
    """Policies of a permission set that are known decide; what hangs on one that is not at hand depends, and says on which."""
    both = PermissionSet(name="Both", managed_policies=(f"{MANAGED}AdministratorAccess", f"{MANAGED}SecurityAudit"))
    bounded = PermissionSet(
        name="Bounded", managed_policies=(f"{MANAGED}AdministratorAccess",), permissions_boundary="/limit"
    )
    more = (both, bounded, assigned("Both", "dev"), assigned("Bounded", "dev"))
    answer = answered(principal, action, *more, account=account)
    assert answer.verdict == verdict
    assert len(answer.cases[-1].decision.assumed) == assumed


def test_questions_under_the_same_policies_share_them() -> None:
    """Accounts under the same policies, and questions about them, are asked of one object, whose index is built once."""
    questions = [Question("dev", "role/X", "s3:GetObject"), Question("dev", "user/y", "ec2:RunInstances")]
    first, second = (understood(HIERARCHY, question).policies for question in questions)
    assert first is second
    assert understood(HIERARCHY, Question("shop", "role/X", "s3:GetObject")).policies is not first
    assert understood(HIERARCHY, questions[0], Given(identity=())).policies is not first
