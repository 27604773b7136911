"""The policies of an organization within what AWS takes on one target: as they were declared where they fit, packed where they do not.

Where more service control policies, or resource control policies, hang on a target than it has slots for, those that hang there alone
are packed into the fewest documents; where that is not enough, also those that hang on further targets, together with what hangs on
exactly the same; and where that is not enough, what hangs on everything below one parent hangs on the parent instead. Policies of
other types cannot be merged, and are only counted.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from guardrails.engine.resource import Address
from guardrails.errors import ConfigError, Problem
from guardrails.iam.document import minified
from guardrails.iam.grammar import listed
from guardrails.iam.packing import PACKABLE, heaviest, pack
from guardrails.iam.policies import NamedPolicy
from guardrails.iam.quotas import MAX_POLICY_NAME_CHARACTERS, QUOTAS
from guardrails.library.policies import KINDS
from guardrails.model import ROOT, Organization
from guardrails.placeholders import with_placeholders
from guardrails.resources import ACCOUNT_TYPE, ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.policy import Policy, description_of

HEAVIEST: Final = 5
"""How many of the heaviest statements an error names."""
Targets = tuple[Address, ...]


@dataclass(frozen=True)
class Packing:
    """The policies to attach, and what a reviewer should know about them."""

    policies: tuple[Policy, ...]
    caveats: tuple[str, ...] = ()


def packed(organization: Organization, policies: Sequence[Policy]) -> Packing:
    """The policies, within the slots of each target.

    Raises: ConfigError, with every target that takes no more, even packed; UnequalPacking.
    """
    found: list[Policy] = []
    caveats: list[str] = []
    problems: list[Problem] = []
    for policy_type in sorted({policy.policy_type for policy in policies}):
        of_type = [policy for policy in policies if policy.policy_type == policy_type]
        try:
            packing = _Fitting(organization, policy_type, of_type).packing()
        except ConfigError as error:
            problems += error.problems
            continue
        found += packing.policies
        caveats += packing.caveats
    if problems:
        raise ConfigError(problems)
    return Packing(tuple(found), tuple(caveats))


def slots(organization: Organization, policy_type: str) -> int:
    """How many policies of a type we may attach to one target: what AWS takes, without its own and those left to others."""
    quota = QUOTAS[policy_type]
    reserved = organization.reserved_policy_slots.get(KINDS.get(policy_type, ""), 0)
    return max(0, quota.max_attached - quota.always_attached - reserved)


class _Fitting:
    """One type's policies on their way to fit, in groups that hang on the same targets; `pack` are the groups to pack."""

    def __init__(self, organization: Organization, policy_type: str, policies: Sequence[Policy]) -> None:
        self.organization, self.type, self.room = organization, policy_type, slots(organization, policy_type)
        self.groups: dict[Targets, list[Policy]] = {}
        for policy in policies:
            self.groups.setdefault(policy.targets, []).append(policy)
        self.pack = {targets for targets, group in self.groups.items() if any(map(_is_too_large, group))}
        self.bins: dict[Targets, tuple[Policy, ...]] = {}
        self.caveats: list[str] = []

    def packing(self) -> Packing:
        """The policies as they fit.

        Raises: ConfigError, when they do not; UnequalPacking.
        """
        if self.type in PACKABLE:
            for step in (self._alone, self._together, self._above, self._together):
                if crowded := self.crowded():
                    step(crowded)
        if problems := [self._problem(target, count) for target, count in sorted(self.crowded().items())]:
            raise ConfigError(problems)
        policies = tuple(policy for targets in self.groups for policy in self.attached(targets))
        holding = [policy for policy in policies if policy.holds]
        room = f"there is room for {self.room} on a target, of {QUOTAS[self.type].max_characters:,} characters"
        told = [f"{policy.name} holds {', '.join(policy.holds)}: {room}" for policy in holding]
        return Packing(policies, (*self.caveats, *told))

    def attached(self, targets: Targets) -> Sequence[Policy]:
        """What is attached for a group: its policies, or the fewer that hold them."""
        group = self.groups[targets]
        if targets not in self.pack:
            return group
        if targets not in self.bins:
            self.bins[targets] = _bins(self.organization, targets, group)
        bins = self.bins[targets]
        return bins if len(bins) < len(group) or any(map(_is_too_large, group)) else group

    def crowded(self) -> dict[Address, int]:
        """The targets on which more hangs than they have slots for, with how much hangs there."""
        count = Counter(target for targets in self.groups for _ in self.attached(targets) for target in targets)
        return {target: many for target, many in count.items() if many > self.room}

    def _alone(self, crowded: Iterable[Address]) -> None:
        self.pack |= {(target,) for target in crowded} & self.groups.keys()

    def _together(self, crowded: Iterable[Address]) -> None:
        self.pack |= {targets for targets in self.groups if not set(targets).isdisjoint(crowded)}

    def _above(self, crowded: Iterable[Address]) -> None:
        """Let what only denies hang on a parent instead of on everything below it, where that frees a slot."""
        groups: dict[Targets, list[Policy]] = {}
        self.bins, self.pack = {}, set()
        for targets, group in self.groups.items():
            higher = _hoisted(self.organization, targets)
            moves = higher != targets and not set(targets).isdisjoint(crowded)
            for policy in group:
                moved = moves and _only_denies(policy)
                groups.setdefault(higher if moved else targets, []).append(
                    replace(policy, targets=higher) if moved else policy
                )
                if moved:
                    self.caveats.append(_moved(policy, higher))
        self.groups = groups
        self.pack = {targets for targets, group in groups.items() if any(map(_is_too_large, group))}
        if still := self.crowded():
            self._alone(still)

    def _problem(self, target: Address, count: int) -> Problem:
        on_target = [policy for group in self.groups.values() for policy in group if target in policy.targets]
        last = max((place for policy in on_target for place in policy.declared_at), default=("", 0, 0))
        message = f"{count} policies of type {self.type} are attached to {target.name}, AWS takes {self.room}{self._besides()}"
        if self.type not in PACKABLE:
            return Problem(*last, message, "attach some of them above or below it: what is inherited takes no place")
        said = heaviest([_named(policy) for policy in on_target], with_placeholders)[:HEAVIEST]
        shown = "; ".join(f"{size:,} characters: {what}{f' at {place}' if place else ''}" for size, what, place in said)
        total = sum(len(minified(with_placeholders(policy.content))) for policy in on_target)
        packed_as = f"even packed, {message} ({len(on_target)} are declared, with {total:,} characters)"
        return Problem(*last, packed_as, f"attach some above or below it, or say less; the heaviest are {shown}")

    def _besides(self) -> str:
        reserved = self.organization.reserved_policy_slots.get(KINDS[self.type], 0)
        others = ["its own"] * bool(QUOTAS[self.type].always_attached) + [f"{reserved} left to others"] * bool(reserved)
        return f" besides {' and '.join(others)}" if others else ""


