"""The quotas of an account in a region that CloudFormation tells of, and the one of stacks, which holds.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import stack_records, template_problems
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation
from guardrails.sandbox.serving.refusals import Refusal

STACKS: Final = 2000
CONCURRENT_RESOURCES: Final = 2500


@operation("cloudformation", "DescribeAccountLimits")
def describe_account_limits(call: Call) -> Mapping[str, Any]:
    """The limits and their values."""
    limits = {
        "StackLimit": STACKS,
        "StackOutputsLimit": template_problems.MAXIMUM_OUTPUTS,
        "ConcurrentResourcesLimit": CONCURRENT_RESOURCES,
    }
    return {"AccountLimits": [{"Name": name, "Value": value} for name, value in limits.items()]}


def check_stacks(account: str, region: str) -> None:
    """Refuse another stack where the account has as many as it may.

    Raises:
        Refusal: LimitExceededException.
    """
    living = sum(stack_records.exists(stack) for stack in stack_records.stacks(account, region))
    if living >= STACKS:
        raise Refusal("LimitExceededException", f"Limit for stack has been exceeded. The limit is {STACKS}.")
