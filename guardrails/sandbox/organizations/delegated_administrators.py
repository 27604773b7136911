"""Member accounts that administer a service for the whole organization.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_RegisterDelegatedAdministrator.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from moto.core.utils import unix_time
from moto.organizations.models import FakeDelegatedAdministrator

from guardrails.sandbox.organizations import accounts, authority, organization, trusted_access
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_ADMINISTRATORS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "access-analyzer.amazonaws.com": 1,
        "cloudtrail.amazonaws.com": 3,
        "config-multiaccountsetup.amazonaws.com": 3,
        "detective.amazonaws.com": 1,
        "guardduty.amazonaws.com": 1,
        "inspector2.amazonaws.com": 1,
        "macie.amazonaws.com": 1,
        "securityhub.amazonaws.com": 1,
        "sso.amazonaws.com": 1,
    }
)
"""How many delegated administrators a service takes; five where nothing is said here."""
USUAL_MAX: Final = 5
WITHOUT_ADMINISTRATORS: Final = (
    "aws-artifact-account-sync.amazonaws.com",
    "controltower.amazonaws.com",
    "ds.amazonaws.com",
    "ram.amazonaws.com",
    "tagpolicies.tag.amazonaws.com",
)
"""Services that can be trusted, and have no delegated administrators."""

_ON_DEREGISTERED: Final[dict[str, list[Callable[[str], None]]]] = {}


@operation("organizations", "RegisterDelegatedAdministrator")
def register_delegated_administrator(call: Call) -> Answer:
    """Make an active member account administrator of a trusted service."""
    authority.require_management(call)
    account_id, principal = call.parameters["AccountId"], trusted_access.known(call.parameters["ServicePrincipal"])
    check(account_id, principal)
    if account_id in organization.delegated_administrators(principal):
        message = "The specified account is already a delegated administrator for this Amazon Web Services service."
        raise Refusal("AccountAlreadyRegisteredException", message)
    register(account_id, principal)
    return {}


@operation("organizations", "DeregisterDelegatedAdministrator")
def deregister_delegated_administrator(call: Call) -> Answer:
    """Take an account's administration of a service away."""
    authority.require_management(call)
    account_id, principal = call.parameters["AccountId"], trusted_access.known(call.parameters["ServicePrincipal"])
    organization.account(account_id)
    if account_id not in organization.delegated_administrators(principal):
        raise _not_registered()
    deregister(account_id, principal)
    return {}


@operation("organizations", "ListDelegatedAdministrators")
def list_delegated_administrators(call: Call) -> Answer:
    """List the delegated administrators, of one service when it is named, twenty a page."""
    authority.require_reader(call)
    principal = call.parameters.get("ServicePrincipal")
    admins = organization.backend().admins
    if principal:
        trusted_access.known(principal)
        admins = [admin for admin in admins if principal in admin.services]
    return organization.page(call, "DelegatedAdministrators", [_described(admin) for admin in admins])


@operation("organizations", "ListDelegatedServicesForAccount")
def list_delegated_services_for_account(call: Call) -> Answer:
    """List the services that an account administers, twenty a page."""
    authority.require_reader(call)
    organization.account(call.parameters["AccountId"])
    admin = _find(call.parameters["AccountId"])
    if admin is None:
        raise _not_registered()
    found = [{"ServicePrincipal": name, "DelegationEnabledDate": since} for name, since in admin.services.items()]
    return organization.page(call, "DelegatedServices", found)


def check(account_id: str, principal: str) -> None:
    """Whether the account may become administrator of the service.

    Raises:
        Refusal: it is the management account, unknown, closed; the service is not trusted; too many
        administer it already.
    """
    if account_id == MANAGEMENT_ACCOUNT_ID:
        message = "You cannot register master account/yourself as delegated administrator for your organization."
        raise organization.constraint("CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", message)
    if organization.account(account_id).state != "ACTIVE":
        message = "You cannot register a suspended account as a delegated administrator."
        raise organization.constraint("CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR", message)
    if principal not in organization.trusted_principals():
        message = "You attempted to register a delegated administrator before you enabled service access."
        raise organization.constraint("SERVICE_ACCESS_NOT_ENABLED", message)
    if principal in WITHOUT_ADMINISTRATORS:
        raise organization.invalid("UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal.")
    others = [each for each in organization.delegated_administrators(principal) if each != account_id]
    if len(others) >= MAX_ADMINISTRATORS.get(principal, USUAL_MAX):
        message = "You attempted to register more delegated administrators than allowed for the service principal."
        raise organization.constraint("MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED", message)


def register(account_id: str, principal: str) -> None:
    """Make the account administrator of the service, without asking whether it may."""
    admin = _find(account_id)
    if admin is None:
        admin = FakeDelegatedAdministrator(organization.account(account_id))
        organization.backend().admins.append(admin)
    admin.services.setdefault(principal, datetime.now(UTC))


def deregister(account_id: str, principal: str) -> None:
    """Take the administration away, when there is one, and tell the service."""
    admin = _find(account_id)
    if admin is not None and admin.services.pop(principal, None) is not None:
        if not admin.services:
            organization.backend().admins.remove(admin)
        for callback in _ON_DEREGISTERED.get(principal, ()):
            callback(account_id)


def on_deregistered(principal: str, callback: Callable[[str], None]) -> None:
    """Call `callback` with the account's id after the account's administration of the service has ended."""
    _ON_DEREGISTERED.setdefault(principal, []).append(callback)


def _find(account_id: str) -> FakeDelegatedAdministrator | None:
    return next((admin for admin in organization.backend().admins if admin.account.id == account_id), None)


def _described(admin: FakeDelegatedAdministrator) -> Mapping[str, Any]:
    shown = {name: value for name, value in accounts.described(admin.account).items() if name != "Paths"}
    return {**shown, "DelegationEnabledDate": datetime.fromtimestamp(unix_time(admin.enabled_date), UTC)}


def _not_registered() -> Refusal:
    message = "The specified account is not a delegated administrator for this Amazon Web Services service."
    return Refusal("AccountNotRegisteredException", message)
