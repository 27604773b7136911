"""Account Management: the name and the e-mail address of an account, its own or that of a member account.

Source: https://docs.aws.amazon.com/accounts/latest/reference/API_PutAccountName.html
"""

import re
from typing import Final

from moto.organizations.models import FakeAccount

from guardrails.sandbox.organizations import organization, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "account.amazonaws.com"
NAME: Final = re.compile(r"[ -;=?-~]{1,50}")


@operation("account", "PutAccountName")
def put_account_name(call: Call) -> Answer:
    """Rename an account; Organizations shows the new name."""
    found = _account(call)
    name = call.parameters["AccountName"]
    if not NAME.fullmatch(name):
        raise Refusal("ValidationException", "The account name is not valid.", reason="fieldValidationFailed")
    found.name = name
    return {}


@operation("account", "GetAccountInformation")
def get_account_information(call: Call) -> Answer:
    """Tell an account's name, state and day of creation."""
    found = _account(call)
    return {
        "AccountId": found.id,
        "AccountName": found.name,
        "AccountCreatedDate": found.create_time,
        "AccountState": "ACTIVE" if found.state == "ACTIVE" else "SUSPENDED",
    }


@operation("account", "GetPrimaryEmail")
def get_primary_email(call: Call) -> Answer:
    """Tell the e-mail address of a member account's root user: to the management account and administrators, never of the former.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_GetPrimaryEmail.html
    """
    found = _account(call)
    if found.id in (call.account_id, MANAGEMENT_ACCOUNT_ID):
        raise _denied()
    return {"PrimaryEmail": found.email}


def _account(call: Call) -> FakeAccount:
    """The account that a call is about: the caller's, or a member that the caller may manage."""
    account_id = call.parameters.get("AccountId", call.account_id)
    found = tree.ACCOUNTS.get(account_id)
    if found is None:
        raise _denied()
    if "AccountId" in call.parameters and not _manages(call):
        raise _denied()
    return found


def _manages(call: Call) -> bool:
    """Whether the caller manages other accounts: in an organization that trusts Account Management, for it or as its administrator."""
    trusted = PRINCIPAL in organization.trusted_principals() and organization.organization().feature_set == "ALL"
    managers = {MANAGEMENT_ACCOUNT_ID, *organization.delegated_administrators(PRINCIPAL)}
    return trusted and call.account_id in managers


def _denied() -> Refusal:
    return Refusal("AccessDeniedException", "You do not have sufficient access to perform this action.", status=403)
