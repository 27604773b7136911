"""Source: https://docs.aws.amazon.com/securityhub/latest/userguide/designate-orgs-admin-account.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "securityhub.amazonaws.com"
CENTRAL = {
    "AutoEnable": False,
    "AutoEnableStandards": "NONE",
    "OrganizationConfiguration": {"ConfigurationType": "CENTRAL"},
}
LOCAL = {**CENTRAL, "OrganizationConfiguration": {"ConfigurationType": "LOCAL"}}


def is_on(sandbox: Embedded, account: str, region: str = "eu-west-1") -> bool:
    hub = sandbox.client("securityhub", region, account=account)
    try:
        return bool(hub.describe_hub()["HubArn"])
    except hub.exceptions.InvalidAccessException:
        return False


def test_designation_brings_trust_delegation_and_a_hub(
    sandbox: Embedded, security: str, new_account: NewAccount, refused: Refused
) -> None:
    """The administrator is registered with Organizations and has Security Hub on, in that region only; no second one is taken."""
    organizations, management = sandbox.client("organizations"), sandbox.client("securityhub")
    listed = organizations.list_delegated_administrators(ServicePrincipal=PRINCIPAL)["DelegatedAdministrators"]
    assert [each["Id"] for each in listed] == [security]
    assert (is_on(sandbox, security), is_on(sandbox, security, "us-east-1")) == (True, False)
    assert management.list_organization_admin_accounts()["AdminAccounts"] == [
        {"AccountId": security, "Status": "ENABLED"}
    ]
    other = new_account("other")
    enable = sandbox.client("securityhub", "us-east-1").enable_organization_admin_account
    assert refused(enable, AdminAccountId=other) == "ResourceConflictException"
    assert refused(enable, AdminAccountId="999999999999") == "InvalidInputException"
    member = sandbox.client("securityhub", account=other)
    assert refused(member.enable_organization_admin_account, AdminAccountId=other) == "AccessDeniedException"


def test_only_the_administrator_configures(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Neither the management account nor the administrator in another region sees the organization's configuration."""
    sandbox.client("securityhub").enable_security_hub()
    elsewhere = sandbox.client("securityhub", "us-east-1", account=security)
    for client in (sandbox.client("securityhub"), elsewhere):
        assert refused(client.describe_organization_configuration) == "InvalidAccessException"
    shown = sandbox.client("securityhub", account=security).describe_organization_configuration()
    assert (shown["AutoEnable"], shown["AutoEnableStandards"]) == (False, "DEFAULT")
    assert shown["OrganizationConfiguration"] == {"ConfigurationType": "LOCAL", "Status": "ENABLED"}


def test_auto_enable_reaches_new_accounts_only(sandbox: Embedded, new_account: NewAccount, security: str) -> None:
    """With AutoEnable an account made later is a member with the default standards, or without; existing ones are not reached.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/accounts-orgs-auto-enable.html
    """
    administrator, existing = sandbox.client("securityhub", account=security), new_account("existing")
    administrator.update_organization_configuration(AutoEnable=True)
    later = new_account("later")
    administrator.update_organization_configuration(AutoEnable=True, AutoEnableStandards="NONE")
    latest = new_account("latest")
    standards = [
        len(sandbox.client("securityhub", account=each).get_enabled_standards()["StandardsSubscriptions"])
        for each in (later, latest)
    ]
    assert (is_on(sandbox, existing), standards) == (False, [2, 0])
    members = administrator.list_members()["Members"]
    assert {each["AccountId"]: each["MemberStatus"] for each in members} == {later: "Enabled", latest: "Enabled"}


