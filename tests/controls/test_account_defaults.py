"""Account defaults compile to one stack set and the management account's stacks, with what is switched on and nothing else."""

from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.controls.account_defaults import CONTROL, AccountDefaults
from guardrails.engine.resource import Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet

TEAM = {"name": "Team", "title": "On call", "email": "team@example.com", "phone": "+49 30 (1234)"}
EVERYTHING_OFF = {
    **dict.fromkeys(("s3_block_public_access", "image_block_public_access"), False),
    **dict.fromkeys(("serial_console_off", "documents_not_public"), False),
    "instance_metadata": {"enabled": False},
    "password_policy": {"enabled": False},
    "snapshot_block_public_access": "unmanaged",
}


def probes(organization: Organization, library: Library, **settings: Any) -> dict[str, Any]:
    """The probes of the settings by name, equal in stack set and stacks."""
    items = list(CONTROL.resources(organization, library, AccountDefaults.model_validate(settings)))
    made = [item for item in items if isinstance(item, Resource) and isinstance(item, Stack | StackSet)]
    assert {(type(one), one.name) for one in made} == {(StackSet, made[0].name), (Stack, made[0].name)}
    assert all(one.template == made[0].template and one.capabilities == ("CAPABILITY_IAM",) for one in made)
    return {probe["Name"]: probe for probe in made[0].template["Metadata"]["AccountSettings"]}


def test_what_is_on_by_default(organization: Organization, library: Library) -> None:
    """Everything but the removal of default VPCs and contacts that nobody has declared; a password policy as CIS wants it."""
    found = probes(organization, library)
    assert set(found) == {
        "S3 block public access",
        "IAM password policy",
        "EBS snapshot block public access",
        "AMI block public access",
        "Instance metadata defaults",
        "EC2 serial console",
        "SSM documents public sharing",
    }
    policy = found["IAM password policy"]["Expected"]["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["PasswordReusePrevention"]) == (14, 24)
    assert policy["ExpirePasswords"] is False
    of_the_account = {name for name, probe in found.items() if probe.get("Region") == organization.home_region}
    assert of_the_account == {"S3 block public access", "IAM password policy"}


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ({"s3_block_public_access": True}, "S3 block public access"),
        ({"snapshot_block_public_access": "block-new-sharing"}, "EBS snapshot block public access"),
        ({"image_block_public_access": True}, "AMI block public access"),
        ({"instance_metadata": {"hop_limit": 2}}, "Instance metadata defaults"),
        ({"serial_console_off": True}, "EC2 serial console"),
        ({"documents_not_public": True}, "SSM documents public sharing"),
        ({"password_policy": {"maximum_age_days": 90}}, "IAM password policy"),
        ({"remove_default_vpc": True}, "Default VPC"),
        ({"alternate_contacts": {"billing": TEAM}}, "Alternate contact BILLING"),
    ],
)
def test_each_is_switched_by_itself(
    organization: Organization, library: Library, setting: dict[str, Any], name: str
) -> None:
    """Each setting alone is possible, with its own value."""
    found = probes(organization, library, **{**EVERYTHING_OFF, **setting})
    assert set(found) == {name}
    expected = str(found[name]["Expected"])
    values = {"snapshot": "block-new-sharing", "instance": "'HttpPutResponseHopLimit': 2", "password": "Age': 90"}
    assert values.get(next(iter(setting)).partition("_")[0], "") in expected


def test_the_home_region_is_needed(organization: Organization, library: Library) -> None:
    """What is put in the home region only is refused where that is left out; without such settings it is not needed."""
    targets = Targets(regions=("eu-central-1",))
    with pytest.raises(ConfigError, match=r"hold for whole accounts.*add eu-west-1"):
        list(CONTROL.resources(organization, library, AccountDefaults(targets=targets)))
    found = {**EVERYTHING_OFF, "serial_console_off": True, "targets": targets}
    assert list(CONTROL.resources(organization, library, AccountDefaults.model_validate(found)))


@pytest.mark.parametrize(
    "settings",
    [
        EVERYTHING_OFF,
        {"password_policy": {"minimum_length": 5}},
        {"instance_metadata": {"hop_limit": 65}},
        {"alternate_contacts": {"security": {**TEAM, "email": "nobody"}}},
        {"alternate_contacts": {"security": {**TEAM, "phone": "extension two"}}},
        {"s3": True},
    ],
)
def test_settings_refused(settings: dict[str, Any]) -> None:
    """What AWS would refuse is refused while the configuration is read, and so is a control that sets nothing."""
    with pytest.raises(ValidationError):
        AccountDefaults.model_validate(settings)
