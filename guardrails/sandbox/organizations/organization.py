"""The organization of the sandbox: what every Organizations operation asks of it, and how it refuses.

moto's models hold the data; everything here is about reading it as AWS shows it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from moto.organizations.models import (
    FakeAccount,
    FakeOrganization,
    FakeOrganizationalUnit,
    FakePolicy,
    FakeRoot,
    OrganizationsBackend,
)

from guardrails.sandbox.organizations import tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

PAGE_SIZE: Final = 20
STACK_SETS_PRINCIPAL: Final = "member.org.stacksets.cloudformation.amazonaws.com"


def backend() -> OrganizationsBackend:
    """moto's store of the one organization (of the management account)."""
    return tree.backend()


def organization() -> FakeOrganization:
    """The organization.

    Raises:
        Refusal: AWSOrganizationsNotInUseException, there is none.
    """
    found = backend().org
    if found is None:
        raise Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return found


def root() -> FakeRoot:
    """The root of the organization."""
    found = backend().ou[0]
    assert isinstance(found, FakeRoot)
    return found


def accounts() -> Mapping[str, FakeAccount]:
    """Every account of the organization by id, the management account first, then in the order of creation; closed ones included."""
    return tree.ACCOUNTS


def find_account(account_id: str) -> FakeAccount | None:
    """An account of the organization, or None."""
    return tree.ACCOUNTS.get(account_id)


def is_active_member(account_id: str) -> bool:
    """Whether the organization has this account and it is not closed."""
    found = find_account(account_id)
    return found is not None and found.state == "ACTIVE"


def active_members() -> Iterator[FakeAccount]:
    """The member accounts that are active: never the management account."""
    return (each for each in tree.ACCOUNTS.values() if each.id != MANAGEMENT_ACCOUNT_ID and each.state == "ACTIVE")


def account(account_id: str) -> FakeAccount:
    """An account of the organization.

    Raises:
        Refusal: AccountNotFoundException.
    """
    found = find_account(account_id)
    if found is None:
        raise Refusal("AccountNotFoundException", "You specified an account that doesn't exist.")
    return found


def find_unit(unit_id: str) -> FakeOrganizationalUnit | None:
    """A root or an organizational unit, or None."""
    return tree.UNITS.get(unit_id)


def parent(parent_id: str, code: str = "ParentNotFoundException") -> FakeOrganizationalUnit:
    """A root or an organizational unit named as a parent.

    Raises:
        Refusal: the given code.
    """
    found = find_unit(parent_id)
    if found is None:
        raise Refusal(code, "You specified a root or OU that doesn't exist.")
    return found


def path(parent_id: str | None) -> str:
    """The path of what hangs under a root or OU: `o-…/r-…/ou-…/`, from the organization down, as ListAccounts shows it."""
    segments: list[str] = []
    while parent_id:
        segments.append(parent_id)
        unit = find_unit(parent_id)
        parent_id = unit.parent_id if unit else None
    return "/".join([organization().id, *reversed(segments)]) + "/"


def trusted_principals() -> frozenset[str]:
    """The service principals with trusted access."""
    return frozenset(service["ServicePrincipal"] for service in backend().services)


def delegated_administrators(principal: str) -> tuple[str, ...]:
    """The accounts that are delegated administrators for a service principal, oldest first."""
    return tuple(admin.account.id for admin in backend().admins if principal in admin.services)


def require_all_features() -> None:
    """Let only an organization with all features pass.

    Raises:
        Refusal: ConstraintViolationException, ORGANIZATION_NOT_IN_ALL_FEATURES_MODE.
    """
    if organization().feature_set != "ALL":
        message = "You attempted to perform an operation that requires the organization to be configured to support all features."
        raise constraint("ORGANIZATION_NOT_IN_ALL_FEATURES_MODE", message)


def require_policies_available() -> None:
    """Let only an organization with all features pass.

    Raises:
        Refusal: PolicyTypeNotAvailableForOrganizationException.
    """
    if organization().feature_set != "ALL":
        message = (
            "You can't use the specified policy type with the feature set currently enabled for this organization."
        )
        raise Refusal("PolicyTypeNotAvailableForOrganizationException", message)


def constraint(reason: str, message: str) -> Refusal:
    """ConstraintViolationException with its reason."""
    return Refusal("ConstraintViolationException", message, Reason=reason)


def invalid(reason: str, message: str = "You specified an invalid value.") -> Refusal:
    """InvalidInputException with its reason."""
    return Refusal("InvalidInputException", message, Reason=reason)


def page(call: Call, key: str, items: Iterable[Any], size: int = PAGE_SIZE) -> dict[str, Any]:
    """One page of a list under `key`, with a NextToken while there is more: AWS's page size at most, fewer when MaxResults asks.

    Raises:
        Refusal: InvalidInputException, more than a page is asked for, or the token was not given out by this list.
    """
    found = list(items)
    if call.parameters.get("MaxResults", 1) > size:
        raise invalid("MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed.")
    token, limit = call.parameters.get("NextToken"), call.parameters.get("MaxResults") or size
    if token and not str(token).isdecimal():
        raise invalid("INVALID_NEXT_TOKEN", "You specified an invalid next token.")
    begin = int(token or 0)
    end = begin + limit
    return {key: found[begin:end], **({"NextToken": str(end)} if end < len(found) else {})}


def find_policy(policy_id: str) -> FakePolicy | None:
    """A policy by its id, or None."""
    return next((policy for policy in backend().policies if policy.id == policy_id), None)


def policies(policy_type: str) -> Iterator[FakePolicy]:
    """The organization's policies of one type."""
    return (policy for policy in backend().policies if policy.type == policy_type)
