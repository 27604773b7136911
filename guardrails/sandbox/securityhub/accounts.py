"""Security Hub switched on, changed and switched off by an account for itself, region by region.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html
"""

from typing import Final

from guardrails.sandbox.securityhub import administration, hubs
from guardrails.sandbox.securityhub.administration import REGIONS
from guardrails.sandbox.securityhub.refusals import conflict, invalid_input, not_found
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation

GENERATORS: Final = ("STANDARD_CONTROL", "SECURITY_CONTROL")


@operation("securityhub", "EnableSecurityHub")
def enable_security_hub(call: Call) -> Answer:
    """Switch Security Hub on, with the default standards unless they are declined."""
    administration.require_self_managed(call)
    if hubs.find(call.account_id, call.region):
        raise conflict("Account is already subscribed to Security Hub")
    generator = _generator(call, "SECURITY_CONTROL")
    made = hubs.switch_on(call.account_id, call.region)
    made.finding_generator, made.tags = generator, dict(call.parameters.get("Tags", {}))
    if call.parameters.get("EnableDefaultStandards", True):
        made.enable(hubs.DEFAULT_STANDARDS)
    return {}


@operation("securityhub", "DisableSecurityHub")
def disable_security_hub(call: Call) -> Answer:
    """Switch Security Hub off: not in an administrator's account, not in a member's that was not let go.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-disable.html
    """
    administration.require_own(call)
    if REGIONS.administered_by(call.account_id, call.region):
        raise invalid_input("Account is a Security Hub administrator; it cannot disable Security Hub.")
    if REGIONS.administrator_of(call.account_id, call.region):
        raise invalid_input("Account is a member; disassociate it from its administrator first.")
    hubs.switch_off(call.account_id, call.region)
    return {}


@operation("securityhub", "DescribeHub")
def describe_hub(call: Call) -> Answer:
    """Describe the account's hub in the region."""
    found = administration.require_hub(call)
    if call.parameters.get("HubArn", found.arn) != found.arn:
        raise not_found(f"The request was rejected because no hub was found with ARN {call.parameters['HubArn']}.")
    return {
        "HubArn": found.arn,
        "SubscribedAt": found.subscribed.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "AutoEnableControls": found.auto_enable_controls,
        "ControlFindingGenerator": found.finding_generator,
    }


@operation("securityhub", "UpdateSecurityHubConfiguration")
def update_security_hub_configuration(call: Call) -> Answer:
    """Change whether new controls are enabled, and how controls report; an administrator's word holds for its members.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/controls-findings-create-update.html
    """
    found = administration.require_own(call)
    generator = _generator(call, found.finding_generator)
    if "ControlFindingGenerator" in call.parameters and REGIONS.administrator_of(call.account_id, call.region):
        raise invalid_input("Only the administrator account can change ControlFindingGenerator.")
    found.auto_enable_controls = call.parameters.get("AutoEnableControls", found.auto_enable_controls)
    found.finding_generator = generator
    for member in REGIONS.members_of(call.account_id, call.region):
        if hub := hubs.find(member, call.region):
            hub.finding_generator = generator
    return {}


@operation("securityhub", "GetFindings", "BatchImportFindings")
def findings(call: Call) -> Answer:
    """Findings are moto's, where Security Hub is on."""
    administration.require_hub(call)
    return FORWARD


def _generator(call: Call, otherwise: str) -> str:
    wanted = str(call.parameters.get("ControlFindingGenerator", otherwise))
    if wanted not in GENERATORS:
        raise invalid_input("Invalid parameter 'ControlFindingGenerator'.")
    return wanted
