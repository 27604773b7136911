"""Whom a role trusts: its trust policy, judged for one caller and one action.

What identities themselves are permitted is not judged in the sandbox: a role that trusts an account trusts everybody in it.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import Role, iam_backends

from guardrails.iam.condition_block import compile_test, operator_use, value_texts
from guardrails.iam.context import Context, Request, Values
from guardrails.iam.patterns import action_matcher
from guardrails.iam.refusal import UnsupportedPolicy
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.callers import PARTITION, Caller
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

Statement = Mapping[str, Any]


def allows(role: Role, caller: Caller, action: str, keys: Mapping[str, Values]) -> bool:
    """Whether some statement lets the caller do `sts:AssumeRole` (or another action) with the role, and none denies it.

    `keys` are the condition keys that the request brings.

    Raises:
        Refusal: NotImplemented, the policy uses what the sandbox cannot judge.
    """
    account = organization.find_account(caller.account_id)
    path = organization.path(account.parent_id) if account else ""
    context = {**_of_principal(caller), **keys}
    request = Request(caller.role_arn or caller.arn, action, role.arn, context, organization_path=path)
    return _decided(role, action, _names(caller), "AWS", Context(request))


def allows_service(role: Role, service: str, source_arn: str | None = None) -> bool:
    """Whether the trust policy lets an AWS service (`lambda.amazonaws.com`) assume the role, on behalf of the role's own account.

    `source_arn` is the resource for which it does, where the service says that.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
    """
    source = {"aws:SourceArn": source_arn} if source_arn else {}
    request = Request(service, "sts:AssumeRole", role.arn, {"aws:SourceAccount": role.account_id, **source})
    return _decided(role, "sts:AssumeRole", frozenset({service}), "Service", Context(request))


def _decided(role: Role, action: str, names: frozenset[str], kind: str, context: Context) -> bool:
    try:
        effects = {
            str(each.get("Effect"))
            for each in _statements(role)
            if _speaks_of(each, action) and _names_one(each, names, kind) and _holds(each, context)
        }
    except (UnsupportedPolicy, ValueError) as problem:
        raise not_implemented("sts", f"this trust policy of {role.arn}: {problem}") from None
    return "Allow" in effects and "Deny" not in effects


def _names(caller: Caller) -> frozenset[str]:
    """How a policy may name the caller: everybody, its account, itself, its role."""
    root = f"arn:{PARTITION}:iam::{caller.account_id}:root"
    return frozenset({"*", caller.account_id, root, caller.arn, caller.role_arn or caller.arn})


def _of_principal(caller: Caller) -> dict[str, Values]:
    tags = {**_own_tags(caller), **caller.session_tags}
    keys: dict[str, Values] = {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}
    keys["aws:userid"] = caller.user_id
    if ":user/" in caller.arn:
        keys["aws:username"] = caller.arn.rpartition("/")[2]
    if caller.source_identity:
        keys["aws:SourceIdentity"] = caller.source_identity
    return keys


def _own_tags(caller: Caller) -> Mapping[str, str]:
    backend = iam_backends[caller.account_id][PARTITION]
    try:
        if caller.role_arn:
            return {tag["Key"]: tag["Value"] for tag in backend.get_role_by_arn(caller.role_arn).tags}
        tags = backend.get_user(caller.arn.rpartition("/")[2]).tags if ":user/" in caller.arn else None
    except ServiceException:
        return {}
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def _statements(role: Role) -> Iterator[Statement]:
    document = json.loads(role.assume_role_policy_document or "{}")
    yield from _several(document.get("Statement"))


def _speaks_of(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not any(action_matcher(str(each))(action) for each in _several(statement["NotAction"]))
    return any(action_matcher(str(each))(action) for each in _several(statement.get("Action")))


def _names_one(statement: Statement, names: frozenset[str], kind: str) -> bool:
    if "NotPrincipal" in statement:
        raise Refusal("NotImplemented", "The sandbox does not implement NotPrincipal in trust policies.")
    principal = statement.get("Principal")
    named = _several(principal.get(kind)) if isinstance(principal, dict) else _several(principal)
    return any(name in names or name == "*" for name in named)


def _holds(statement: Statement, context: Context) -> bool:
    return all(
        compile_test(operator_use(operator), key, value_texts(value) or ()).holds(context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
