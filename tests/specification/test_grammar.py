"""What each type of policy may hold, and how large it may be.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from typing import Any

import pytest

from guardrails.iam import IDENTITY, RESOURCE, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST, minified
from guardrails.iam.grammar import flaws
from guardrails.iam.quotas import QUOTAS
from guardrails.iam.resource_control_services import RESOURCE_CONTROL_SERVICES

VERSION = "2012-10-17"
SOMEBODY = {"AWS": "111111111111"}
GOOD: dict[str, dict[str, Any]] = {
    SERVICE_CONTROL: {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
    RESOURCE_CONTROL: {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
    IDENTITY: {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    RESOURCE: {"Effect": "Allow", "Principal": SOMEBODY, "Action": "s3:*", "Resource": "*"},
    TRUST: {"Effect": "Allow", "Principal": SOMEBODY, "Action": "sts:AssumeRole"},
}


def refused(policy_type: str, document: Any) -> bool:
    return any(flaw.refused for flaw in flaws(document, policy_type))


def changed(policy_type: str, **elements: Any) -> dict[str, Any]:
    """The good statement of a type with other elements; None takes one away."""
    statement = {**GOOD[policy_type], **elements}
    return {"Version": VERSION, "Statement": [{key: value for key, value in statement.items() if value is not None}]}


CONDITION = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
ROWS = [
    (SERVICE_CONTROL, {}, False, "an SCP denies"),
    (SERVICE_CONTROL, {"Effect": "Allow"}, False, "an SCP allows"),
    (SERVICE_CONTROL, {"Effect": "Allow", "Condition": CONDITION}, False, "an SCP allows under a condition"),
    (SERVICE_CONTROL, {"Effect": "Allow", "Action": None, "NotAction": "iam:*"}, False, "an SCP allows with NotAction"),
    (
        SERVICE_CONTROL,
        {"Effect": "Allow", "Resource": None, "NotResource": "arn:aws:s3:::b"},
        False,
        "an SCP allows with NotResource",
    ),
    (SERVICE_CONTROL, {"Effect": "Allow", "Resource": "arn:aws:s3:::b/*"}, False, "an SCP allows an ARN"),
    (SERVICE_CONTROL, {"Resource": None, "NotResource": "arn:aws:s3:::b"}, False, "an SCP denies with NotResource"),
    (SERVICE_CONTROL, {"Action": "s3:*Object"}, False, "an SCP has wildcards anywhere in an action's name"),
    (SERVICE_CONTROL, {"Action": "*"}, False, "an SCP denies everything"),
    (SERVICE_CONTROL, {"Principal": "*"}, True, "an SCP has no Principal"),
    (SERVICE_CONTROL, {"NotPrincipal": SOMEBODY}, True, "an SCP has no NotPrincipal"),
    (SERVICE_CONTROL, {"Resource": None}, True, "an SCP names resources"),
    (SERVICE_CONTROL, {"Action": None}, True, "an SCP names actions"),
    (SERVICE_CONTROL, {"NotAction": "iam:*"}, True, "Action or NotAction, not both"),
    (SERVICE_CONTROL, {"Effect": "Forbid"}, True, "Allow or Deny, nothing else"),
    (SERVICE_CONTROL, {"Effect": "deny"}, True, "spelled as they are"),
    (SERVICE_CONTROL, {"Effect": None}, True, "an effect is needed"),
    (SERVICE_CONTROL, {"Actions": "s3:*"}, True, "an element that is none"),
    (SERVICE_CONTROL, {"Sid": "With Space"}, True, "a Sid is letters and digits"),
    (SERVICE_CONTROL, {"Condition": {"StringEquals": {"aws:RequestedRegion": []}}}, True, "a condition has values"),
    (SERVICE_CONTROL, {"Condition": {"StringIs": {"aws:RequestedRegion": "x"}}}, True, "an operator that is none"),
    (RESOURCE_CONTROL, {}, False, "an RCP denies"),
    (RESOURCE_CONTROL, {"Condition": CONDITION}, False, "an RCP denies under a condition"),
    (RESOURCE_CONTROL, {"Resource": None, "NotResource": "arn:aws:s3:::b"}, False, "an RCP has NotResource"),
    (RESOURCE_CONTROL, {"Effect": "Allow"}, True, "an RCP does not allow"),
    (RESOURCE_CONTROL, {"Principal": None}, True, "an RCP has a Principal"),
    (RESOURCE_CONTROL, {"Principal": SOMEBODY}, True, "which is everybody"),
    (RESOURCE_CONTROL, {"Principal": {"AWS": "*"}}, True, "spelled as one asterisk"),
    (RESOURCE_CONTROL, {"Principal": None, "NotPrincipal": SOMEBODY}, True, "an RCP has no NotPrincipal"),
    (RESOURCE_CONTROL, {"Action": None, "NotAction": "s3:*"}, True, "an RCP has no NotAction"),
    (RESOURCE_CONTROL, {"Action": "*"}, True, "an RCP names services"),
    (RESOURCE_CONTROL, {"Action": ["s3:*", "*"]}, True, "in every action"),
    (RESOURCE_CONTROL, {"Resource": None}, True, "an RCP names resources"),
    (IDENTITY, {}, False, "an identity policy allows"),
    (IDENTITY, {"Principal": SOMEBODY}, True, "an identity policy has no Principal"),
    (IDENTITY, {"NotPrincipal": SOMEBODY}, True, "an identity policy has no NotPrincipal"),
    (IDENTITY, {"Resource": None}, True, "an identity policy names resources"),
    (RESOURCE, {}, False, "a resource policy allows somebody"),
    (RESOURCE, {"Resource": None}, False, "a resource policy may leave its resource out"),
    (
        RESOURCE,
        {"Principal": None, "NotPrincipal": SOMEBODY, "Effect": "Deny"},
        False,
        "a resource policy has NotPrincipal",
    ),
    (RESOURCE, {"Principal": None}, True, "a resource policy says whom"),
    (RESOURCE, {"NotPrincipal": SOMEBODY}, True, "Principal or NotPrincipal, not both"),
    (
        RESOURCE,
        {"Principal": {"AWS": "arn:aws:iam::111111111111:role/*"}},
        True,
        "a principal has no wildcards in a part of it",
    ),
    (TRUST, {}, False, "a trust policy allows somebody"),
    (TRUST, {"Resource": "*"}, True, "a trust policy has no Resource"),
    (TRUST, {"NotResource": "arn:aws:s3:::b"}, True, "a trust policy has no NotResource"),
    (TRUST, {"Principal": None}, True, "a trust policy says whom"),
]


@pytest.mark.parametrize(
    ("policy_type", "elements", "answer"), [pytest.param(*row[:3], id=f"{row[0]}: {row[3]}") for row in ROWS]
)
def test_what_a_statement_may_hold(policy_type: str, elements: dict[str, Any], answer: bool) -> None:
    """AWS refuses the statement, or does not."""
    assert refused(policy_type, changed(policy_type, **elements)) is answer


@pytest.mark.parametrize("policy_type", GOOD)
def test_what_a_document_may_hold(policy_type: str) -> None:
    """A document has a Version that AWS knows and at least one statement, alone or in a list; nothing else, but an Id."""
    good = GOOD[policy_type]
    organizations = policy_type in (SERVICE_CONTROL, RESOURCE_CONTROL)
    assert not refused(policy_type, {"Version": VERSION, "Statement": good})
    assert not refused(policy_type, {"Version": VERSION, "Statement": [good, good]})
    assert refused(policy_type, {"Version": "2008-10-17", "Statement": good}) is organizations
    assert refused(policy_type, {"Statement": good}) is organizations
    assert refused(policy_type, {"Version": VERSION, "Id": "x", "Statement": good}) is organizations
    for wrong in (
        {"Version": VERSION, "Statement": []},
        {"Version": VERSION},
        {"Version": "2020-01-01", "Statement": good},
        [good],
    ):
        assert refused(policy_type, wrong)
    assert refused(policy_type, {"Version": VERSION, "Statement": [{**good, "Sid": "A"}, {**good, "Sid": "A"}]})


@pytest.mark.parametrize(
    ("policy_type", "characters", "attached"),
    [
        pytest.param("SERVICE_CONTROL_POLICY", 10_240, 10, id="SCPs, since 2026-05-15"),
        pytest.param("RESOURCE_CONTROL_POLICY", 5_120, 5, id="RCPs"),
        pytest.param("AISERVICES_OPT_OUT_POLICY", 2_500, 5, id="AI opt-out policies"),
        pytest.param("DECLARATIVE_POLICY_EC2", 10_000, 10, id="declarative policies"),
        pytest.param("TAG_POLICY", 10_000, 10, id="tag policies"),
        pytest.param("BACKUP_POLICY", 10_000, 10, id="backup policies"),
    ],
)
def test_sizes(policy_type: str, characters: int, attached: int) -> None:
    """How many characters a policy may have, and how many may hang on a root, a unit or an account."""
    assert (QUOTAS[policy_type].max_characters, QUOTAS[policy_type].max_attached) == (characters, attached)


def test_what_counts() -> None:
    """AWS's own policies count; white space would, and is not sent; characters are sent as themselves."""
    assert QUOTAS[SERVICE_CONTROL].always_attached == QUOTAS[RESOURCE_CONTROL].always_attached == 1
    assert minified({"Statement": [{"Sid": "ä", "Action": ["a b"]}]}) == '{"Statement":[{"Sid":"ä","Action":["a b"]}]}'


def test_how_many_services_resource_control_policies_cover() -> None:
    """62 services, in 2026."""
    assert len(RESOURCE_CONTROL_SERVICES) == 62
