"""Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-organization-policies-how-it-works.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
ON = {"status": {"@@assign": "enabled"}}
AGENT = {"additional_configuration": {"ec2_agent_management": ON}}
BLOCK = {"foundational": ON, "s3_data_events": ON, "runtime_monitoring": {**ON, **AGENT}}
POLICY = {"guardduty": {"enablement": {"default": {"foundational": ON}, "eu-west-1": BLOCK}}}


@pytest.fixture
def administrator(sandbox: Embedded, security: str) -> tuple[Any, str]:
    """A client of GuardDuty's administrator, whom the root's policy type is enabled for, and its detector."""
    organizations = sandbox.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="GUARDDUTY_POLICY")
    organizations.list_roots()
    client = sandbox.client("guardduty", account=security)
    return client, client.list_detectors()["DetectorIds"][0]


def attach_to_root(sandbox: Embedded) -> None:
    organizations = sandbox.client("organizations")
    made = organizations.create_policy(
        Name="guardduty", Description="", Type="GUARDDUTY_POLICY", Content=json.dumps(POLICY)
    )
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)


def test_a_policy_enrols_every_account(
    sandbox: Embedded, administrator: tuple[Any, str], new_account: NewAccount, refused: Refused
) -> None:
    """Accounts under a policy, later ones too, are members with what it names in the region, which nobody changes another way."""
    client, own = administrator
    attach_to_root(sandbox)
    later = new_account("later")
    (member,) = client.list_members(DetectorId=own, OnlyAssociated="true")["Members"]
    assert member["AccountId"] == later
    asked = {"DetectorId": own, "AccountIds": [later]}
    shown = client.get_member_detectors(**asked)["MemberDataSourceConfigurations"][0]["Features"]
    plans = {feature["Name"]: feature for feature in shown}
    assert plans["S3_DATA_EVENTS"]["Status"] == plans["RUNTIME_MONITORING"]["Status"] == "ENABLED"
    agents = {each["Name"]: each["Status"] for each in plans["RUNTIME_MONITORING"]["AdditionalConfiguration"]}
    assert (agents["EC2_AGENT_MANAGEMENT"], agents["EKS_ADDON_MANAGEMENT"]) == ("ENABLED", "DISABLED")
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    assert refused(client.update_member_detectors, **asked, Features=off) == "BadRequestException"
    assert refused(client.update_detector, DetectorId=own, Features=off) == "BadRequestException"
    client.update_member_detectors(**asked, Features=[{"Name": "AI_PROTECTION", "Status": "ENABLED"}])


def test_an_enabled_policy_type_ends_automatic_settings(
    administrator: tuple[Any, str], new_account: NewAccount
) -> None:
    """Once the policy type is enabled, an administrator's setting for ALL accounts takes nobody in, attached policy or not."""
    client, own = administrator
    client.update_organization_configuration(DetectorId=own, AutoEnableOrganizationMembers="ALL")
    new_account("later")
    assert client.list_members(DetectorId=own, OnlyAssociated="true")["Members"] == []
