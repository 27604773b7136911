"""Opt-in regions: where an account must enable a region before anything can be done there."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ACCOUNT_TYPE, ORGANIZATION, account_address, trusted_access_address

PRINCIPAL: Final = "account.amazonaws.com"
ENABLED: Final = "ENABLED"
DISABLED: Final = "DISABLED"
BEGUN: Final = frozenset({ENABLED, "ENABLING"})
AT_ONCE: Final = 50
"""So many regions of an organization may be under way at a time.

Source: https://docs.aws.amazon.com/accounts/latest/reference/quotas.html
"""
ONE_REGION: Final = threading.Lock()
"""Held while a region is being enabled: what may be under way at a time counts over all regions."""
LOOK_EVERY: Final = 30.0
ENABLING_TIMEOUT: Final = 4 * 3_600.0


@dataclass(frozen=True, kw_only=True)
class OptInRegion(Resource):
    """One opt-in region; `accounts` maps the logical name of each declared account to AWS's word for how it has the region ("ENABLED")."""

    TYPE = "Guardrails::Account::OptInRegion"

    accounts: Mapping[str, str] = field(default_factory=dict)

    def references(self) -> frozenset[Address]:
        """The accounts, and that the organization trusts Account Management."""
        return super().references() | {trusted_access_address(PRINCIPAL), *map(account_address, self.accounts)}


class OptInRegions(ResourceType[OptInRegion]):
    """A setting of every account, which the management account sees and puts for its members. No region is ever disabled."""

    resource = OptInRegion
    source = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"
    after = frozenset({ACCOUNT_TYPE, trusted_access_address(PRINCIPAL).type})

    def observe(
        self, aws: Reader, wanted: Sequence[OptInRegion], names: Directory
    ) -> Iterator[Live[OptInRegion] | BlindSpot]:
        """One call for each account that exists, however many opt-in regions are wanted; none when none is.

        Of members nothing can be known before the organization trusts Account Management: until then they count as without.
        """
        trusted = names.get(trusted_access_address(PRINCIPAL)) is not None
        known = {name: names.get(account_address(name)) for want in wanted for name in want.accounts}
        seen = {
            name: _statuses(aws, identity, names)
            for name, identity in known.items()
            if identity and (trusted or _is_management(identity, names))
        }
        for want in wanted:
            accounts = {name: seen[name].get(want.name, DISABLED) for name in want.accounts if name in seen}
            lacking = "/".join(sorted(name for name in want.accounts if accounts.get(name) != ENABLED))
            yield Live(OptInRegion(name=want.name, accounts=accounts), {"id": want.name, "lacking": lacking})

    def put(
        self, aws: Writer, want: OptInRegion, live: Live[OptInRegion] | None, names: Directory
    ) -> Mapping[str, str]:
        """Enable the region where it is not, fifty accounts at a time, and wait: minutes as a rule, sometimes hours."""
        status = live.resource.accounts if live else {}
        lacking = [names.id(account_address(name)) for name in sorted(want.accounts) if status.get(name) != ENABLED]
        with ONE_REGION:
            for start in range(0, len(lacking), AT_ONCE):
                _enable(aws, want.name, lacking[start : start + AT_ONCE], names)
        return {"id": want.name, "lacking": ""}


def _enable(aws: Writer, region: str, accounts: Sequence[str], names: Directory) -> None:
    for identity in accounts:
        if _status(aws, region, identity, names) not in BEGUN:
            aws.write("account", "enable_region", RegionName=region, **_member(identity, names))
    waiting = list(accounts)

    def enabled() -> bool | None:
        while waiting and _status(aws, region, waiting[-1], names) == ENABLED:
            waiting.pop()
        return None if waiting else True

    what = f"account:enable_region {region}, which AWS finishes by itself: run again later,"
    aws.wait_for(enabled, what=what, every=LOOK_EVERY, timeout=ENABLING_TIMEOUT)


def _status(aws: Reader, region: str, identity: str, names: Directory) -> str:
    answer = aws.read("account", "get_region_opt_status", RegionName=region, **_member(identity, names))
    return str(answer["RegionOptStatus"])


def _statuses(aws: Reader, identity: str, names: Directory) -> Mapping[str, str]:
    listed = aws.items("account", "list_regions", "Regions", MaxResults=50, **_member(identity, names))
    return {region["RegionName"]: region["RegionOptStatus"] for region in listed}


def _member(identity: str, names: Directory) -> Mapping[str, Any]:
    """How a request names the account that it is about; the management account must not name itself."""
    return {} if _is_management(identity, names) else {"AccountId": identity}


def _is_management(identity: str, names: Directory) -> bool:
    return identity == names.get(ORGANIZATION, "management_account_id")


TYPE = OptInRegions()
