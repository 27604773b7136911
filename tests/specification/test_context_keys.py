"""The context keys that AWS gives a request by itself, seen through a policy that asks for them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from guardrails.iam import Level, Policies
from tests.specification.cases import (
    ACCOUNT,
    FEDERATED,
    MANAGEMENT,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    USER,
    decide,
    denied_by,
    holds,
    rcp,
    statement,
)

PATH = "o-1/r-1/ou-1/ou-2/"
OTHER_PATH = "o-2/r-2/ou-9/"
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
OWNED = f"arn:aws:sqs:eu-west-1:{OTHER}:queue"


@pytest.mark.parametrize(
    ("key", "value", "request_"),
    [
        pytest.param("aws:PrincipalArn", ROLE, {"principal": ROLE}, id="a role's ARN"),
        pytest.param("aws:PrincipalArn", ROLE, {"principal": SESSION}, id="of a session, its role's ARN"),
        pytest.param("aws:PrincipalArn", USER, {"principal": USER}, id="a user's ARN"),
        pytest.param("aws:PrincipalArn", ROOT, {"principal": ROOT}, id="the root user's ARN"),
        pytest.param("aws:PrincipalArn", FEDERATED, {"principal": FEDERATED}, id="a federated user's ARN"),
        pytest.param("aws:PrincipalAccount", ACCOUNT, {"principal": SESSION}, id="the principal's account"),
        pytest.param("aws:PrincipalType", "Account", {"principal": ROOT}, id="the type of root"),
        pytest.param("aws:PrincipalType", "User", {"principal": USER}, id="the type of a user"),
        pytest.param("aws:PrincipalType", "AssumedRole", {"principal": SESSION}, id="the type of a session"),
        pytest.param("aws:PrincipalType", "FederatedUser", {"principal": FEDERATED}, id="the type of a federated user"),
        pytest.param(
            "aws:username",
            "U",
            {"principal": f"arn:aws:iam::{ACCOUNT}:user/path/U"},
            id="a user's name, without the path",
        ),
        pytest.param("aws:PrincipalOrgID", "o-1", {"organization_path": PATH}, id="the principal's organization"),
        pytest.param("aws:PrincipalIsAWSService", "false", {"principal": ROLE}, id="a role is no service"),
        pytest.param("aws:ResourceAccount", OTHER, {"resource_owner": OTHER}, id="the owner, as given"),
        pytest.param("aws:ResourceAccount", OTHER, {"resource": OWNED}, id="the owner, by the ARN"),
        pytest.param(
            "aws:ResourceOrgID",
            "o-2",
            {"resource_owner": OTHER, "resource_organization_path": OTHER_PATH},
            id="the owner's organization",
        ),
        pytest.param(
            "aws:ResourceOrgID",
            "o-1",
            {"resource_owner": ACCOUNT, "organization_path": PATH},
            id="the same account's organization",
        ),
        pytest.param("aws:SecureTransport", "true", {}, id="over TLS"),
        pytest.param("aws:CurrentTime", "2026-03-01T12:00:00Z", {"time": NOON}, id="the time"),
        pytest.param("aws:EpochTime", "1772366400", {"time": NOON}, id="the time in seconds"),
        pytest.param("aws:RequestedRegion", "eu-central-1", {"region": "eu-central-1"}, id="the Region, as given"),
        pytest.param("aws:RequestedRegion", "eu-west-1", {"resource": OWNED}, id="the Region, by the ARN"),
        pytest.param(
            "aws:RequestedRegion", "us-east-1", {"action": "iam:CreateRole"}, id="the Region of a global service"
        ),
        pytest.param(
            "aws:RequestedRegion", "us-east-1", {"action": "organizations:ListRoots"}, id="of another global service"
        ),
    ],
)
def test_what_is_filled_in(key: str, value: str, request_: dict[str, Any]) -> None:
    """The key has its value without being given, and the answer hangs on nothing; a given value wins."""
    assert holds({"StringEquals": {key: value}}, {}, **request_)
    assert not holds({"StringNotEquals": {key: value}}, {}, **request_)
    assert not holds({"StringEquals": {key: value}}, {key.upper(): "given"}, **request_)
    assert holds({"StringEquals": {key: "given"}}, {key: "given"}, **request_)


@pytest.mark.parametrize(
    ("key", "request_"),
    [
        ("aws:PrincipalOrgPaths", {"organization_path": PATH}),
        ("aws:ResourceOrgPaths", {"resource_owner": OTHER, "resource_organization_path": PATH}),
        ("aws:ResourceOrgPaths", {"resource_owner": ACCOUNT, "organization_path": PATH}),
    ],
)
def test_paths_have_several_values(key: str, request_: dict[str, Any]) -> None:
    """The path of an account in its organization is a multivalued key: set operators find it, others never."""
    assert holds({"ForAnyValue:StringLike": {key: "o-1/r-1/ou-1/*"}}, {}, **request_)
    assert holds({"ForAnyValue:StringEquals": {key: PATH}}, {}, **request_)
    assert not holds({"ForAnyValue:StringLike": {key: "o-1/r-1/ou-2/*"}}, {}, **request_)
    assert not holds({"StringLike": {key: "*"}}, {}, **request_)


@pytest.mark.parametrize(
    ("key", "request_"),
    [
        pytest.param("aws:SourceAccount", {}, id="on whose behalf a service calls, for a role"),
        pytest.param("aws:SourceArn", {"principal": USER}, id="its resource, for a user"),
        pytest.param("aws:SourceOrgID", {"principal": ROOT}, id="its organization, for root"),
        pytest.param("aws:SourceOrgPaths", {}, id="its path"),
        pytest.param("aws:AssumedRoot", {}, id="a root session, for a role"),
        pytest.param("aws:PrincipalServiceName", {}, id="the service's name, for a role"),
        pytest.param("aws:username", {"principal": SESSION}, id="a user name, for a session"),
        pytest.param("aws:username", {"principal": ROOT}, id="a user name, for root"),
        pytest.param(
            "aws:PrincipalOrgID", {"organization_path": ""}, id="an organization, for an account that is in none"
        ),
        pytest.param("aws:PrincipalOrgPaths", {"organization_path": ""}, id="its path"),
    ],
)
def test_what_is_certainly_absent(key: str, request_: dict[str, Any]) -> None:
    """The request certainly lacks the key, and the answer hangs on nothing."""
    assert holds({"Null": {key: "true"}}, {}, **request_)
    assert not holds({"Null": {key: "false"}}, {}, **request_)


@pytest.mark.parametrize(
    ("key", "request_"),
    [
        pytest.param("aws:PrincipalTag/team", {}, id="tags are not filled in"),
        pytest.param("aws:MultiFactorAuthPresent", {}, id="nor MFA"),
        pytest.param("aws:SourceIp", {}, id="nor the address"),
        pytest.param("aws:PrincipalOrgID", {}, id="nor an organization that is not known"),
        pytest.param("aws:AssumedRoot", {"principal": ROOT}, id="nor whether root was assumed"),
        pytest.param("aws:RequestedRegion", {"resource": "*"}, id="nor the Region of a regional service"),
        pytest.param("aws:ResourceAccount", {"resource": "*"}, id="nor the owner of nothing in particular"),
    ],
)
def test_what_is_not_known(key: str, request_: dict[str, Any]) -> None:
    """The answer hangs on the key, and names it in lower case."""
    assert decide(denied_by({"StringEquals": {key: "x"}}), **{"action": "ec2:RunInstances", **request_}).depends == {
        key.lower()
    }
    assert decide(denied_by({"StringNotEquals": {key: "x"}}), **{"action": "ec2:RunInstances", **request_}).depends == {
        key.lower()
    }


def test_services() -> None:
    """A service is one, has no ARN, and may call for an account that is not known."""
    policies = [
        Policies(rcps=(Level("Root", (rcp(statement("Deny", "s3:*", Condition=condition)),)),))
        for condition in (
            {"Bool": {"aws:PrincipalIsAWSService": "true"}, "Null": {"aws:PrincipalArn": "true"}},
            {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}},
        )
    ]
    certain, open_ = (decide(each, SERVICE, resource_owner=ACCOUNT) for each in policies)
    assert (certain.outcome, certain.depends) == ("explicitDeny", frozenset())
    assert (open_.outcome, open_.depends) == ("explicitDeny", frozenset({"aws:sourceaccount"}))


def test_a_given_value_wins_over_what_the_request_says() -> None:
    """Even the account of the principal is what the context says, where it says so; who is bound stays the same."""
    assert holds({"StringEquals": {"aws:PrincipalAccount": MANAGEMENT}}, {"aws:PrincipalAccount": MANAGEMENT})
