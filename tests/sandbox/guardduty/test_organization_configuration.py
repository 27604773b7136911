"""Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
S3_FOR_ALL = [{"Name": "S3_DATA_EVENTS", "AutoEnable": "ALL"}]


def detector_of(sandbox: Embedded, account: str, region: str = "eu-west-1") -> str | None:
    identifiers = sandbox.client("guardduty", region, account=account).list_detectors()["DetectorIds"]
    return str(identifiers[0]) if identifiers else None


def configure(sandbox: Embedded, security: str, **configuration: Any) -> None:
    administrator = sandbox.client("guardduty", account=security)
    administrator.update_organization_configuration(DetectorId=detector_of(sandbox, security), **configuration)


def features_of(sandbox: Embedded, account: str) -> dict[str, str]:
    member = sandbox.client("guardduty", account=account)
    shown = member.get_detector(DetectorId=detector_of(sandbox, account))["Features"]
    return {feature["Name"]: feature["Status"] for feature in shown}


def test_designation_brings_trust_delegation_and_a_detector(sandbox: Embedded, security: str) -> None:
    """Designating an administrator registers it with Organizations and gives it a detector, in this region only."""
    organizations = sandbox.client("organizations")
    listed = organizations.list_delegated_administrators(ServicePrincipal="guardduty.amazonaws.com")
    assert [each["Id"] for each in listed["DelegatedAdministrators"]] == [security]
    assert detector_of(sandbox, security) is not None
    assert detector_of(sandbox, security, "us-east-1") is None
    shown = sandbox.client("guardduty").list_organization_admin_accounts()["AdminAccounts"]
    assert shown == [{"AdminAccountId": security, "AdminStatus": "ENABLED"}]


def test_one_administrator_for_all_regions(
    sandbox: Embedded, security: str, new_account: NewAccount, refused: Refused
) -> None:
    """A second administrator is refused in the same region and in any other; the same one may serve there."""
    other = new_account("other")
    for region in ("eu-west-1", "us-east-1"):
        enable = sandbox.client("guardduty", region).enable_organization_admin_account
        assert refused(enable, AdminAccountId=other) == "BadRequestException"
    sandbox.client("guardduty", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    member = sandbox.client("guardduty", account=other)
    assert refused(member.enable_organization_admin_account, AdminAccountId=other) == "BadRequestException"


def test_the_last_dismissal_ends_the_delegation(sandbox: Embedded, security: str) -> None:
    """The delegation with Organizations lasts until the last region has dismissed the administrator."""
    sandbox.client("guardduty", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    counts = []
    for region in ("us-east-1", "eu-west-1"):
        sandbox.client("guardduty", region).disable_organization_admin_account(AdminAccountId=security)
        listed = sandbox.client("organizations").list_delegated_administrators()["DelegatedAdministrators"]
        counts.append(len(listed))
    assert counts == [1, 0]


def test_all_reaches_every_member(sandbox: Embedded, new_account: NewAccount, security: str) -> None:
    """With ALL, existing accounts and tomorrow's have a detector with the plans chosen; management, without GuardDuty, not."""
    existing = new_account("existing")
    assert detector_of(sandbox, existing) is None
    configure(sandbox, security, AutoEnableOrganizationMembers="ALL", Features=S3_FOR_ALL)
    later = new_account("later")
    for account in (existing, later):
        features = features_of(sandbox, account)
        assert (features["S3_DATA_EVENTS"], features["RDS_LOGIN_EVENTS"]) == ("ENABLED", "DISABLED")
    assert detector_of(sandbox, MANAGEMENT_ACCOUNT_ID) is None
    administrator = sandbox.client("guardduty", account=security)
    members = administrator.list_members(DetectorId=detector_of(sandbox, security))["Members"]
    assert {member["AccountId"]: member["RelationshipStatus"] for member in members} == {
        existing: "Enabled",
        later: "Enabled",
    }


def test_management_is_reached_once_it_has_guardduty(sandbox: Embedded, security: str) -> None:
    """ALL takes the management account in when it has enabled GuardDuty itself."""
    sandbox.client("guardduty").create_detector(Enable=True)
    configure(sandbox, security, AutoEnableOrganizationMembers="ALL")
    management = sandbox.client("guardduty")
    detector = detector_of(sandbox, MANAGEMENT_ACCOUNT_ID)
    assert management.get_administrator_account(DetectorId=detector)["Administrator"]["AccountId"] == security


