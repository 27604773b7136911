"""Central configuration's policies: complete statements of whether Security Hub is on, which standards, which controls.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateConfigurationPolicy.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.securityhub import administration, central_configuration, hubs
from guardrails.sandbox.securityhub.administration import CentralConfiguration, ConfigurationPolicy
from guardrails.sandbox.securityhub.refusals import PAGING, conflict, invalid_input, not_found
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.security_hub.security_controls import SECURITY_CONTROLS

PER_PAGE: Final = 100
NAME: Final = re.compile(r"[A-Za-z0-9\-.!*/]{1,128}")
LISTS: Final = ("EnabledSecurityControlIdentifiers", "DisabledSecurityControlIdentifiers")
INCOMPLETE: Final = (
    "Invalid semantics: Enabled standards and security control configurations must be configured when "
    "Security Hub is enabled"
)


@operation("securityhub", "CreateConfigurationPolicy")
def create_configuration_policy(call: Call) -> Answer:
    """Write a policy; it reaches nobody until it is associated."""
    central, wanted = administration.require_central(call), call.parameters
    policy = _checked(wanted["ConfigurationPolicy"], central.home_region)
    name = _checked_name(central, str(wanted["Name"]), None)
    identifier = str(mock_random.uuid4())
    arn = f"arn:aws:securityhub:{call.region}:{call.account_id}:configuration-policy/{identifier}"
    tags = dict(wanted.get("Tags", {}))
    made = ConfigurationPolicy(identifier, arn, name, str(wanted.get("Description", "")), policy, tags)
    central.policies[identifier] = made
    return _described(made)


@operation("securityhub", "UpdateConfigurationPolicy")
def update_configuration_policy(call: Call) -> Answer:
    """Change a policy; every account that it reaches is configured anew."""
    central, wanted = administration.require_central(call), call.parameters
    found = of_identifier(central, str(wanted["Identifier"]))
    policy = _checked(wanted.get("ConfigurationPolicy", found.policy), central.home_region)
    found.name = _checked_name(central, str(wanted.get("Name", found.name)), found.id)
    found.description = str(wanted.get("Description", found.description))
    found.policy, found.updated = policy, datetime.now(UTC)
    held = central_configuration.effective(central)
    reached = [each for each, association in held.items() if association.policy_id == found.id]
    central_configuration.reconfigure(central, reached)
    return _described(found)


@operation("securityhub", "GetConfigurationPolicy")
def get_configuration_policy(call: Call) -> Answer:
    """Show a policy, by its id or ARN."""
    central = administration.require_central(call)
    return _described(of_identifier(central, str(call.parameters["Identifier"])))


@operation("securityhub", "ListConfigurationPolicies")
def list_configuration_policies(call: Call) -> Answer:
    """List the policies, in the order of their creation."""
    central = administration.require_central(call)
    shown = [
        {
            "Arn": each.arn,
            "Id": each.id,
            "Name": each.name,
            "Description": each.description,
            "UpdatedAt": each.updated,
            "ServiceEnabled": each.policy["SecurityHub"]["ServiceEnabled"],
        }
        for each in central.policies.values()
    ]
    return PAGING.page(call, "ConfigurationPolicySummaries", shown, PER_PAGE)


@operation("securityhub", "DeleteConfigurationPolicy")
def delete_configuration_policy(call: Call) -> Answer:
    """Delete a policy that is associated with nobody."""
    central = administration.require_central(call)
    found = of_identifier(central, str(call.parameters["Identifier"]))
    if any(each.policy_id == found.id for each in central.associations.values()):
        raise conflict("The configuration policy is still associated; disassociate it first.")
    del central.policies[found.id]
    return {}


def of_identifier(central: CentralConfiguration, identifier: str) -> ConfigurationPolicy:
    """A policy by its id or ARN.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    found = next((each for each in central.policies.values() if identifier in (each.id, each.arn)), None)
    if found is None:
        raise not_found(f"Configuration policy {identifier} does not exist.")
    return found


def _checked_name(central: CentralConfiguration, name: str, own_id: str | None) -> str:
    if not NAME.fullmatch(name):
        raise invalid_input(f"Invalid parameter Name: {name}")
    if any(each.name == name and each.id != own_id for each in central.policies.values()):
        raise conflict(f"A configuration policy named {name} already exists.")
    return name


def _checked(policy: Mapping[str, Any], home_region: str) -> Mapping[str, Any]:
    content = policy.get("SecurityHub") or {}
    if "ServiceEnabled" not in content:
        raise invalid_input("Invalid semantics: ServiceEnabled must be given.")
    standards, controls = content.get("EnabledStandardIdentifiers"), content.get("SecurityControlsConfiguration")
    if not content["ServiceEnabled"]:
        if standards or controls:
            raise invalid_input(
                "Invalid semantics: standards and controls cannot be given when Security Hub is disabled."
            )
        return policy
    if standards is None or controls is None:
        raise invalid_input(INCOMPLETE)
    lists = [controls[name] for name in LISTS if name in controls]
    if len(lists) != 1:
        raise invalid_input("Invalid semantics: either enabled or disabled security controls must be given.")
    named = [*lists[0], *(each["SecurityControlId"] for each in controls.get("SecurityControlCustomParameters", ()))]
    if strangers := sorted(set(named) - SECURITY_CONTROLS):
        raise invalid_input(f"Invalid parameter SecurityControlsConfiguration: {strangers[0]}")
    unknown = [arn for arn in standards if hubs.standard_of(str(arn), home_region) is None]
    if unknown:
        raise invalid_input(f"Invalid parameter EnabledStandardIdentifiers: {unknown[0]}")
    return policy


def _described(policy: ConfigurationPolicy) -> Answer:
    return {
        "Arn": policy.arn,
        "Id": policy.id,
        "Name": policy.name,
        "Description": policy.description,
        "CreatedAt": policy.created,
        "UpdatedAt": policy.updated,
        "ConfigurationPolicy": policy.policy,
    }
