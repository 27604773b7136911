"""Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-notes.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "macie.amazonaws.com"


def test_designation_brings_trust_delegation_and_macie(
    sandbox: Embedded, security: str, new_account: NewAccount, refused: Refused
) -> None:
    """The administrator is registered with Organizations and has Macie on in that region; another is refused in every region."""
    listed = sandbox.client("organizations").list_delegated_administrators(ServicePrincipal=PRINCIPAL)
    assert [each["Id"] for each in listed["DelegatedAdministrators"]] == [security]
    assert sandbox.client("macie2", account=security).get_macie_session()["status"] == "ENABLED"
    shown = sandbox.client("macie2").list_organization_admin_accounts()["adminAccounts"]
    assert shown == [{"accountId": security, "status": "ENABLED"}]
    other = new_account("other")
    for region in ("eu-west-1", "us-east-1"):
        enable = sandbox.client("macie2", region).enable_organization_admin_account
        assert refused(enable, adminAccountId=other) == "ConflictException"
    member = sandbox.client("macie2", account=other)
    assert refused(member.enable_organization_admin_account, adminAccountId=other) == "AccessDeniedException"


def test_management_enables_macie_before_it_administers(sandbox: Embedded, refused: Refused) -> None:
    """The management account can be the administrator only where it has enabled Macie itself."""
    macie = sandbox.client("macie2")
    enable = macie.enable_organization_admin_account
    assert refused(enable, adminAccountId=MANAGEMENT_ACCOUNT_ID) == "AccessDeniedException"
    macie.enable_macie()
    enable(adminAccountId=MANAGEMENT_ACCOUNT_ID)


def test_auto_enable_reaches_new_accounts_only(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, refused: Refused
) -> None:
    """With autoEnable an account made later is a member with Macie on; existing ones are not reached."""
    existing = sandbox.client("macie2", account=new_account("existing"))
    assert administrator.describe_organization_configuration()["autoEnable"] is False
    administrator.update_organization_configuration(autoEnable=True)
    later = new_account("later")
    assert sandbox.client("macie2", account=later).get_macie_session()["status"] == "ENABLED"
    assert [each["accountId"] for each in administrator.list_members()["members"]] == [later]
    assert refused(existing.get_macie_session) == "AccessDeniedException"
    assert refused(existing.update_organization_configuration, autoEnable=True) == "AccessDeniedException"


def test_members_keep_macie_without_the_administrator(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, security: str, take_in: Callable[[str], Any]
) -> None:
    """Deregistered in Organizations, the administrator is dismissed in every region; members stand alone and keep Macie."""
    account = new_account("one")
    take_in(account)
    sandbox.client("macie2", "us-east-1").enable_organization_admin_account(adminAccountId=security)
    sandbox.client("organizations").deregister_delegated_administrator(AccountId=security, ServicePrincipal=PRINCIPAL)
    for region in ("eu-west-1", "us-east-1"):
        assert sandbox.client("macie2", region).list_organization_admin_accounts()["adminAccounts"] == []
    member = sandbox.client("macie2", account=account)
    assert "administrator" not in member.get_administrator_account()
    member.disable_macie()
