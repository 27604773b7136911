"""Source: https://docs.aws.amazon.com/accounts/latest/reference/using-orgs-trusted-access.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
SECURITY: dict[str, Any] = {
    "AlternateContactType": "SECURITY",
    "Name": "Security team",
    "Title": "On call",
    "EmailAddress": "security@example.com",
    "PhoneNumber": "+49 30 1234",
}
OF_TYPE = {"AlternateContactType": "SECURITY"}


def test_contacts_of_an_account(sandbox: Embedded, refused: Refused) -> None:
    """An account names its alternate contacts, one of each type, and has none until then.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html
    """
    account = sandbox.client("account")
    assert refused(account.get_alternate_contact, **OF_TYPE) == "ResourceNotFoundException"
    account.put_alternate_contact(**SECURITY)
    account.put_alternate_contact(**{**SECURITY, "Name": "Other team"})
    shown = account.get_alternate_contact(**OF_TYPE)["AlternateContact"]
    assert shown == {**SECURITY, "Name": "Other team"}
    assert refused(account.get_alternate_contact, AlternateContactType="BILLING") == "ResourceNotFoundException"
    account.delete_alternate_contact(**OF_TYPE)
    assert refused(account.delete_alternate_contact, **OF_TYPE) == "ResourceNotFoundException"


def test_members_are_managed_centrally(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """With trusted access the management account and a delegated administrator name a member's contacts; a member does not."""
    organizations, account = sandbox.client("organizations"), sandbox.client("account")
    one, delegate = new_account("one"), new_account("security")
    assert refused(account.put_alternate_contact, AccountId=one, **SECURITY) == "AccessDeniedException"
    organizations.enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    account.put_alternate_contact(AccountId=one, **SECURITY)
    own = sandbox.client("account", account=one)
    assert own.get_alternate_contact(**OF_TYPE)["AlternateContact"]["Name"] == "Security team"
    delegated = sandbox.client("account", account=delegate)
    assert refused(delegated.get_alternate_contact, AccountId=one, **OF_TYPE) == "AccessDeniedException"
    organizations.register_delegated_administrator(AccountId=delegate, ServicePrincipal="account.amazonaws.com")
    assert delegated.get_alternate_contact(AccountId=one, **OF_TYPE)["AlternateContact"]
    assert refused(own.get_alternate_contact, AccountId=delegate, **OF_TYPE) == "AccessDeniedException"


def test_who_is_no_member_is_not_managed(sandbox: Embedded, refused: Refused) -> None:
    """The management account does not name itself, and nobody an account of elsewhere."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    account = sandbox.client("account")
    for wanted in (sandbox.running.account_id, "999999999999"):
        assert refused(account.get_alternate_contact, AccountId=wanted, **OF_TYPE) == "AccessDeniedException"


def test_contact_information(sandbox: Embedded, new_account: NewAccount) -> None:
    """Every account has contact information; it is put as a whole, by the organization too.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutContactInformation.html
    """
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    one, account = new_account("one"), sandbox.client("account")
    own = sandbox.client("account", account=one)
    assert own.get_contact_information()["ContactInformation"]["CountryCode"]
    wanted = {
        "FullName": "Platform team",
        "AddressLine1": "Street 1",
        "City": "Berlin",
        "PostalCode": "10115",
        "CountryCode": "DE",
        "PhoneNumber": "+49301234",
    }
    account.put_contact_information(AccountId=one, ContactInformation=wanted)
    assert own.get_contact_information()["ContactInformation"] == wanted
    assert account.get_contact_information()["ContactInformation"] != wanted
