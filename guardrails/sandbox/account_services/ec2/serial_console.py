"""Access to the serial console of instances: off until the account, or the organization, allows it.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html
"""

from typing import Final

from guardrails.sandbox.account_services.ec2 import attributes, declarative_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

ATTRIBUTE: Final = "serial_console_access"


@operation("ec2", "EnableSerialConsoleAccess")
def enable_serial_console_access(call: Call) -> Answer:
    """Allow access."""
    attributes.put(call, ATTRIBUTE, True)
    return {"SerialConsoleAccessEnabled": True}


@operation("ec2", "DisableSerialConsoleAccess")
def disable_serial_console_access(call: Call) -> Answer:
    """Allow access no longer."""
    attributes.put(call, ATTRIBUTE, False)
    return {"SerialConsoleAccessEnabled": False}


@operation("ec2", "GetSerialConsoleAccessStatus")
def get_serial_console_access_status(call: Call) -> Answer:
    """Whether access is allowed, and who says so."""
    found = declarative_policies.declared(call.account_id, ATTRIBUTE)
    own = attributes.own(call.account_id, call.region, ATTRIBUTE, False)
    return {
        "SerialConsoleAccessEnabled": own if found is None else found.get("status") == "enabled",
        "ManagedBy": declarative_policies.managed_by(call.account_id, ATTRIBUTE),
    }