def test_dismissal_frees_members_and_the_last_ends_the_delegation(
    sandbox: Embedded, new_account: NewAccount, security: str
) -> None:
    """Members of a dismissed administrator keep Security Hub; the delegation lasts until the last region has dismissed it.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/remove-admin-overview.html
    """
    sandbox.client("securityhub", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    administrator = sandbox.client("securityhub", account=security)
    administrator.update_organization_configuration(AutoEnable=True)
    member = sandbox.client("securityhub", account=new_account("one"))
    assert member.get_administrator_account()["Administrator"]["AccountId"] == security
    counts = []
    for region in ("eu-west-1", "us-east-1"):
        sandbox.client("securityhub", region).disable_organization_admin_account(AdminAccountId=security)
        listed = sandbox.client("organizations").list_delegated_administrators()["DelegatedAdministrators"]
        counts.append(len(listed))
    assert counts == [1, 0]
    assert "Administrator" not in member.get_administrator_account()
    member.disable_security_hub()


def test_deregistering_dismisses_everywhere(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Taking the delegation away in Organizations dismisses the administrator in every region at once.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/remove-admin-overview.html
    """
    sandbox.client("securityhub", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    organizations = sandbox.client("organizations")
    organizations.deregister_delegated_administrator(AccountId=security, ServicePrincipal=PRINCIPAL)
    for region in ("eu-west-1", "us-east-1"):
        assert sandbox.client("securityhub", region).list_organization_admin_accounts()["AdminAccounts"] == []
    administrator = sandbox.client("securityhub", account=security)
    assert refused(administrator.list_members) == "InvalidAccessException"


def test_central_configuration_needs_a_home_region(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Central configuration is refused without a finding aggregator, outside its home region, and with AutoEnable.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/start-central-configuration.html
    """
    administrator = sandbox.client("securityhub", account=security)
    assert refused(administrator.update_organization_configuration, **CENTRAL) == "ResourceNotFoundException"
    sandbox.client("securityhub", "us-east-1").enable_organization_admin_account(AdminAccountId=security)
    administrator.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    elsewhere = sandbox.client("securityhub", "us-east-1", account=security)
    assert refused(elsewhere.update_organization_configuration, **CENTRAL) == "InvalidAccessException"
    wanted: dict[str, Any] = {**CENTRAL, "AutoEnable": True}
    assert refused(administrator.update_organization_configuration, **wanted) == "InvalidInputException"


def test_management_cannot_configure_centrally(sandbox: Embedded, refused: Refused) -> None:
    """The management account may administer Security Hub, once it is on there, but not configure centrally.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/start-central-configuration.html
    """
    management = sandbox.client("securityhub")
    enable = management.enable_organization_admin_account
    assert refused(enable, AdminAccountId=MANAGEMENT_ACCOUNT_ID) == "InvalidAccessException"
    management.enable_security_hub()
    enable(AdminAccountId=MANAGEMENT_ACCOUNT_ID)
    management.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    assert refused(management.update_organization_configuration, **CENTRAL) == "AccessDeniedException"


def test_central_configuration_starts_in_time_and_in_every_linked_region(
    sandbox: Embedded, security: str, central: Any, refused: Refused
) -> None:
    """It is PENDING first; the administrator serves the linked regions too, and cannot be dismissed region by region.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/start-central-configuration.html
    """
    looks = [central.describe_organization_configuration()["OrganizationConfiguration"] for _ in range(2)]
    assert [each["Status"] for each in looks] == ["PENDING", "ENABLED"]
    linked = sandbox.client("securityhub", "us-east-1").list_organization_admin_accounts()["AdminAccounts"]
    assert [each["AccountId"] for each in linked] == [security]
    disable = sandbox.client("securityhub").disable_organization_admin_account
    assert refused(disable, AdminAccountId=security) == "AccessDeniedException"


def test_central_configuration_stops_when_it_is_empty(central: Any, policy: str, refused: Refused) -> None:
    """Going back to local configuration is refused while a configuration policy exists.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/stop-central-configuration.html
    """
    assert refused(central.update_organization_configuration, **LOCAL) == "ResourceConflictException"
    central.delete_configuration_policy(Identifier=policy)
    central.update_organization_configuration(**LOCAL)
    assert refused(central.list_configuration_policies) == "AccessDeniedException"
