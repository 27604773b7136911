"""One stack, found and followed to the end of what is under way in it, and why it failed.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.engine.port import Reader
from guardrails.errors import AwsError

SUCCEEDED: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK: Final = frozenset({"UPDATE_ROLLBACK_COMPLETE"})
DEAD: Final = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
)
"""Statuses of a stack that can only be deleted: nothing that was wanted of it ever stood, or stands any more."""
DEPLOYMENT_TIMEOUT: Final = 3600.0


def find(aws: Reader, name: str) -> Mapping[str, Any] | None:
    """The stack with this name or id, None when there is none (any more)."""
    try:
        found: Mapping[str, Any] = aws.afresh().read("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def settled(aws: Reader, name: str) -> Mapping[str, Any] | None:
    """The stack as soon as nothing is under way in it, None when there is none."""

    def look() -> tuple[Mapping[str, Any] | None] | None:
        found = find(aws, name)
        under_way = found and found["StackStatus"].endswith("_IN_PROGRESS") and found["StackStatus"] not in DEAD
        return None if under_way else (found,)

    return aws.wait_for(look, what=f"cloudformation stack {name}", every=5, timeout=DEPLOYMENT_TIMEOUT)[0]


def followed(aws: Reader, name: str, operation: str, good: frozenset[str] = SUCCEEDED) -> Mapping[str, Any]:
    """The stack at the end of an operation.

    Raises: AwsError, unless the stack ended well.
    """
    found = settled(aws, name)
    if found and found["StackStatus"] in good:
        return found
    identity, status = (found["StackId"], found["StackStatus"]) if found else (name, "DELETE_COMPLETE")
    raise failure(aws, identity, operation, status)


def failure(aws: Reader, identity: str, operation: str, status: str) -> AwsError:
    """The error that tells why the last operation on a stack ended in a status: the reason of every resource that failed."""
    reasons: list[str] = []
    for event in aws.afresh().items("cloudformation", "describe_stack_events", "StackEvents", StackName=identity):
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
            reasons.append(f"{event['LogicalResourceId']} ({event.get('ResourceType', '')}): {reason}")
        if event["PhysicalResourceId"] == event["StackId"] and reason == "User Initiated":
            break
    message = "; ".join(reversed(reasons)) or "AWS gives no reason"
    if "already exists" in message:
        message += (
            " (was it retained by an earlier stack? import it into a new stack of this name, or take another prefix)"
        )
    return AwsError(f"cloudformation:{operation}", status, message, account=aws.account, region=aws.region)
