"""What a selection in the one vocabulary of targets means: pure functions of the declared organization.

The selected accounts are the union of OU subtrees, named accounts and tagged accounts (the whole organization when none
of the three is given), minus the excluded subtrees and accounts: an exclusion always wins. The management account is
part of the Root subtree like any other account; whoever cannot act on it leaves it out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guardrails.model import ROOT, Account, Organization, Targets

NEW_ACCOUNTS_NEED_A_RUN = "new accounts need a run"


@dataclass(frozen=True, slots=True)
class Frontier:
    """The OUs whose whole subtrees are selected, and the selected accounts that lie outside of all of them.

    `organizational_units` (sorted paths, "Root" for everything; none lies in another) cover tomorrow's accounts too.
    `accounts` (sorted logical names) do not, and where a selection by rule came down to them, `reason` says why.
    The management account counts in neither: service-managed stack sets never reach it.
    """

    organizational_units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PolicyAttachments:
    """Where an organization policy is attached, and what below the attachments it must let alone by a condition.

    `organizational_units` are sorted paths ("Root" alone when attached to the root), `accounts` sorted logical names.
    `excluded_…` are only those that inherit from an attachment; a policy type without conditions must refuse them.
    `reason` says why new accounts need a run, "" when they do not.
    """

    organizational_units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    excluded_organizational_units: tuple[str, ...] = ()
    excluded_accounts: tuple[str, ...] = ()
    reason: str = ""


def is_within(path: str, ancestor: str) -> bool:
    """Whether an OU path lies in the subtree of another, or is the same; everything lies within "Root"."""
    return ancestor in (ROOT, path) or path.startswith(ancestor + "/")


def accounts_in(organization: Organization, targets: Targets) -> tuple[Account, ...]:
    """The selected accounts, in the order of the organization; the management account too when it is selected."""
    units = _included_units(targets)
    return tuple(account for account in organization.accounts if _selects(targets, units, account))


def selects_nothing(organization: Organization, targets: Targets) -> bool:
    """Whether no OU and no account is selected; an OU without accounts yet is something."""
    units = _included_units(targets)
    return not units and not any(_selects(targets, units, account) for account in organization.accounts)


def regions_in(organization: Organization, targets: Targets) -> tuple[str, ...]:
    """The selected regions, in the order of the governed regions."""
    wanted = set(targets.regions or organization.governed_regions) - set(targets.excluded_regions)
    return tuple(region for region in organization.governed_regions if region in wanted)


def organizational_unit_frontier(organization: Organization, targets: Targets) -> Frontier:
    """The OUs to deploy a stack set to, such that they cover exactly the selected accounts together with `accounts`."""
    split = _split_units(organization, targets)
    units = tuple(
        sorted(unit for top in _included_units(targets) for unit in _whole_units(organization, targets, split, top))
    )
    loose = [
        account
        for account in accounts_in(organization, targets)
        if account.name != organization.management_account and not _inside(account.organizational_unit, units)
    ]
    reasons = ["accounts are selected by tag"] if targets.account_tags else []
    holders = sorted({a.organizational_unit for a in loose if a.name not in targets.accounts} & split)
    reasons += [f"an exclusion splits {', '.join(holders)}, where accounts sit directly"] if holders else []
    reason = f"{NEW_ACCOUNTS_NEED_A_RUN}: {'; '.join(reasons)}" if reasons else ""
    return Frontier(units, tuple(sorted(account.name for account in loose)), reason)


def policy_attachments(organization: Organization, targets: Targets) -> PolicyAttachments:
    """Where to attach an organization policy such that it binds exactly the selected accounts, tomorrow's included."""
    units = _included_units(targets)
    excluded_units = [
        path for path in _topmost(targets.excluded_organizational_units) if any(is_within(path, unit) for unit in units)
    ]
    accounts = [a for a in accounts_in(organization, targets) if not _inside(a.organizational_unit, units)]
    excluded_accounts = [
        a.name
        for a in organization.accounts
        if a.name in targets.excluded_accounts
        and _inside(a.organizational_unit, units)
        and not _inside(a.organizational_unit, excluded_units)
    ]
    return PolicyAttachments(
        organizational_units=tuple(sorted(units)),
        accounts=tuple(sorted(a.name for a in accounts)),
        excluded_organizational_units=tuple(sorted(excluded_units)),
        excluded_accounts=tuple(sorted(excluded_accounts)),
        reason=f"{NEW_ACCOUNTS_NEED_A_RUN}: accounts are selected by tag" if targets.account_tags else "",
    )


def _selects(targets: Targets, units: tuple[str, ...], account: Account) -> bool:
    excluded = _inside(account.organizational_unit, targets.excluded_organizational_units)
    if excluded or account.name in targets.excluded_accounts:
        return False
    tagged = bool(targets.account_tags) and targets.account_tags.items() <= account.tags.items()
    return tagged or account.name in targets.accounts or _inside(account.organizational_unit, units)


def _split_units(organization: Organization, targets: Targets) -> frozenset[str]:
    """The OUs that cannot be taken whole, because something below them, or an account directly in them, is excluded."""
    homes = [
        account.organizational_unit
        for account in organization.accounts
        if account.name in targets.excluded_accounts and account.name != organization.management_account
    ]
    above = [ancestor for path in targets.excluded_organizational_units for ancestor in _ancestors(path)]
    return frozenset([*homes, *above, *(ancestor for home in homes for ancestor in _ancestors(home))])


def _ancestors(path: str) -> Iterator[str]:
    while path != ROOT:
        path = path.rpartition("/")[0] or ROOT
        yield path


def _whole_units(organization: Organization, targets: Targets, split: frozenset[str], path: str) -> Iterator[str]:
    if _inside(path, targets.excluded_organizational_units):
        return
    if path not in split:
        yield path
        return
    for unit in organization.organizational_units:
        if next(_ancestors(unit.path)) == path:
            yield from _whole_units(organization, targets, split, unit.path)


def _included_units(targets: Targets) -> tuple[str, ...]:
    """The topmost included OUs that are not excluded themselves; Root when nothing at all is named."""
    if not (targets.organizational_units or targets.accounts or targets.account_tags):
        units: tuple[str, ...] = (ROOT,)
    else:
        units = _topmost(targets.organizational_units)
    return tuple(unit for unit in units if not _inside(unit, targets.excluded_organizational_units))


def _inside(path: str, units: Iterable[str]) -> bool:
    return any(is_within(path, unit) for unit in units)


def _topmost(units: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for unit in sorted(set(units), key=lambda path: (path != ROOT, path.count("/"), path)):
        if not _inside(unit, kept):
            kept.append(unit)
    return tuple(kept)
