"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html."""

import ast
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails import iam
from guardrails.errors import ConfigError
from guardrails.iam import FULL_AWS_ACCESS, Decision, Level, NamedPolicy, Policies, Reason, Request, evaluate
from guardrails.iam.grammar import RESOURCE_CONTROL
from guardrails.iam.refusal import UnsupportedPolicy

ROLE = "arn:aws:iam::111111111111:role/Admin"
FULL = NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS)
S3 = "s3:GetObject"


def evaluate_scps(request: Request, levels: Sequence[Level], management_account: str = "") -> Decision:
    return evaluate(request, Policies(scps=tuple(levels), management_account=management_account))


def evaluate_rcps(request: Request, levels: Sequence[Level], owner: str, management_account: str = "") -> Decision:
    owned = replace(request, resource_owner=owner)
    return evaluate(owned, Policies(rcps=tuple(levels), management_account=management_account))


def scp(name: str, effect: str, action: str, **elements: Any) -> NamedPolicy:
    statement = {"Sid": "S", "Effect": effect, "Action": action, "Resource": "*", **elements}
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": [statement]})


def path(*policies: tuple[NamedPolicy, ...]) -> list[Level]:
    return [Level(name, attached) for name, attached in zip(["Root", "Workloads", "account"], policies, strict=True)]


DENY_S3 = scp("deny-s3", "Deny", "s3:*")
ALLOW_S3 = scp("allow-s3", "Allow", "s3:*")
ALLOW_EC2 = scp("allow-ec2", "Allow", "ec2:*")


@pytest.mark.parametrize(
    ("levels", "outcome"),
    [
        (path((FULL,), (FULL,), (FULL,)), "allowed"),
        (path((FULL, DENY_S3), (FULL,), (FULL,)), "explicitDeny"),
        (path((FULL,), (FULL,), (FULL, DENY_S3)), "explicitDeny"),
        (path((FULL,), (), (FULL,)), "implicitDeny"),
        (path((FULL,), (ALLOW_EC2,), (FULL,)), "implicitDeny"),
        (path((FULL,), (ALLOW_EC2, ALLOW_S3), (FULL,)), "allowed"),
        (path((ALLOW_S3,), (ALLOW_EC2,), (FULL,)), "implicitDeny"),
        (path((), (FULL,), (FULL, DENY_S3)), "explicitDeny"),
        (path((FULL,), (ALLOW_S3,), (ALLOW_S3,)), "allowed"),
    ],
)
def test_the_path(levels: list[Level], outcome: str) -> None:
    """An explicit Deny anywhere decides; else every level needs an Allow, and a level without one denies implicitly."""
    assert evaluate_scps(Request(ROLE, S3), levels).outcome == outcome


def test_why_denied() -> None:
    """An explicit Deny names every level, policy and statement that denies."""
    decision = evaluate_scps(Request(ROLE, S3), path((FULL, DENY_S3), (FULL,), (FULL, DENY_S3)))
    assert decision.reasons == (
        Reason("Root", "deny-s3", "S", "denies it", "service control policy"),
        Reason("account", "deny-s3", "S", "denies it", "service control policy"),
    )
    assert str(decision.reasons[0]) == "Root / deny-s3 / S: denies it"


def test_why_not_allowed() -> None:
    """An implicit Deny names the levels at which nothing allows."""
    decision = evaluate_scps(Request(ROLE, S3), path((FULL,), (ALLOW_EC2,), ()))
    assert [reason.level for reason in decision.reasons] == ["Workloads", "account"]
    assert str(decision.reasons[0]) == "Workloads: nothing at this level allows it"


def test_why_allowed() -> None:
    """An answer "allowed" names what allows at each level."""
    decision = evaluate_scps(Request(ROLE, S3), path((FULL,), (ALLOW_S3,), (FULL,)))
    assert [reason.policy for reason in decision.reasons] == ["FullAWSAccess", "allow-s3", "FullAWSAccess"]


