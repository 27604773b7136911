"""Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateMembers.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
Administrator = tuple[Any, str]


@pytest.fixture
def administrator(sandbox: Embedded, security: str) -> Administrator:
    """A client of GuardDuty's administrator, and its detector."""
    client = sandbox.client("guardduty", account=security)
    return client, str(client.list_detectors()["DetectorIds"][0])


def take_in(administrator: Administrator, *accounts: str) -> list[str]:
    """Make accounts members; those that could not be."""
    client, own = administrator
    details = [{"AccountId": each, "Email": "x@example.com"} for each in accounts]
    unprocessed = client.create_members(DetectorId=own, AccountDetails=details)["UnprocessedAccounts"]
    return [each["AccountId"] for each in unprocessed]


def status_of(administrator: Administrator, account: str) -> str:
    client, own = administrator
    shown = client.get_members(DetectorId=own, AccountIds=[account])["Members"]
    return str(shown[0]["RelationshipStatus"]) if shown else "-"


def test_members_can_be_taken_in_let_go_and_forgotten(
    sandbox: Embedded, new_account: NewAccount, administrator: Administrator
) -> None:
    """CreateMembers brings an account in whatever is automatic; a member is let go before it can be deleted, and keeps its detector.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/disassociate-remove-member-account-from-admin.html
    """
    client, own = administrator
    account = new_account("one")
    assert take_in(administrator, account, "999999999999") == ["999999999999"]
    assert status_of(administrator, account) == "Enabled"
    kept = client.delete_members(DetectorId=own, AccountIds=[account])["UnprocessedAccounts"]
    assert [each["AccountId"] for each in kept] == [account]
    client.disassociate_members(DetectorId=own, AccountIds=[account])
    assert client.list_members(DetectorId=own)["Members"] == []
    everybody = client.list_members(DetectorId=own, OnlyAssociated="false")["Members"]
    assert [each["RelationshipStatus"] for each in everybody] == ["Removed"]
    client.delete_members(DetectorId=own, AccountIds=[account])
    assert status_of(administrator, account) == "-"
    member = sandbox.client("guardduty", account=account)
    member.delete_detector(DetectorId=member.list_detectors()["DetectorIds"][0])


def test_who_was_let_go_is_on_its_own(
    sandbox: Embedded, invited_account: NewAccount, administrator: Administrator
) -> None:
    """Who was let go may switch GuardDuty off, and looking at it leaves it off; once out of the organization it is not listed.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/disassociate-remove-member-account-from-admin.html
    """
    client, own = administrator
    account = invited_account("one")
    member = sandbox.client("guardduty", account=account)
    take_in(administrator, account)
    client.disassociate_members(DetectorId=own, AccountIds=[account])
    member.delete_detector(DetectorId=member.list_detectors()["DetectorIds"][0])
    assert "DetectorId" not in client.list_members(DetectorId=own, OnlyAssociated="false")["Members"][0]
    assert member.list_detectors()["DetectorIds"] == []
    sandbox.client("organizations").remove_account_from_organization(AccountId=account)
    assert client.list_members(DetectorId=own, OnlyAssociated="false")["Members"] == []


def test_members_plans_are_the_administrators(
    sandbox: Embedded, new_account: NewAccount, administrator: Administrator, refused: Refused
) -> None:
    """The administrator reads and switches the protection plans of its members, which cannot themselves.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateMemberDetectors.html
    """
    (client, own), account = administrator, new_account("one")
    take_in(administrator, account)
    runtime = {
        "Name": "RUNTIME_MONITORING",
        "Status": "ENABLED",
        "AdditionalConfiguration": [{"Name": "EC2_AGENT_MANAGEMENT", "Status": "ENABLED"}],
    }
    asked = [account, "999999999999"]
    updated = client.update_member_detectors(DetectorId=own, AccountIds=asked, Features=[runtime])
    assert [each["AccountId"] for each in updated["UnprocessedAccounts"]] == ["999999999999"]
    shown = client.get_member_detectors(DetectorId=own, AccountIds=asked)["MemberDataSourceConfigurations"]
    features = {each["Name"]: each for each in shown[0]["Features"]}
    additional = {each["Name"]: each["Status"] for each in features["RUNTIME_MONITORING"]["AdditionalConfiguration"]}
    assert (features["RUNTIME_MONITORING"]["Status"], additional["EC2_AGENT_MANAGEMENT"]) == ("ENABLED", "ENABLED")
    assert additional["EKS_ADDON_MANAGEMENT"] == features["S3_DATA_EVENTS"]["Status"] == "DISABLED"
    member = sandbox.client("guardduty", account=account)
    detector = member.list_detectors()["DetectorIds"][0]
    assert refused(member.update_detector, DetectorId=detector, Features=[runtime]) == "BadRequestException"
    assert refused(member.disassociate_from_administrator_account, DetectorId=detector) == "BadRequestException"


def test_monitoring_stops_and_starts(
    sandbox: Embedded, new_account: NewAccount, administrator: Administrator, refused: Refused
) -> None:
    """The administrator suspends a member's detector and lets it run again; with ALL it cannot suspend.

    Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_StopMonitoringMembers.html
    """
    (client, own), account = administrator, new_account("one")
    take_in(administrator, account)
    member = sandbox.client("guardduty", account=account)
    detector = member.list_detectors()["DetectorIds"][0]
    client.stop_monitoring_members(DetectorId=own, AccountIds=[account])
    assert member.get_detector(DetectorId=detector)["Status"] == "DISABLED"
    client.start_monitoring_members(DetectorId=own, AccountIds=[account])
    assert member.get_detector(DetectorId=detector)["Status"] == "ENABLED"
    client.update_organization_configuration(DetectorId=own, AutoEnableOrganizationMembers="ALL")
    for operation in (client.stop_monitoring_members, client.disassociate_members, client.delete_members):
        assert refused(operation, DetectorId=own, AccountIds=[account]) == "BadRequestException"


def test_members_are_listed_in_pages(new_account: NewAccount, administrator: Administrator, refused: Refused) -> None:
    """ListMembers gives fifty a page at most, with a token while there is more; a made-up token is refused."""
    client, own = administrator
    take_in(administrator, *(new_account(f"member{number}") for number in range(3)))
    pages = list(client.get_paginator("list_members").paginate(DetectorId=own, PaginationConfig={"PageSize": 2}))
    assert [len(page["Members"]) for page in pages] == [2, 1]
    assert refused(client.list_members, DetectorId=own, NextToken="x") == "BadRequestException"
