"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html."""

from datetime import UTC, datetime
from typing import Any

import pytest

from guardrails.iam.context import Context, Principal, Request, Values, principal

ROLE = "arn:aws:iam::111111111111:role/Admin"
SESSION = "arn:aws:sts::111111111111:assumed-role/Admin/kim"
PATH = "o-exampleorg/r-exam/ou-exam-11111111/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROLE, Principal(ROLE, "111111111111", "AssumedRole")),
        (SESSION, Principal(ROLE, "111111111111", "AssumedRole", session=SESSION)),
        ("arn:aws:iam::111111111111:root", Principal("arn:aws:iam::111111111111:root", "111111111111", "Account")),
        ("arn:aws:iam::111111111111:user/kim", Principal("arn:aws:iam::111111111111:user/kim", "111111111111", "User")),
        ("ec2.amazonaws.com", Principal(service="ec2.amazonaws.com")),
    ],
)
def test_principal(text: str, expected: Principal) -> None:
    """A session is its role, as aws:PrincipalArn says; a service has neither ARN nor account."""
    assert principal(text) == expected


@pytest.mark.parametrize(
    "text", ["", "*", "Admin", "arn:aws:iam::1:role/x", "arn:aws:s3:::bucket", "arn:aws:iam::111111111111:root/x"]
)
def test_what_is_no_principal_is_refused(text: str) -> None:
    """A request cannot be made by something that never asks."""
    with pytest.raises(ValueError, match="is not the ARN"):
        principal(text)


def test_service_linked_roles_are_known_by_their_path() -> None:
    """A role below /aws-service-role/ is service-linked, one that only bears such a name is not."""
    assert principal(
        "arn:aws:iam::111111111111:role/aws-service-role/ec2.amazonaws.com/AWSServiceRoleForX"
    ).service_linked
    assert not principal("arn:aws:iam::111111111111:role/AWSServiceRoleForX").service_linked


@pytest.mark.parametrize("value", [True, 5, None, ["a"], ("a", 1)])
def test_a_context_value_is_text(value: Any) -> None:
    """What is no text would never match, and the answer would be wrong without a word: it is refused."""
    with pytest.raises(TypeError, match="the context key aws:x is"):
        Request(ROLE, "s3:GetObject", context={"aws:x": value})


@pytest.mark.parametrize("action", ["s3", "s3:*", "s3:Get Object", "*", ":"])
def test_what_is_no_action_is_refused(action: str) -> None:
    """A request names one action; wildcards belong in policies."""
    with pytest.raises(ValueError, match="is no action"):
        Request(ROLE, action)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:principalarn", ROLE),
        ("aws:principalaccount", "111111111111"),
        ("aws:principaltype", "AssumedRole"),
        ("aws:principalisawsservice", "false"),
        ("aws:principalorgid", "o-exampleorg"),
        ("aws:principalorgpaths", (PATH,)),
        ("aws:resourceaccount", "111111111111"),
        ("aws:resourceorgid", "o-exampleorg"),
        ("aws:resourceorgpaths", (PATH,)),
        ("aws:requestedregion", "eu-west-1"),
        ("aws:securetransport", "true"),
        ("aws:currenttime", "2026-01-02T03:04:05Z"),
        ("aws:epochtime", "1767323045"),
    ],
)
def test_filled_in(key: str, value: Values) -> None:
    """What AWS always knows of a request is there without being given."""
    request = Request(
        SESSION,
        "sqs:SendMessage",
        "arn:aws:sqs:eu-west-1:111111111111:queue",
        organization_path=PATH,
        time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert Context(request).find(key) == value


@pytest.mark.parametrize(
    ("request_", "region"),
    [
        (Request(ROLE, "iam:CreateRole", "arn:aws:iam::111111111111:role/x"), "us-east-1"),
        (Request(ROLE, "account:EnableRegion"), "us-east-1"),
        (Request(ROLE, "networkmanager:CreateSite"), "us-west-2"),
        (Request(ROLE, "ec2:RunInstances", region="eu-west-1"), "eu-west-1"),
        (Request(ROLE, "s3:GetObject", "arn:aws:s3:::bucket/key"), None),
        (
            Request(ROLE, "s3:GetObject", context={"AWS:RequestedRegion": "eu-north-1"}, region="eu-west-1"),
            "eu-north-1",
        ),
    ],
)
def test_requested_region(request_: Request, region: str | None) -> None:
    """Global services are asked in us-east-1, others where the request or the resource says; a given key wins over all."""
    assert Context(request_).find("aws:requestedregion") == region


def test_another_accounts_resource_tells_nothing_of_its_organization() -> None:
    """Only for the principal's own account is the resource's organization known."""
    request = Request(ROLE, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:queue", organization_path=PATH)
    context = Context(request)
    assert context.find("aws:resourceaccount") == "222222222222"
    assert context.find("aws:resourceorgid") is None


def test_a_service_has_no_principal_keys() -> None:
    """A service that asks for itself is known as a service, and by no ARN or account."""
    context = Context(Request("ec2.amazonaws.com", "s3:GetObject", organization_path=PATH))
    assert context.find("aws:principalisawsservice") == "true"
    assert context.find("aws:principalarn") == ()
    assert context.find("aws:principalorgid") == ()
    assert context.find("aws:sourceaccount") is None


def test_what_is_not_known_is_not_absent() -> None:
    """A key that nobody gave is not known; an empty one is certainly absent; a multivalued one has no text for a variable."""
    context = Context(Request(ROLE, "s3:GetObject", context={"aws:TagKeys": ("a",), "aws:SourceVpc": ()}))
    assert context.find("aws:principaltag/team") is None
    assert context.find("aws:sourcevpc") == ()
    assert context.text("aws:TagKeys") is None


@pytest.mark.parametrize("key", ["aws:SourceAccount", "aws:SourceArn", "aws:AssumedRoot", "aws:PrincipalServiceName"])
def test_what_a_role_certainly_lacks(key: str) -> None:
    """Keys of requests that AWS services make, and of centralized root access, are absent when a role calls."""
    assert Context(Request(ROLE, "s3:GetObject")).find(key.lower()) == ()


def test_outside_of_every_organization() -> None:
    """A principal outside has no organization, which is another thing than one of which nothing is known."""
    outside = Context(Request(ROLE, "s3:GetObject", organization_path=""))
    assert outside.find("aws:principalorgid") == ()
    assert Context(Request(ROLE, "s3:GetObject")).find("aws:principalorgid") is None
