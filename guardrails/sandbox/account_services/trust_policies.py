"""Whom a role trusts: its trust policy, judged for one caller and one action.

Whether the caller's own policies let it assume the role is judged before, when the sandbox enforces policies; else a role that trusts an
account trusts everybody in it.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from collections.abc import Mapping

from moto.core.exceptions import ServiceException
from moto.iam.models import Role, iam_backends

from guardrails.errors import ConfigError
from guardrails.iam import TRUST, Policies, Request, UnsupportedPolicy, Values, evaluate
from guardrails.sandbox.enforcement.documents import understood
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.callers import PARTITION, Caller
from guardrails.sandbox.serving.refusals import not_implemented


def allows(role: Role, caller: Caller, action: str, keys: Mapping[str, Values]) -> bool:
    """Whether some statement lets the caller do `sts:AssumeRole` (or another action) with the role, and none denies it.

    `keys` are the condition keys that the request brings.

    Raises:
        Refusal: NotImplemented, the policy uses what the sandbox cannot judge.
    """
    account = organization.find_account(caller.account_id)
    path = organization.path(account.parent_id) if account else ""
    context = {**_of_principal(caller), **keys}
    session = caller.arn if caller.role_arn else ""
    who = caller.role_arn or caller.arn
    return _decided(role, Request(who, action, role.arn, context, organization_path=path, session=session))


def allows_service(role: Role, service: str, source_arn: str | None = None) -> bool:
    """Whether the trust policy lets an AWS service (`lambda.amazonaws.com`) assume the role, on behalf of the role's own account.

    `source_arn` is the resource for which it does, where the service says that.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html
    """
    source = {"aws:SourceArn": source_arn} if source_arn else {}
    context = {"aws:SourceAccount": role.account_id, **source}
    return _decided(role, Request(service, "sts:AssumeRole", role.arn, context))


def _decided(role: Role, request: Request) -> bool:
    trust = Policies(resource=understood(role.arn, role.assume_role_policy_document or "{}", TRUST))
    try:
        return evaluate(request, trust).outcome == "allowed"
    except (UnsupportedPolicy, ConfigError) as problem:
        raise not_implemented("sts", f"this trust policy of {role.arn}: {problem}") from None


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
