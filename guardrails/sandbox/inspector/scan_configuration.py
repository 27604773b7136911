"""How EC2 instances are scanned: set by an account for itself, by the delegated administrator for its members too.

Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateConfiguration.html
"""

from typing import Final

from guardrails.sandbox.inspector.refusals import access_denied, validation
from guardrails.sandbox.inspector.scans import REGIONS
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import not_implemented

MODES: Final = ("EC2_SSM_AGENT_BASED", "EC2_HYBRID")
FIRST: Final = "EC2_HYBRID"
_CHOSEN: Final[dict[tuple[str, str], str]] = lifecycle.forgotten_on_reset({})


@operation("inspector2", "GetConfiguration")
def get_configuration(call: Call) -> Answer:
    """Show the scan mode that holds for the caller: its administrator's, when it is a member."""
    _refuse_members_named(call)
    holder = REGIONS.administrator_of(call.account_id, call.region) or call.account_id
    mode = _CHOSEN.get((holder, call.region), FIRST)
    return {"ec2Configuration": {"scanModeState": {"scanMode": mode, "scanModeStatus": "SUCCESS"}}}


@operation("inspector2", "UpdateConfiguration")
def update_configuration(call: Call) -> Answer:
    """Choose the scan mode of EC2 instances; a member has no choice. Other configurations are refused."""
    _refuse_members_named(call)
    given = {key for key, value in call.parameters.items() if value is not None}
    if given != {"ec2Configuration"} or call.parameters["ec2Configuration"].get("activateVMScanner"):
        raise not_implemented("inspector2", "UpdateConfiguration of anything but the EC2 scan mode")
    if REGIONS.administrator_of(call.account_id, call.region):
        raise access_denied("Member accounts cannot update the configuration; their administrator can.")
    mode = str(call.parameters["ec2Configuration"]["scanMode"])
    if mode not in MODES:
        raise validation(f"The scan mode {mode} is not valid.")
    _CHOSEN[call.account_id, call.region] = mode
    return {}


def _refuse_members_named(call: Call) -> None:
    if call.parameters.get("accountId"):
        raise not_implemented("inspector2", f"{call.operation} of a single member")
