"""Where the sandbox cannot know what AWS knows, it neither denies falsely nor guesses."""

import json
from collections.abc import Callable
from typing import Any

from guardrails.iam import IDENTITY, NamedPolicy, Policies, Request, evaluate
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.enforcement.principal_policies import Permissions
from guardrails.sandbox.enforcement.widening import is_known, widened

Acting = Callable[..., Any]
Refused = Callable[..., str]
STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack"


def statement(*actions: str, effect: str = "Allow", resource: str = "*", **conditions: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": resource} | (
        {"Condition": conditions} if conditions else {}
    )


def put(sandbox: Embedded, member: str, *statements: Any) -> None:
    """Gives the role `Some` of the member account this inline policy."""
    content = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam = sandbox.client("iam", account=member)
    iam.put_role_policy(RoleName="Some", PolicyName="some", PolicyDocument=content)


def test_an_allow_that_may_name_the_resource_names_it() -> None:
    """Of an ARN with an unknown part, an Allow counts whose patterns can meet it; one that cannot does not, and no Deny is widened."""
    for pattern, resource, allowed in (
        (f"{STACK}/app/1234", f"{STACK}/app/*", True),
        (f"{STACK}/app-*", f"{STACK}/app/*", False),
        ("arn:aws:sqs:*:*:q", "*", True),
        (f"{STACK}/other/*", f"{STACK}/app/*", False),
        ("arn:aws:iam::${aws:PrincipalAccount}:role/x", "*", True),
    ):
        content = {"Version": "2012-10-17", "Statement": [statement("cloudformation:*", resource=pattern)]}
        permissions = widened(Permissions((NamedPolicy("", content, IDENTITY),)), resource)
        request = Request("arn:aws:iam::111111111111:role/Some", "cloudformation:DeleteStack", resource)
        outcome = evaluate(request, Policies(identity=permissions.identity)).outcome
        assert (outcome == "allowed") is allowed, (pattern, resource)
        assert not is_known(resource)


def test_unknown_resources_are_no_false_denial(
    sandbox: Embedded, member: str, acting: Acting, refused: Refused
) -> None:
    """A call whose resource the sandbox does not know is let through by an Allow of other resources; not without any, nor past a Deny."""
    rules = acting("role/Some", "config", policies=[])
    one = "arn:aws:config:eu-west-1:*:config-rule/*"
    put(sandbox, member, statement("config:DescribeConfigRules", resource=one))
    rules.describe_config_rules()
    assert refused(rules.describe_delivery_channels) == "AccessDeniedException"
    put(sandbox, member, statement("config:*", resource=one), statement("config:Describe*", effect="Deny"))
    assert refused(rules.describe_config_rules) == "AccessDeniedException"


def test_a_key_that_the_sandbox_does_not_know(sandbox: Embedded, member: str, acting: Acting, refused: Refused) -> None:
    """An Allow that hangs on a key which the sandbox does not know is refused by the key's name; on one that it knows, denied."""
    iam = acting("role/Some", "iam", policies=[])
    put(sandbox, member, statement("iam:ListUsers", IpAddress={"aws:SourceIp": "203.0.113.0/24"}))
    assert refused(iam.list_users) == "NotImplemented"
    put(sandbox, member, statement("iam:ListUsers", StringEquals={"aws:PrincipalTag/Team": "x"}))
    assert refused(iam.list_users) == "AccessDenied"
    put(sandbox, member, statement("iam:CreateUser", StringEquals={"aws:RequestTag/Team": "x"}))
    assert refused(iam.create_user, UserName="kim") == "AccessDenied"
    iam.create_user(UserName="kim", Tags=[{"Key": "Team", "Value": "x"}])
