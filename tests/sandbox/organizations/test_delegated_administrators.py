"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "securityhub.amazonaws.com"


def test_trust_comes_first(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """Registering before trusting the service is refused, and so is the management account at any time."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    register = organizations.register_delegated_administrator
    code = refused(register, AccountId=account, ServicePrincipal=PRINCIPAL)
    assert code == "ConstraintViolationException:SERVICE_ACCESS_NOT_ENABLED"
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    register(AccountId=account, ServicePrincipal=PRINCIPAL)
    code = refused(register, AccountId=MANAGEMENT_ACCOUNT_ID, ServicePrincipal=PRINCIPAL)
    assert code == "ConstraintViolationException:CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"


def test_an_administrator_sees_the_organization(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A delegated administrator reads what the management account reads, and still changes nothing."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=PRINCIPAL)
    administrator = sandbox.client("organizations", account=account)
    listed = [each["Id"] for each in administrator.list_accounts()["Accounts"]]
    assert listed == [MANAGEMENT_ACCOUNT_ID, account]
    root = administrator.list_roots()["Roots"][0]["Id"]
    code = refused(administrator.create_organizational_unit, ParentId=root, Name="x")
    assert code == "AccessDeniedException"


def test_administrators_are_listed_by_service(sandbox: Embedded, new_account: NewAccount) -> None:
    """Both lists show the registration, and neither after deregistering."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    wanted = {"AccountId": account, "ServicePrincipal": PRINCIPAL}
    organizations.register_delegated_administrator(**wanted)
    listed = organizations.list_delegated_administrators(ServicePrincipal=PRINCIPAL)["DelegatedAdministrators"]
    assert [each["Id"] for each in listed] == [account]
    services = organizations.list_delegated_services_for_account(AccountId=account)["DelegatedServices"]
    assert [each["ServicePrincipal"] for each in services] == [PRINCIPAL]
    organizations.deregister_delegated_administrator(**wanted)
    assert organizations.list_delegated_administrators()["DelegatedAdministrators"] == []


def test_some_services_take_one_administrator(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A second administrator of Security Hub is refused; the first one twice is refused as well."""
    organizations, accounts = sandbox.client("organizations"), [new_account("one"), new_account("two")]
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    register = organizations.register_delegated_administrator
    register(AccountId=accounts[0], ServicePrincipal=PRINCIPAL)
    code = refused(register, AccountId=accounts[1], ServicePrincipal=PRINCIPAL)
    assert code == "ConstraintViolationException:MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"
    code = refused(register, AccountId=accounts[0], ServicePrincipal=PRINCIPAL)
    assert code == "AccountAlreadyRegisteredException"


def test_some_services_take_no_administrator(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """RAM can be trusted, but nobody can administer it for the organization.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
    register = organizations.register_delegated_administrator
    code = refused(register, AccountId=account, ServicePrincipal="ram.amazonaws.com")
    assert code == "InvalidInputException:UNRECOGNIZED_SERVICE_PRINCIPAL"


def test_an_administrator_cannot_leave(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """While an account administers a service it is not removed, and the service stays trusted."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=PRINCIPAL)
    code = refused(organizations.remove_account_from_organization, AccountId=account)
    assert code == "ConstraintViolationException:CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
    code = refused(organizations.disable_aws_service_access, ServicePrincipal=PRINCIPAL)
    assert code == "ConstraintViolationException:DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE"