def _moved(policy: Policy, higher: Targets) -> str:
    where = ", ".join(target.name for target in higher if target not in policy.targets)
    below = ", ".join(target.name for target in policy.targets if target not in higher)
    if not where:
        return f"{policy.name} does not hang on {below}, where it is inherited from above"
    return f"{policy.name} hangs on {where} instead of {below}, which together are all of it: whatever comes to it is bound too"


def _is_too_large(policy: Policy) -> bool:
    size = len(minified(with_placeholders(policy.content)))
    return policy.policy_type in PACKABLE and size > QUOTAS[policy.policy_type].max_characters


def _only_denies(policy: Policy) -> bool:
    return all(statement["Effect"] == "Deny" for statement in listed(policy.content["Statement"]))


def _named(policy: Policy) -> NamedPolicy:
    return NamedPolicy(policy.name, policy.content, policy.policy_type, policy.origins)


def _bins(organization: Organization, targets: Targets, group: Sequence[Policy]) -> tuple[Policy, ...]:
    """The fewest policies that say what those of a group do, on the same targets; each says which of them it holds.

    Raises: ConfigError, when a statement is too large; UnequalPacking.
    """
    policy_type = group[0].policy_type
    packs = pack([_named(policy) for policy in group], QUOTAS[policy_type].max_characters, with_placeholders)
    name = f"{organization.prefix}-{KINDS[policy_type]}-{_label(targets)}"
    by_name = {policy.name: policy for policy in group}
    held = [[by_name[name] for name in each.policies] for each in packs]
    return tuple(
        Policy(
            name=f"{name}-{each.number}",
            policy_type=policy_type,
            content=each.document,
            description=description_of(each.policies),
            targets=targets,
            origins=each.origins,
            declared_at=tuple(dict.fromkeys(place for policy in holds for place in policy.declared_at)),
            sources=each.sources,
            depends_on=frozenset(address for policy in holds for address in policy.depends_on),
        )
        for each, holds in zip(packs, held, strict=True)
    )


def _label(targets: Targets) -> str:
    """The targets in a policy's name: the one, or the first with a hash of all."""
    first = targets[0].name
    exact = first if targets[0].type != ACCOUNT_TYPE else f"account-{first}"
    if len(targets) == 1 and len(exact) <= MAX_POLICY_NAME_CHARACTERS // 2:
        return exact
    more = f"-and-{len(targets) - 1}-more" if len(targets) > 1 else ""
    return f"{exact[: MAX_POLICY_NAME_CHARACTERS // 2]}{more}-{sha256(repr(targets).encode()).hexdigest()[:4]}"


def _hoisted(organization: Organization, targets: Targets) -> Targets:
    """The targets with a parent in the place of all its children, units and member accounts, and without what hangs below another."""
    found, families = set(targets), _families(organization)
    for parent in sorted(families, key=lambda address: -address.name.count("/") if address != ROOT_ADDRESS else 1):
        if families[parent] <= found:
            found.add(parent)
        if parent in found:
            found -= _below(parent, families)
    return tuple(sorted(found))


def _below(parent: Address, families: Mapping[Address, set[Address]]) -> set[Address]:
    children = families.get(parent, set())
    return children.union(*(_below(child, families) for child in children))


def _families(organization: Organization) -> Mapping[Address, set[Address]]:
    """The organizational units and member accounts directly below the root and each OU."""
    families: dict[Address, set[Address]] = {}
    for unit in organization.organizational_units:
        parent = unit.path.rpartition("/")[0] or ROOT
        families.setdefault(organizational_unit_address(parent), set()).add(organizational_unit_address(unit.path))
    for account in organization.accounts:
        if account.name != organization.management_account:
            parent_address = organizational_unit_address(account.organizational_unit)
            families.setdefault(parent_address, set()).add(account_address(account.name))
    return families
