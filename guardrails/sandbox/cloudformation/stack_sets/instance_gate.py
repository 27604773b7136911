"""What stands before the work on a stack instance: faults that were asked for, and the organization's policies when they are enforced.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html
"""

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from guardrails.sandbox.cloudformation import stack_authorization
from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance, StackSet
from guardrails.sandbox.faults import standing

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
            with stack_authorization.in_stack_sets(instance.account, instance.region, action) as denied:
                if denied:
                    raise failure(f"Account {instance.account}: {denied}")
                work(stack_set, instance)

        return guarded

    return decorate
