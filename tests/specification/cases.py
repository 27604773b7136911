"""What the tables of the specification are written with: principals, statements, and policies in which everything else is left out."""

from collections.abc import Mapping
from typing import Any

from guardrails.iam import (
    FULL,
    IDENTITY,
    RESOURCE,
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    TRUST,
    Decision,
    Level,
    NamedPolicy,
    Policies,
    Request,
    evaluate,
)

ACCOUNT, OTHER, MANAGEMENT = "111111111111", "222222222222", "999999999999"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/R"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/R/session"
USER = f"arn:aws:iam::{ACCOUNT}:user/U"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/U"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SERVICE = "cloudtrail.amazonaws.com"
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
OBJECT = "arn:aws:s3:::bucket/key"
GET = "s3:GetObject"

Statement = dict[str, Any]


def statement(effect: str, action: str | list[str] = "*", **elements: Any) -> Statement:
    """A statement about every resource, unless `elements` say otherwise."""
    body = {"Effect": effect, "Action": action, "Resource": "*", **elements}
    for negated in ("NotAction", "NotResource", "NotPrincipal"):
        if negated in elements:
            body.pop(negated.removeprefix("Not"), None)
    return body


def policy(policy_type: str, *statements: Statement, name: str = "", version: str = "2012-10-17") -> NamedPolicy:
    head = {"Version": version} if version else {}
    return NamedPolicy(name or policy_type.lower(), {**head, "Statement": list(statements)}, policy_type)


def scp(*statements: Statement, name: str = "") -> NamedPolicy:
    return policy(SERVICE_CONTROL, *statements, name=name)


def rcp(*statements: Statement) -> NamedPolicy:
    return policy(RESOURCE_CONTROL, *({"Principal": "*", **each} for each in statements))


def identity(*statements: Statement, version: str = "2012-10-17") -> NamedPolicy:
    return policy(IDENTITY, *statements, version=version)


def resource(principal: Any, *statements: Statement) -> NamedPolicy:
    return policy(RESOURCE, *({"Principal": principal, **each} for each in statements))


def trust(principal: Any, effect: str = "Allow") -> NamedPolicy:
    return policy(TRUST, {"Effect": effect, "Principal": principal, "Action": "sts:AssumeRole"})


ALLOW, NOTHING, DENY = (
    identity(statement("Allow")),
    identity(statement("Allow", "none:None")),
    identity(statement("Deny")),
)


def denied_by(condition: Mapping[str, Any], **elements: Any) -> Policies:
    """Everything is allowed, but for a service control policy that denies what a condition, or elements, say."""
    body = {**elements, **({"Condition": condition} if condition else {})}
    return Policies(scps=(Level("Root", (FULL, scp(statement("Deny", **body)))),))


def decide(
    policies: Policies, principal: str = ROLE, action: str = GET, resource: str = OBJECT, **rest: Any
) -> Decision:
    return evaluate(Request(principal, action, resource, **rest), policies)


def outcome(policies: Policies, principal: str = ROLE, action: str = GET, resource: str = OBJECT, **rest: Any) -> str:
    return decide(policies, principal, action, resource, **rest).outcome


def holds(condition: Mapping[str, Any], context: Mapping[str, Any], **rest: Any) -> bool:
    """Whether a Condition element holds for a request; the answer must not hang on what was not given."""
    decision = decide(denied_by(condition), context=context, **rest)
    assert decision.depends == frozenset(), decision
    return decision.outcome == "explicitDeny"