@pytest.mark.parametrize(
    ("principal", "outcome"),
    [
        ("arn:aws:iam::999999999999:role/Admin", "allowed"),
        ("arn:aws:iam::999999999999:root", "allowed"),
        ("arn:aws:iam::111111111111:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForX", "allowed"),
        ("cloudtrail.amazonaws.com", "allowed"),
        ("arn:aws:iam::111111111111:root", "explicitDeny"),
        ("arn:aws:iam::111111111111:user/kim", "explicitDeny"),
        ("arn:aws:sts::111111111111:assumed-role/Admin/kim", "explicitDeny"),
    ],
)
def test_who_is_bound(principal: str, outcome: str) -> None:
    """The management account, service-linked roles and services are not bound; a member's root user is.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    levels = path((FULL, DENY_S3), (FULL,), (FULL,))
    assert evaluate_scps(Request(principal, S3), levels, management_account="999999999999").outcome == outcome


@pytest.mark.parametrize(
    ("elements", "resource", "outcome"),
    [
        ({"Resource": "arn:aws:s3:::logs/*"}, "arn:aws:s3:::logs/1", "explicitDeny"),
        ({"Resource": "arn:aws:s3:::logs/*"}, "arn:aws:s3:::other/1", "allowed"),
        ({"Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::logs/*"]}, "arn:aws:s3:::logs/1", "explicitDeny"),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalAccount}/*"}, "arn:aws:s3:::111111111111/1", "explicitDeny"),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"}, "arn:aws:s3:::red/1", "allowed"),
    ],
)
def test_resource(elements: dict[str, Any], resource: str, outcome: str) -> None:
    """A statement holds for the resources it names; a variable without a value makes its ARN match nothing."""
    levels = path((FULL, scp("p", "Deny", "s3:*", **elements)), (FULL,), (FULL,))
    assert evaluate_scps(Request(ROLE, S3, resource), levels).outcome == outcome


def test_not_action_and_not_resource_are_complements() -> None:
    """NotAction denies everything else, NotResource everywhere else."""
    statement = {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::open/*"}
    levels = path((FULL, NamedPolicy("p", {"Version": "2012-10-17", "Statement": statement})), (FULL,), (FULL,))
    answers = [
        evaluate_scps(Request(ROLE, action, resource), levels).outcome
        for action, resource in [(S3, "arn:aws:s3:::x/1"), (S3, "arn:aws:s3:::open/1"), ("iam:CreateRole", "*")]
    ]
    assert answers == ["explicitDeny", "allowed", "allowed"]


def test_all_conditions_must_hold() -> None:
    """A statement holds only when each line of its Condition element does."""
    condition = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    levels = path((FULL, scp("p", "Deny", "s3:*", Condition=condition)), (FULL,), (FULL,))
    assert evaluate_scps(Request(ROLE, S3, region="us-east-1"), levels).outcome == "explicitDeny"
    assert evaluate_scps(Request(ROLE, S3, region="eu-west-1"), levels).outcome == "allowed"


def test_an_answer_that_depends_says_so() -> None:
    """The keys that a condition asked for and the request did not give are named."""
    levels = path(
        (FULL, scp("p", "Deny", "s3:*", Condition={"StringEquals": {"s3:ExistingObjectTag/a": "b"}})), (FULL,), (FULL,)
    )
    assert evaluate_scps(Request(ROLE, S3), levels).depends == {"s3:existingobjecttag/a"}
    assert evaluate_scps(Request(ROLE, "ec2:RunInstances"), levels).depends == frozenset()


@pytest.mark.parametrize(
    ("elements", "resource", "hangs"),
    [
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}-*"}, "arn:aws:s3:::blue-1", True),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/team}-*"}, "arn:aws:s3:::blue", False),
        ({"NotResource": "arn:aws:s3:::${aws:PrincipalTag/team, 'red'}-*"}, "arn:aws:s3:::blue-1", True),
        ({"NotResource": "arn:aws:s3:::${aws:PrincipalTag/team}-*"}, "*", False),
        ({"Condition": {"StringLike": {"s3:prefix": "home/${aws:PrincipalTag/team}/*"}}}, "*", False),
        ({"Condition": {"StringEqualsIgnoreCase": {"s3:prefix": "DATA/${aws:PrincipalTag/team}"}}}, "*", True),
    ],
)
def test_a_variable_matters_where_some_value_of_it_matches(elements: Any, resource: str, *, hangs: bool) -> None:
    """An answer hangs on a key that a variable stands for only where some value of that key would match."""
    request = Request(ROLE, S3, resource, {"s3:prefix": "data/blue"})
    resources = {} if "NotResource" in elements else {"Resource": "*"}
    statement = {"Effect": "Deny", "Action": "s3:*", **resources, **elements}
    policy = NamedPolicy("p", {"Version": "2012-10-17", "Statement": [statement]})
    levels = path((FULL, policy), (FULL,), (FULL,))
    assert evaluate_scps(request, levels).depends == ({"aws:principaltag/team"} if hangs else set())


@pytest.mark.parametrize("value", ["true", "false", ()])
def test_denied_whichever_way(value: Any) -> None:
    """A request that nothing allows is denied anyway, also where a condition on a missing key decides how; else it is not."""
    denying = scp("p", "Deny", "s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    allowed, silent = path((FULL, denying), (FULL,), (FULL,)), path((FULL, denying), (), (FULL,))
    assert not evaluate_scps(Request(ROLE, S3), allowed).denied_anyway
    assert evaluate_scps(Request(ROLE, S3), silent).denied_anyway
    assert evaluate_scps(Request(ROLE, S3, context={"aws:MultiFactorAuthPresent": value}), silent).outcome != "allowed"


def test_what_is_not_known_is_refused() -> None:
    """An unknown operator, a late value and a document that AWS would refuse are errors, never an answer."""
    unknown = scp("p", "Deny", "*", Condition={"StringMatches": {"a:b": "c"}})
    late = scp("p", "Deny", "*", Resource="arn:aws:s3:::\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}x")
    for policy, error in [(unknown, UnsupportedPolicy), (late, UnsupportedPolicy), (scp("p", "No", "*"), ConfigError)]:
        with pytest.raises(error):
            evaluate_scps(Request(ROLE, S3), path((FULL, policy), (FULL,), (FULL,)))


def test_the_example_of_the_package_runs() -> None:
    """Who types what the package's docstring shows sees what it says."""
    lines = [line.strip() for line in str(iam.__doc__).splitlines() if line.startswith("    ")]
    names: dict[str, Any] = {}
    for line in lines:
        code, _, shown = line.partition("  # ")
        if shown:
            assert eval(code, names) == ast.literal_eval(shown)
        else:
            exec(code, names)
    assert sum("  # " in line for line in lines) > 1


