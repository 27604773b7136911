"""What stands before the work on a stack instance: faults that were asked for, a Region not enabled, the organization's policies.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from guardrails.sandbox.account_services import account_regions
from guardrails.sandbox.cloudformation import stack_authorization
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet
from guardrails.sandbox.faults import standing
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Work: TypeAlias = Callable[[StackSet, StackInstance], None]


def in_account(action: str, failure: type[Exception]) -> Callable[[Work], Work]:
    """Do the decorated work in the role of stack sets in the instance's account, which must be allowed the action on stacks there.

    Otherwise it fails with `failure`.
    """

    def decorate(work: Work) -> Work:
        @wraps(work)
        def guarded(stack_set: StackSet, instance: StackInstance) -> None:
            fault = standing.instance_failure(stack_set.name, instance.account, instance.region)
            if fault:
                raise failure(fault)
            if lacking := _without_region(instance):
                raise failure(f"Account {lacking}: the Region {instance.region} is not enabled.")
            with stack_authorization.in_stack_sets(instance.account, instance.region, action) as denied:
                if denied:
                    raise failure(f"Account {instance.account}: {denied}")
                work(stack_set, instance)

        return guarded

    return decorate


def _without_region(instance: StackInstance) -> str:
    """The account that lacks the instance's Region: its own, or the one that manages the organization; "" when none does.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html
    """
    return next(
        (
            account
            for account in (instance.account, MANAGEMENT_ACCOUNT_ID)
            if account_regions.opt_in_status(account, instance.region) == "not-opted-in"
        ),
        "",
    )
