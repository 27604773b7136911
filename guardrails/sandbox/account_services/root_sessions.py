"""Sessions of a member's root user, each limited to one task.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from guardrails.sandbox.account_services import root_access, sts
from guardrails.sandbox.account_services.aws_managed_policies import PREFIX, catalogue
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.callers import PARTITION, Caller
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

LONGEST_SECONDS: Final = 900
FEATURE_OF_TASK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "IAMAuditRootUserCredentials": root_access.CREDENTIALS,
        "IAMCreateRootUserPassword": root_access.CREDENTIALS,
        "IAMDeleteRootUserCredentials": root_access.CREDENTIALS,
        "S3UnlockBucketPolicy": root_access.SESSIONS,
        "SQSUnlockQueuePolicy": root_access.SESSIONS,
    }
)
TARGET: Final = re.compile(rf"(?:arn:{PARTITION}:iam::)?(\d{{12}})(?::root)?")


@operation("sts", "AssumeRoot")
def assume_root(call: Call) -> Answer:
    """Issue credentials of a member's root for one task, for a quarter of an hour at most."""
    if "MinimumSessionTokenSize" in call.parameters:
        raise not_implemented("sts", "AssumeRoot with MinimumSessionTokenSize")
    task = _task(call)
    seconds = call.parameters.get("DurationSeconds", LONGEST_SECONDS)
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise Refusal("ValidationError", f"Value '{seconds}' at 'durationSeconds' failed to satisfy constraint.")
    matched = TARGET.fullmatch(call.parameters["TargetPrincipal"])
    account_id = matched.group(1) if matched else ""
    member = organization.is_active_member(account_id) and account_id != MANAGEMENT_ACCOUNT_ID
    if not (member and _may(call.caller, task)):
        target = call.parameters["TargetPrincipal"]
        message = f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRoot on resource: {target}"
        raise Refusal("AccessDenied", message, status=403)
    arn = f"arn:{PARTITION}:iam::{account_id}:root"
    root = Caller(account_id, arn, account_id, task_actions=_actions(task))
    return {"Credentials": sts.issued(root, seconds)}


def _task(call: Call) -> str:
    """The task of the policy that is named: one of the five that AWS has for this."""
    arn = str(call.parameters["TaskPolicyArn"].get("arn", ""))
    name = arn.removeprefix(f"{PREFIX}/root-task/")
    if name not in FEATURE_OF_TASK:
        raise Refusal("ValidationError", f"The policy {arn} is not a task policy that AWS manages for root sessions.")
    return name


def _may(caller: Caller, task: str) -> bool:
    administers = root_access.administers(caller.account_id) and not caller.arn.endswith(":root")
    return administers and root_access.is_enabled(FEATURE_OF_TASK[task])


def _actions(task: str) -> frozenset[str]:
    """All that the task's policy does not deny."""
    document = catalogue()[f"{PREFIX}/root-task/{task}"]["Document"]
    return frozenset(document["Statement"][0]["NotAction"])