def test_new_reaches_only_new_accounts(sandbox: Embedded, new_account: NewAccount, security: str) -> None:
    """With NEW, existing accounts stay as they are; NONE stops it for the next."""
    existing = new_account("existing")
    configure(sandbox, security, AutoEnableOrganizationMembers="NEW")
    later = new_account("later")
    configure(sandbox, security, AutoEnableOrganizationMembers="NONE")
    latest = new_account("latest")
    found = [detector_of(sandbox, account) is not None for account in (existing, later, latest)]
    assert found == [False, True, False]


def test_the_configuration_is_shown_as_it_was_set(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Describe shows the setting, each plan and each additional configuration; contradictions are refused."""
    additional = [{"Name": "EC2_AGENT_MANAGEMENT", "AutoEnable": "ALL"}]
    runtime = {"Name": "RUNTIME_MONITORING", "AutoEnable": "ALL", "AdditionalConfiguration": additional}
    configure(sandbox, security, AutoEnableOrganizationMembers="ALL", Features=[*S3_FOR_ALL, runtime])
    administrator, detector = sandbox.client("guardduty", account=security), detector_of(sandbox, security)
    shown = administrator.describe_organization_configuration(DetectorId=detector)
    features = {feature["Name"]: feature for feature in shown["Features"]}
    assert (shown["AutoEnable"], shown["AutoEnableOrganizationMembers"]) == (True, "ALL")
    assert features["S3_DATA_EVENTS"]["AutoEnable"] == "ALL"
    assert features["LAMBDA_NETWORK_LOGS"]["AutoEnable"] == "NONE"
    assert additional[0] in features["RUNTIME_MONITORING"]["AdditionalConfiguration"]
    update = administrator.update_organization_configuration
    both = {"AutoEnable": True, "AutoEnableOrganizationMembers": "ALL"}
    assert refused(update, DetectorId=detector, **both) == "BadRequestException"
    assert refused(update, DetectorId=detector) == "BadRequestException"


def test_members_are_their_administrators_business(
    sandbox: Embedded, new_account: NewAccount, security: str, refused: Refused
) -> None:
    """A member cannot delete or disable its detector, nor be let go while ALL holds, nor configure the organization."""
    account = new_account("one")
    configure(sandbox, security, AutoEnableOrganizationMembers="ALL")
    member, detector = sandbox.client("guardduty", account=account), detector_of(sandbox, account)
    assert refused(member.delete_detector, DetectorId=detector) == "BadRequestException"
    assert refused(member.update_detector, DetectorId=detector, Enable=False) == "BadRequestException"
    assert refused(member.describe_organization_configuration, DetectorId=detector) == "BadRequestException"
    administrator = sandbox.client("guardduty", account=security)
    gone = {"DetectorId": detector_of(sandbox, security), "AccountIds": [account]}
    assert refused(administrator.disassociate_members, **gone) == "BadRequestException"


def test_deregistering_dismisses_everywhere(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Taking the delegation away in Organizations dismisses the administrator in every region; members keep GuardDuty."""
    sandbox.client("guardduty", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    configure(sandbox, security, AutoEnableOrganizationMembers="ALL")
    sandbox.client("organizations").deregister_delegated_administrator(
        AccountId=security, ServicePrincipal="guardduty.amazonaws.com"
    )
    for region in ("eu-west-1", "us-east-1"):
        assert sandbox.client("guardduty", region).list_organization_admin_accounts()["AdminAccounts"] == []
    administrator, detector = sandbox.client("guardduty", account=security), detector_of(sandbox, security)
    assert refused(administrator.describe_organization_configuration, DetectorId=detector) == "BadRequestException"


def test_a_data_source_is_a_protection_plan_by_its_older_name(sandbox: Embedded, security: str) -> None:
    """DataSources in the organization's configuration set the same plans as Features, for new accounts.

    Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-feature-object-api-changes-march2023.html
    """
    configure(sandbox, security, AutoEnable=True, DataSources={"S3Logs": {"AutoEnable": True}})
    administrator, detector = sandbox.client("guardduty", account=security), detector_of(sandbox, security)
    shown = administrator.describe_organization_configuration(DetectorId=detector)
    features = {feature["Name"]: feature["AutoEnable"] for feature in shown["Features"]}
    assert (features["S3_DATA_EVENTS"], features["EKS_AUDIT_LOGS"]) == ("NEW", "NONE")
    assert shown["DataSources"]["S3Logs"]["AutoEnable"] is True
    assert shown["DataSources"]["Kubernetes"]["AuditLogs"]["AutoEnable"] is False
