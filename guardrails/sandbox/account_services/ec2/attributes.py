"""The values that accounts have set, by account, region and attribute."""

from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import declarative_policies
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

_VALUES: Final[dict[tuple[str, str, str], Any]] = lifecycle.forgotten_on_reset({})


def own(account_id: str, region: str, attribute: str, default: Any) -> Any:
    """What the account has set in the region."""
    return _VALUES.get((account_id, region, attribute), default)


def put(call: Call, attribute: str, value: Any) -> None:
    """Set an attribute in the caller's account and region, unless the organization sets it.

    Raises:
        Refusal: OperationNotPermitted.
    """
    refuse_dry_run(call)
    declarative_policies.require_undeclared(call, attribute)
    _VALUES[call.account_id, call.region, attribute] = value


def refuse_dry_run(call: Call) -> None:
    """Change nothing for a call that only asks whether it would be allowed.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
    Raises:
        Refusal: DryRunOperation.
    """
    if call.parameters.get("DryRun"):
        message = "Request would have succeeded, but DryRun flag is set."
        raise Refusal("DryRunOperation", message, status=412)


def checked(name: str, value: Any, allowed: tuple[Any, ...]) -> Any:
    """A parameter's value, when it is one of those allowed.

    Raises:
        Refusal: InvalidParameterValue.
    """
    if value not in allowed:
        raise Refusal("InvalidParameterValue", f"Value ({value}) for parameter {name} is invalid.")
    return value
