"""AWS Account Management: alternate contacts and contact information, of the own account or of a member.

Source: https://docs.aws.amazon.com/accounts/latest/reference/using-orgs-trusted-access.html
"""

from collections.abc import Mapping
from typing import Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "account.amazonaws.com"
CONTACT_TYPES: Final = ("BILLING", "OPERATIONS", "SECURITY")
FIRST_CONTACT: Final[Mapping[str, str]] = {
    "FullName": "Management",
    "AddressLine1": "1 Sandbox Street",
    "City": "Sandbox",
    "PostalCode": "00000",
    "CountryCode": "US",
    "PhoneNumber": "+10000000000",
}
"""What whoever opened the management account has entered; a member created in the organization begins with the same."""

_ALTERNATE: Final[dict[tuple[str, str], Mapping[str, str]]] = lifecycle.forgotten_on_reset({})
_PRIMARY: Final[dict[str, Mapping[str, str]]] = lifecycle.forgotten_on_reset({})


@operation("account", "PutAlternateContact")
def put_alternate_contact(call: Call) -> Answer:
    """Name the contact of a type, in the place of another.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html
    """
    account_id, contact_type = managed_account(call), _contact_type(call)
    names = ("Name", "Title", "EmailAddress", "PhoneNumber", "AlternateContactType")
    _ALTERNATE[account_id, contact_type] = {name: call.parameters[name] for name in names}
    return {}


@operation("account", "GetAlternateContact")
def get_alternate_contact(call: Call) -> Answer:
    """The contact of a type."""
    return {"AlternateContact": _ALTERNATE[_existing(call)]}


@operation("account", "DeleteAlternateContact")
def delete_alternate_contact(call: Call) -> Answer:
    """Have no contact of a type any more."""
    del _ALTERNATE[_existing(call)]
    return {}


@operation("account", "PutContactInformation")
def put_contact_information(call: Call) -> Answer:
    """Say where the account's owner is reached.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutContactInformation.html
    """
    _PRIMARY[managed_account(call)] = call.parameters["ContactInformation"]
    return {}


@operation("account", "GetContactInformation")
def get_contact_information(call: Call) -> Answer:
    """Where the account's owner is reached."""
    return {"ContactInformation": _PRIMARY.get(managed_account(call), FIRST_CONTACT)}


def managed_account(call: Call) -> str:
    """The account that a call is about: the caller's own, or the member that it names.

    A member is named by the management account or a delegated administrator, in an organization with all features that
    trusts Account Management; the management account does not name itself.

    Raises:
        Refusal: AccessDeniedException.
    """
    wanted = call.parameters.get("AccountId")
    if wanted is None:
        return call.account_id
    administers = call.account_id in (MANAGEMENT_ACCOUNT_ID, *organization.delegated_administrators(PRINCIPAL))
    trusted = organization.backend().org is not None and PRINCIPAL in organization.trusted_principals()
    member = wanted != MANAGEMENT_ACCOUNT_ID and organization.is_active_member(wanted)
    if not (administers and trusted and member and organization.organization().feature_set == "ALL"):
        message = f"User: {call.caller.arn} is not authorized to perform: account:{call.operation}"
        raise Refusal("AccessDeniedException", message, status=403)
    return str(wanted)


def _contact_type(call: Call) -> str:
    found = str(call.parameters["AlternateContactType"])
    if found not in CONTACT_TYPES:
        raise Refusal("ValidationException", f"{found} is no type of contact.", reason="fieldValidationFailed")
    return found


def _existing(call: Call) -> tuple[str, str]:
    key = (managed_account(call), _contact_type(call))
    if key not in _ALTERNATE:
        message = "No contact of the inputted alternate contact type found."
        raise Refusal("ResourceNotFoundException", message, status=404)
    return key