def test_the_evaluator_is_light() -> None:
    """Evaluating imports nothing outside the standard library."""
    code = "import sys, guardrails.iam.evaluate; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"yaml", "jinja2", "pydantic", "boto3", "botocore", "troposphere", "click"}


ACTIONS = ["s3:GetObject", "s3:PutObject", "ec2:RunInstances"]
REGIONS = ["eu-west-1", "us-east-1"]
PATTERNS = ["*", "s3:*", "s3:Get*", "S3:PUTOBJECT", "ec2:RunInstance?", "ec2:Run"]
MATCHED = {
    "*": set(ACTIONS),
    "s3:*": {"s3:GetObject", "s3:PutObject"},
    "s3:Get*": {"s3:GetObject"},
    "S3:PUTOBJECT": {"s3:PutObject"},
    "ec2:RunInstance?": {"ec2:RunInstances"},
    "ec2:Run": set(),
}
STATEMENTS = st.tuples(
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "NotAction"]),
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2),
    st.sampled_from(["", "StringEquals", "StringNotEquals"]),
    st.sampled_from(REGIONS),
)
POLICIES = st.lists(st.lists(STATEMENTS, min_size=1, max_size=3), max_size=3)


def says(statement: tuple[str, str, list[str], str, str], action: str, region: str) -> str:
    """The effect of a statement on a request, "" when it does not concern it: the rules spelled out with plain sets."""
    effect, element, patterns, operator, wanted = statement
    named = any(action in MATCHED[pattern] for pattern in patterns)
    holds = {"": True, "StringEquals": region == wanted, "StringNotEquals": region != wanted}[operator]
    return effect if named == (element == "Action") and holds else ""


def written(index: int, statements: list[tuple[str, str, list[str], str, str]]) -> NamedPolicy:
    body = [
        {"Effect": effect, element: patterns, "Resource": "*"}
        | ({"Condition": {operator: {"aws:RequestedRegion": wanted}}} if operator else {})
        for effect, element, patterns, operator, wanted in statements
    ]
    return NamedPolicy(f"p{index}", {"Version": "2012-10-17", "Statement": body})


@given(st.lists(POLICIES, min_size=1, max_size=3), st.sampled_from(ACTIONS), st.sampled_from(REGIONS))
def test_agrees_with_the_rules_spelled_out(path_: list[Any], action: str, region: str) -> None:
    """On any path of any policies the answer is what AWS's rules say, read off plain sets: Deny anywhere, else Allow everywhere."""
    answers = [[says(s, action, region) for policy in level for s in policy] for level in path_]
    expected = "allowed" if all("Allow" in level for level in answers) else "implicitDeny"
    expected = "explicitDeny" if any("Deny" in level for level in answers) else expected
    levels = [Level(f"l{n}", tuple(written(i, p) for i, p in enumerate(level))) for n, level in enumerate(path_)]
    assert evaluate_scps(Request(ROLE, action, region=region), levels).outcome == expected


def rcp(**elements: Any) -> NamedPolicy:
    statement = {"Sid": "S", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", **elements}
    return NamedPolicy("rcp", {"Version": "2012-10-17", "Statement": [statement]}, RESOURCE_CONTROL)


OUTSIDERS = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-mine"}}
OWNER = "222222222222"


@pytest.mark.parametrize(
    ("principal", "organization", "owner", "outcome"),
    [
        (ROLE, "", OWNER, "explicitDeny"),
        (ROLE, "o-mine/r-1/", OWNER, "allowed"),
        (ROLE, "", "999999999999", "allowed"),
        ("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/X", "", OWNER, "allowed"),
        ("arn:aws:iam::111111111111:root", "", OWNER, "explicitDeny"),
    ],
)
def test_resource_control_policies(principal: str, organization: str, owner: str, outcome: str) -> None:
    """They bind whoever asks, by the conditions, except service-linked roles; never the management account's resources.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    request = Request(principal, S3, organization_path=organization)
    levels = [Level("Root", (rcp(Condition=OUTSIDERS),))]
    decision = evaluate_rcps(request, levels, owner=owner, management_account="999999999999")
    assert decision.outcome == outcome


def test_a_resource_control_policy_speaks_of_everybody_and_denies() -> None:
    """One with another principal, or that allows, is none that AWS would accept."""
    for wrong in ({"Principal": {"AWS": "111111111111"}}, {"Effect": "Allow"}):
        with pytest.raises(ConfigError):
            evaluate_rcps(Request(ROLE, S3), [Level("Root", (rcp(**wrong),))], owner=OWNER)
