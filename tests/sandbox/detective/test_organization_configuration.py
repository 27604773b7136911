"""Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_EnableOrganizationAdminAccount.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "detective.amazonaws.com"


def delegated(sandbox: Embedded) -> list[str]:
    listed = sandbox.client("organizations").list_delegated_administrators(ServicePrincipal=PRINCIPAL)
    return [each["Id"] for each in listed["DelegatedAdministrators"]]


def test_designation_brings_the_organizations_graph(
    sandbox: Embedded, security: str, graph: str, new_account: NewAccount, refused: Refused
) -> None:
    """The administrator is registered with Organizations and has the organization's graph; another account is refused anywhere."""
    shown = sandbox.client("detective").list_organization_admin_accounts()["Administrators"]
    assert [(each["AccountId"], each["GraphArn"]) for each in shown] == [(security, graph)]
    assert delegated(sandbox) == [security]
    other = new_account("other")
    for region in ("eu-west-1", "us-east-1"):
        enable = sandbox.client("detective", region).enable_organization_admin_account
        assert refused(enable, AccountId=other) == "ValidationException"
    member = sandbox.client("detective", account=other)
    assert refused(member.enable_organization_admin_account, AccountId=other) == "AccessDeniedException"


def test_dismissal_keeps_the_delegation(sandbox: Embedded, security: str, administrator: Any) -> None:
    """Dismissing the administrator takes the organization's graph away, and leaves the delegation in Organizations.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_DisableOrganizationAdminAccount.html
    """
    sandbox.client("detective").disable_organization_admin_account()
    assert administrator.list_graphs()["GraphList"] == []
    assert delegated(sandbox) == [security]


def test_deregistering_dismisses_everywhere(sandbox: Embedded, security: str, administrator: Any) -> None:
    """Ending the delegation in Organizations takes the administrator and its graph away in every region.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_DisableOrganizationAdminAccount.html
    """
    sandbox.client("detective", "us-east-1").enable_organization_admin_account(AccountId=security)
    sandbox.client("organizations").deregister_delegated_administrator(AccountId=security, ServicePrincipal=PRINCIPAL)
    for region in ("eu-west-1", "us-east-1"):
        assert sandbox.client("detective", region).list_organization_admin_accounts()["Administrators"] == []
    assert administrator.list_graphs()["GraphList"] == []


def test_auto_enable_reaches_new_accounts_only(
    sandbox: Embedded, new_account: NewAccount, administrator: Any, graph: str, refused: Refused
) -> None:
    """With AutoEnable an account made later is a member of the organization's graph; existing ones are not reached.

    Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_UpdateOrganizationConfiguration.html
    """
    new_account("existing")
    assert administrator.describe_organization_configuration(GraphArn=graph)["AutoEnable"] is False
    administrator.update_organization_configuration(GraphArn=graph, AutoEnable=True)
    later = new_account("later")
    assert [each["AccountId"] for each in administrator.list_members(GraphArn=graph)["MemberDetails"]] == [later]
    management = sandbox.client("detective")
    own = management.create_graph()["GraphArn"]
    assert refused(management.describe_organization_configuration, GraphArn=own) == "AccessDeniedException"
