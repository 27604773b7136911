"""CloudFormation's operations: the ones the sandbox has, and a plain refusal for all the others.

None is left to moto, whose stacks drop what they do not know and whose stack sets report successes that did not happen.
"""

from typing import Final

from moto.core.utils import get_service_model

from guardrails.sandbox import (
    kms,
    operations,
    s3,
    stack_set_auto_deployment,
    stack_set_instances,
    stack_set_operations,
    stack_sets,
    stack_views,
    stacks,
)
from guardrails.sandbox.calls import Call
from guardrails.sandbox.operations import Answer, Handler
from guardrails.sandbox.refusals import not_implemented

SERVICE: Final = "cloudformation"
SUBJECTS: Final = (stacks, stack_views, stack_sets, stack_set_instances, stack_set_operations)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of CloudFormation; deploy to accounts as they come. Installing twice is once."""
    for name in get_service_model(SERVICE).operation_names:
        if operations.handler_of(SERVICE, name) is None:
            operations.operation(SERVICE, name)(_refusal(name))
    stack_set_auto_deployment.install()
    kms.install()
    s3.install()


def _refusal(name: str) -> Handler:
    def refuse(call: Call) -> Answer:
        raise not_implemented(SERVICE, name)

    return refuse
