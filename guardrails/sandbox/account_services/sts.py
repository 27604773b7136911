"""Who may assume which role: both the role and its account must exist, and the role must trust the caller.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from moto.core.exceptions import ServiceException
from moto.iam.models import Role, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import PARTITION, Caller
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

ROLE_ARN: Final = re.compile(r"^arn:aws:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)$")
ASSUME_ACTIONS: Final = frozenset({"sts:assumerole", "sts:*", "*"})


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Mapping[str, Any]:
    """Issue credentials of a role that exists and trusts the caller; AccessDenied otherwise, whatever the reason, as AWS does."""
    arn = call.parameters["RoleArn"]
    role = role_of(arn)
    if role is None or not trusts(role, call.caller):
        message = f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        raise Refusal("AccessDenied", message, status=403)
    session_name, seconds = call.parameters["RoleSessionName"], call.parameters.get("DurationSeconds", 3600)
    _check_duration(role, call.caller, seconds)
    session = begin_session(
        role,
        session_name,
        seconds,
        region_name=call.region,
        policy=call.parameters.get("Policy", ""),
        external_id=call.parameters.get("ExternalId", ""),
    )
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": datetime.now(UTC) + timedelta(seconds=seconds),
        },
        "AssumedRoleUser": {"AssumedRoleId": f"{role.id}:{session_name}", "Arn": session.arn},
    }


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Mapping[str, Any]:
    """Tell the caller who it is; allowed to everybody.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    return {"UserId": call.caller.user_id, "Account": call.account_id, "Arn": call.caller.arn}


def begin_session(
    role: Role, session_name: str, seconds: int, *, region_name: str, policy: str = "", external_id: str = ""
) -> AssumedRole:
    """Credentials of a role, issued to whoever may have them: the caller of this function has seen to that."""
    account_id = _account_of(role.arn)
    session = sts_backends[account_id][PARTITION].assume_role(
        region_name=region_name,
        role_session_name=session_name,
        role_arn=role.arn,
        policy=policy,
        duration=seconds,
        external_id=external_id,
    )
    owner = Caller(account_id, session.arn, f"{role.id}:{session_name}", role.arn)
    callers.remember(session.access_key_id, owner)
    return session


def _check_duration(role: Role, caller: Caller, seconds: int) -> None:
    """Refuse a session longer than the role allows, or longer than an hour when a role's session asks (role chaining)."""
    longest = min(int(role.max_session_duration or 3600), 3600 if caller.role_arn else 43_200)
    if not 900 <= seconds <= longest:
        message = (
            f"The requested DurationSeconds exceeds the MaxSessionDuration set for this role: {seconds} > {longest}."
        )
        raise Refusal("ValidationError", message)


def _account_of(arn: str) -> str:
    matched = ROLE_ARN.match(arn)
    return matched.group(1) if matched else ""


def role_of(arn: str) -> Role | None:
    """The role of an ARN, when its account exists, is not closed, and has it."""
    account_id = _account_of(arn)
    if account_id != MANAGEMENT_ACCOUNT_ID and not organization.is_active_member(account_id):
        return None
    try:
        return iam_backends[account_id][PARTITION].get_role_by_arn(arn)
    except ServiceException:
        return None


def trusts(role: Role, caller: Caller) -> bool:
    """Whether the role's trust policy lets the caller assume it: some statement allows it and none denies it.

    Principals are matched; conditions are not evaluated (a statement with a condition counts as matching an
    Allow, never a Deny).
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    document = json.loads(role.assume_role_policy_document or "{}")
    effects = {
        str(statement.get("Effect"))
        for statement in _several(document.get("Statement"))
        if _speaks_of(statement, caller)
    }
    return "Allow" in effects and "Deny" not in effects


def trusts_service(role: Role, service: str) -> bool:
    """Whether the role's trust policy lets an AWS service (`lambda.amazonaws.com`) assume it; conditions as in `trusts`."""
    document = json.loads(role.assume_role_policy_document or "{}")
    effects = {
        str(statement.get("Effect"))
        for statement in _several(document.get("Statement"))
        if _speaks_of_assuming(statement)
        and isinstance(statement.get("Principal"), dict)
        and service in _several(statement["Principal"].get("Service"))
    }
    return "Allow" in effects and "Deny" not in effects


def _speaks_of(statement: Mapping[str, Any], caller: Caller) -> bool:
    if not _speaks_of_assuming(statement):
        return False
    principal = statement.get("Principal")
    named = _several(principal.get("AWS")) if isinstance(principal, dict) else _several(principal)
    accepted = {"*", caller.account_id, f"arn:{PARTITION}:iam::{caller.account_id}:root", caller.arn, caller.role_arn}
    return any(name in accepted for name in named)


def _speaks_of_assuming(statement: Mapping[str, Any]) -> bool:
    actions = {str(action).lower() for action in _several(statement.get("Action"))}
    return bool(actions & ASSUME_ACTIONS) and not (statement.get("Effect") == "Deny" and statement.get("Condition"))


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
