"""The administrators of a security service, one per region: how GuardDuty and its kin stand beside Organizations' own register.

Designating an administrator in the first region trusts the service and registers the delegation with Organizations;
dismissing it in the last region ends the delegation; ending the delegation in Organizations dismisses it in every region.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Generic, TypeVar

from guardrails.sandbox.organizations import delegated_administrators, organization, placement, trusted_access
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call


@dataclass
class Administration:
    """Who administers a service in a region, and its members there (account id -> since when)."""

    administrator_id: str
    members: dict[str, datetime] = field(default_factory=dict)

    def join(self, account_id: str) -> None:
        """Note a member; one that is already there keeps its date."""
        self.members.setdefault(account_id, datetime.now(UTC))

    def forget(self, account_id: str) -> None:
        """Know nothing of an account any more."""
        self.members.pop(account_id, None)


@dataclass
class RememberingAdministration(Administration):
    """An administration that still knows whom it let go (account id -> member since when), until they are deleted."""

    removed: dict[str, datetime] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, datetime]:
        """The members, then those that were let go."""
        return {**self.members, **self.removed}

    def since(self, account_id: str) -> datetime:
        """Since when an account is, or was, a member."""
        return self.members.get(account_id) or self.removed[account_id]

    def join(self, account_id: str) -> None:
        """Note a member, which is let go no longer."""
        self.removed.pop(account_id, None)
        super().join(account_id)

    def let_go(self, account_id: str) -> bool:
        """Make a member a member no more; False when it was none."""
        since = self.members.pop(account_id, None)
        if since is not None:
            self.removed[account_id] = since
        return since is not None

    def forget(self, account_id: str) -> None:
        """Know nothing of an account any more, as one that was let go neither."""
        self.removed.pop(account_id, None)
        super().forget(account_id)


Kind = TypeVar("Kind", bound=Administration)


class Administrations(Generic[Kind]):
    """A service's administrations by region. Nobody knows an account any more that left the organization.

    `dismissed` is called with the region and the account after an administrator was dismissed there, whichever way.
    """

    def __init__(
        self, principal: str, make: Callable[[str], Kind], dismissed: Callable[[str, str], None] | None = None
    ) -> None:
        self.principal = principal
        self._make = make
        self._dismissed = dismissed
        self._regions: dict[str, Kind] = lifecycle.forgotten_on_reset({})
        delegated_administrators.on_deregistered(principal, self._dismiss_everywhere)
        placement.on_account_placed(self._account_placed)

    @property
    def regions(self) -> Mapping[str, Kind]:
        """Every region that has an administrator."""
        return MappingProxyType(self._regions)

    def of(self, region: str) -> Kind | None:
        """The administration of a region, or None when no administrator is designated there."""
        return self._regions.get(region)

    def administered_by(self, account_id: str, region: str) -> Kind | None:
        """The administration of a region when this account has it, else None."""
        found = self._regions.get(region)
        return found if found and found.administrator_id == account_id else None

    def administrator_of(self, account_id: str, region: str) -> str | None:
        """The administrator of a member account in a region, or None when the account is nobody's member there."""
        found = self._regions.get(region)
        return found.administrator_id if found and account_id in found.members else None

    def members_of(self, account_id: str, region: str) -> dict[str, datetime]:
        """The members of an administrator in a region; empty for an account that is none."""
        found = self.administered_by(account_id, region)
        return found.members if found else {}

    def taken_by_another(self, account_id: str, region: str) -> bool:
        """Whether the region has an administrator already, or another account administers the service anywhere or is to."""
        registered = organization.delegated_administrators(self.principal)
        administrators = {each.administrator_id for each in self._regions.values()} | set(registered)
        return region in self._regions or bool(administrators - {account_id, MANAGEMENT_ACCOUNT_ID})

    def designate(self, account_id: str, region: str) -> Kind:
        """Make an account the region's administrator. The management account needs no delegation.

        Raises:
            Refusal: Organizations does not take it as delegated administrator.
        """
        trusted_access.enable(self.principal)
        if account_id != MANAGEMENT_ACCOUNT_ID:
            delegated_administrators.check(account_id, self.principal)
            delegated_administrators.register(account_id, self.principal)
        made = self._regions[region] = self._make(account_id)
        return made

    def dismiss(self, region: str, *, ends_delegation: bool = True) -> None:
        """Take a region's administration away; its members are nobody's from then on. The last region may end the delegation."""
        gone = self._remove(region)
        others = any(each.administrator_id == gone.administrator_id for each in self._regions.values())
        if ends_delegation and not others:
            delegated_administrators.deregister(gone.administrator_id, self.principal)

    def _dismiss_everywhere(self, account_id: str) -> None:
        for region, found in list(self._regions.items()):
            if found.administrator_id == account_id:
                self._remove(region)

    def _remove(self, region: str) -> Kind:
        gone = self._regions.pop(region)
        if self._dismissed:
            self._dismissed(region, gone.administrator_id)
        return gone

    def _account_placed(self, account_id: str, _: str | None, new_parent_id: str | None) -> None:
        if new_parent_id is None:
            for found in self._regions.values():
                found.forget(account_id)


def is_management(call: Call) -> bool:
    """Whether the caller is the management account of an organization."""
    return organization.backend().org is not None and call.account_id == MANAGEMENT_ACCOUNT_ID


def can_administer(account_id: str) -> bool:
    """Whether an account may be made administrator of a service: an active one, of an organization with all features.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html
    """
    return organization.is_active_member(account_id) and organization.organization().feature_set == "ALL"
