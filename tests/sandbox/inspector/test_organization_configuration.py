"""Source: https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "inspector2.amazonaws.com"


def test_one_administrator_for_all_regions(
    sandbox: Embedded, security: str, new_account: NewAccount, refused: Refused
) -> None:
    """The administrator is registered with Organizations; another one is refused in any region, and a member cannot designate."""
    listed = sandbox.client("organizations").list_delegated_administrators(ServicePrincipal=PRINCIPAL)
    assert [each["Id"] for each in listed["DelegatedAdministrators"]] == [security]
    shown = sandbox.client("inspector2").list_delegated_admin_accounts()["delegatedAdminAccounts"]
    assert shown == [{"accountId": security, "status": "ENABLED"}]
    other, wanted = new_account("other"), "enable_delegated_admin_account"
    for region in ("eu-west-1", "us-east-1"):
        enable = getattr(sandbox.client("inspector2", region), wanted)
        assert refused(enable, delegatedAdminAccountId=other) == "ConflictException"
    enable = getattr(sandbox.client("inspector2", account=other), wanted)
    assert refused(enable, delegatedAdminAccountId=other) == "AccessDeniedException"


def test_the_administrator_enables_itself_first(sandbox: Embedded, security: str, refused: Refused) -> None:
    """Designation does not switch Inspector on: the administrator configures nothing before it has enabled it itself."""
    administrator = sandbox.client("inspector2", account=security)
    update = administrator.update_organization_configuration
    wanted = {"ec2": True, "ecr": False}
    assert refused(update, autoEnable=wanted) == "AccessDeniedException"
    administrator.enable(resourceTypes=["EC2"])
    update(autoEnable=wanted)
    assert administrator.describe_organization_configuration()["autoEnable"]["ec2"] is True
    assert refused(sandbox.client("inspector2").describe_organization_configuration) == "AccessDeniedException"


def test_new_accounts_get_the_scans_chosen(sandbox: Embedded, new_account: NewAccount, administrator: Any) -> None:
    """An account made later is a member with the scans chosen; existing ones are not reached before they are associated.

    Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateOrganizationConfiguration.html
    """
    existing = new_account("existing")
    administrator.update_organization_configuration(autoEnable={"ec2": False, "ecr": True})
    later = new_account("later")
    looks = [administrator.list_members()["members"] for _ in range(2)]
    assert [[each["accountId"] for each in look] for look in looks] == [[later], [later]]
    assert [look[0]["relationshipStatus"] for look in looks] == ["CREATED", "ENABLED"]
    administrator.associate_member(accountId=existing)
    administrator.batch_get_account_status(accountIds=[existing, later])
    shown = administrator.batch_get_account_status(accountIds=[existing, later])["accounts"]
    assert [each["resourceState"]["ecr"]["status"] for each in shown] == ["ENABLED", "ENABLED"]


def test_members_keep_their_scans_without_the_administrator(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, security: str, refused: Refused
) -> None:
    """Dismissed region by region, or deregistered in Organizations at once, the administrator leaves members' scans as they are.

    Source: https://docs.aws.amazon.com/inspector/latest/user/remove-delegated-admin.html
    """
    administrator.update_organization_configuration(autoEnable={"ec2": True, "ecr": False})
    member = sandbox.client("inspector2", account=new_account("one"))
    assert member.get_delegated_admin_account()["delegatedAdmin"]["accountId"] == security
    sandbox.client("inspector2", "us-east-1").enable_delegated_admin_account(delegatedAdminAccountId=security)
    sandbox.client("organizations").deregister_delegated_administrator(AccountId=security, ServicePrincipal=PRINCIPAL)
    for region in ("eu-west-1", "us-east-1"):
        assert sandbox.client("inspector2", region).list_delegated_admin_accounts()["delegatedAdminAccounts"] == []
    assert refused(member.get_delegated_admin_account) == "ResourceNotFoundException"
    assert member.batch_get_account_status()["accounts"][0]["state"]["status"] == "ENABLING"
    assert member.disable()["failedAccounts"] == []
