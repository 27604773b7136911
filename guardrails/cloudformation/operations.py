"""The operations of stack sets, which run on after the call that started them: started, followed to their end, each failure told.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.errors import AwsError

PREFERENCES: Final = {
    "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
    "MaxConcurrentPercentage": 100,
    "FailureTolerancePercentage": 100,
    "RegionConcurrencyType": "PARALLEL",
}
"""Everywhere at once, and on past failures: each of them is reported, and retried by the next run."""
UNDER_WAY: Final = frozenset({"RUNNING", "QUEUED", "STOPPING", "PENDING"})
PASSES_SOON: Final = ("OperationInProgressException",)
TIMEOUT: Final = 6 * 3600.0


def operate(
    aws: Writer, stack_set: str, operation: str, request: Mapping[str, Any], account_name: Callable[[str], str]
) -> list[str]:
    """Start an operation and follow it to its end; gives each instance that failed as "account/region: reason".

    `account_name` says what we call the account with an id. An instance in a suspended account is passed over by AWS, and is no failure.

    Raises: AwsError, when the operation itself failed and no instance says why.
    """
    asked = {"StackSetName": stack_set, "OperationPreferences": PREFERENCES, **request}
    identity = aws.write("cloudformation", operation, **asked, retry_on=PASSES_SOON)["OperationId"]
    what = f"cloudformation:{operation} {stack_set}"
    done = aws.wait_for(lambda: ended(aws, stack_set, identity), what=what, every=5, timeout=TIMEOUT)
    failed = failures_of(aws, stack_set, identity, account_name)
    if done["Status"] != "SUCCEEDED" and not failed:
        raise AwsError(what, done["Status"], done.get("StatusReason", "AWS gives no reason"))
    return failed


def wait_until_idle(aws: Writer, stack_set: str) -> None:
    """Wait for what is still under way in the set: of an earlier run, or of an account that has just come or gone."""

    def idle() -> bool | None:
        found = aws.items("cloudformation", "list_stack_set_operations", "Summaries", StackSetName=stack_set)
        return not any(operation["Status"] in UNDER_WAY for operation in found) or None

    aws.wait_for(idle, what=f"cloudformation stack set {stack_set}", every=5, timeout=TIMEOUT)


def ended(aws: Reader, stack_set: str, identity: str) -> Mapping[str, Any] | None:
    """An operation as DescribeStackSetOperation shows it, None while it is under way."""
    found = aws.read("cloudformation", "describe_stack_set_operation", StackSetName=stack_set, OperationId=identity)
    operation: Mapping[str, Any] = found["StackSetOperation"]
    return None if operation["Status"] in UNDER_WAY else operation


def failures_of(aws: Reader, stack_set: str, identity: str, account_name: Callable[[str], str]) -> list[str]:
    """Each instance for which an operation failed, as "account/region: reason", sorted; suspended accounts are no failures."""
    results = aws.items(
        "cloudformation",
        "list_stack_set_operation_results",
        "Summaries",
        StackSetName=stack_set,
        OperationId=identity,
    )
    return sorted(
        f"{account_name(result['Account'])}/{result['Region']}: {result.get('StatusReason') or result['Status']}"
        for result in results
        if result["Status"] in {"FAILED", "CANCELLED"} and not is_suspended(result.get("StatusReason", ""))
    )


def is_suspended(reason: str) -> bool:
    """Whether a status or its reason says that the account is suspended, and so was passed over."""
    return "SUSPENDED" in reason.upper()
