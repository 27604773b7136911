"""Temporary credentials: of roles that exist and trust the caller, and of users.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

from moto.core.exceptions import ServiceException
from moto.iam.models import Role, iam_backends
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.utils import random_session_token

from guardrails.iam.context import Values
from guardrails.sandbox.account_services import session_policies, session_tags, trust_policies
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import PARTITION, Caller
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

ROLE_ARN: Final = re.compile(r"^arn:aws:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]+)$")
SESSION_NAME: Final = re.compile(r"[\w+=,.@-]{2,64}")
BEYOND: Final = ("SerialNumber", "TokenCode", "ProvidedContexts", "MinimumSessionTokenSize")
CHAINED_SECONDS: Final = 3600


@operation("sts", "AssumeRole")
def assume_role(call: Call) -> Answer:
    """Issue credentials of a role that exists and trusts the caller; AccessDenied otherwise, whatever the reason, as AWS does."""
    wanted, caller = call.parameters, call.caller
    for name in BEYOND:
        if name in wanted:
            raise not_implemented("sts", f"AssumeRole with {name}")
    session_name, seconds = wanted["RoleSessionName"], wanted.get("DurationSeconds", 3600)
    if not SESSION_NAME.fullmatch(session_name):
        raise Refusal("ValidationError", f"Value '{session_name}' at 'roleSessionName' failed to satisfy constraint.")
    tags = session_tags.checked(call)
    limits = session_policies.checked(call)
    role = _trusting(call, session_tags.condition_keys(tags, wanted.get("TransitiveTagKeys", [])))
    _check_duration(role, caller, seconds)
    session = begin_session(
        role,
        session_name,
        seconds,
        region_name=call.region,
        policy=wanted.get("Policy", ""),
        external_id=wanted.get("ExternalId", ""),
    )
    identity = caller.source_identity or wanted.get("SourceIdentity", "")
    session_tags.note(session.access_key_id, call, tags, identity)
    session_policies.note(session.access_key_id, limits)
    return {
        "Credentials": shown(session.access_key_id, session.secret_access_key, session.session_token, seconds),
        "AssumedRoleUser": {"AssumedRoleId": f"{role.id}:{session_name}", "Arn": session.arn},
        **({"SourceIdentity": identity} if identity else {}),
    }


@operation("sts", "GetCallerIdentity")
def get_caller_identity(call: Call) -> Answer:
    """Tell the caller who it is; allowed to everybody.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    return {"UserId": call.caller.user_id, "Account": call.account_id, "Arn": call.caller.arn}


@operation("sts", "GetSessionToken")
def get_session_token(call: Call) -> Answer:
    """Issue temporary credentials of the user that asks; a session cannot ask.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
    """
    for name in BEYOND:
        if name in call.parameters:
            raise not_implemented("sts", f"GetSessionToken with {name}")
    if call.caller.role_arn or call.caller.task_actions is not None:
        raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials", status=403)
    seconds = call.parameters.get("DurationSeconds", 43_200)
    if not 900 <= seconds <= 129_600:
        raise Refusal("ValidationError", f"Value '{seconds}' at 'durationSeconds' failed to satisfy constraint.")
    return {"Credentials": issued(call.caller, seconds)}


@operation("sts", "GetAccessKeyInfo")
def get_access_key_info(call: Call) -> Answer:
    """The account that an access key belongs to.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
    """
    owner = callers.find(call.parameters["AccessKeyId"])
    if owner is None:
        raise not_implemented("sts", "GetAccessKeyInfo of a key that it did not issue")
    return {"Account": owner.account_id}


@operation("sts", "GetFederationToken", "DecodeAuthorizationMessage", "GetWebIdentityToken", "GetDelegatedAccessToken")
@operation("sts", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
def not_in_the_sandbox(call: Call) -> NoReturn:
    """Refused: nobody here can tell whether an assertion is true, and moto would answer with credentials that open nothing."""
    raise not_implemented("sts", call.operation)


def issued(caller: Caller, seconds: int) -> Mapping[str, Any]:
    """New temporary credentials of a caller."""
    key = iam_backends[caller.account_id][PARTITION].create_temp_access_key()
    callers.remember(key.access_key_id, caller)
    return shown(key.access_key_id, key.secret_access_key, random_session_token(), seconds)


def shown(access_key_id: str, secret: str, token: str, seconds: int) -> Mapping[str, Any]:
    """Temporary credentials as STS shows them."""
    expiration = datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "AccessKeyId": access_key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": expiration,
    }


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


def role_of(arn: str) -> Role | None:
    """The role of an ARN, when its account exists, is not closed, and has it."""
    account_id = _account_of(arn)
    if account_id != MANAGEMENT_ACCOUNT_ID and not organization.is_active_member(account_id):
        return None
    try:
        return iam_backends[account_id][PARTITION].get_role_by_arn(arn)
    except ServiceException:
        return None


def _trusting(call: Call, keys: Mapping[str, Values]) -> Role:
    """The role that is asked for, which trusts the caller with everything the call wants.

    Raises:
        Refusal: AccessDenied.
    """
    arn, wanted = call.parameters["RoleArn"], call.parameters
    role = role_of(arn)
    if call.caller.arn.endswith(":root"):
        raise Refusal("AccessDenied", "Roles may not be assumed by root accounts.", status=403)
    given = {"ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName"}
    context = {**keys, **{key: wanted[name] for name, key in given.items() if name in wanted}}
    actions = ["sts:AssumeRole"]
    if wanted.get("Tags"):
        actions.append("sts:TagSession")
    identity = call.caller.source_identity or wanted.get("SourceIdentity")
    if identity:
        actions.append("sts:SetSourceIdentity")
        context["sts:SourceIdentity"] = identity
    for action in actions:
        if role is None or not trust_policies.allows(role, call.caller, action, context):
            message = f"User: {call.caller.arn} is not authorized to perform: {action} on resource: {arn}"
            raise Refusal("AccessDenied", message, status=403)
    assert role is not None
    return role


def _check_duration(role: Role, caller: Caller, seconds: int) -> None:
    """Refuse a session longer than the role allows, or longer than an hour when a role's session asks (role chaining)."""
    longest = int(role.max_session_duration or 3600)
    if caller.role_arn and seconds > CHAINED_SECONDS:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        raise Refusal("ValidationError", message)
    if not 900 <= seconds <= longest:
        message = (
            f"The requested DurationSeconds exceeds the MaxSessionDuration set for this role: {seconds} > {longest}."
        )
        raise Refusal("ValidationError", message)


def _account_of(arn: str) -> str:
    matched = ROLE_ARN.match(arn)
    return matched.group(1) if matched else ""
