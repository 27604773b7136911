"""CloudFormation's operations: the ones the sandbox has, and a plain refusal for all the others.

None is left to moto, whose stacks drop what they do not know and whose stack sets report successes that did not happen.
"""

from typing import Final

from moto.core.utils import get_service_model

from guardrails.sandbox.account_services import kms, s3
from guardrails.sandbox.cloudformation import (
    account_limits,
    change_set_views,
    change_sets,
    exports,
    operation_events,
    stack_drift,
    stack_protection,
    stack_rollbacks,
    stack_views,
    stacks,
    template_views,
)
from guardrails.sandbox.cloudformation.stack_sets import (
    auto_deployment,
    drift_detection,
    instances,
    operations,
    progress,
    set_updates,
    sets,
)
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, Handler, handler_of, operation
from guardrails.sandbox.serving.refusals import not_implemented

SERVICE: Final = "cloudformation"
SUBJECTS: Final = (
    stacks,
    stack_drift,
    stack_protection,
    stack_rollbacks,
    stack_views,
    change_sets,
    change_set_views,
    template_views,
    account_limits,
    exports,
    operation_events,
    sets,
    set_updates,
    instances,
    operations,
    drift_detection,
)
"""The modules that answer operations; importing them registers those."""


def install() -> None:
    """Answer every operation of CloudFormation; deploy to accounts as they come. Installing twice is once."""
    for name in get_service_model(SERVICE).operation_names:
        if handler_of(SERVICE, name) is None:
            operation(SERVICE, name)(_refusal(name))
    auto_deployment.install()
    progress.install()
    kms.install()
    s3.install()


def _refusal(name: str) -> Handler:
    def refuse(call: Call) -> Answer:
        raise not_implemented(SERVICE, name)

    return refuse
