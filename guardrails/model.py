"""The declared organization: frozen data, exactly what the YAML says, with names still unresolved to AWS ids.

Nothing here has behaviour or does I/O. `guardrails.config` builds it, `guardrails.targets` answers questions about it,
`guardrails.controls` turn it into AWS resources.

OU paths are slash paths below the root ("Workloads/Prod"); "Root" is the root itself and has no entry of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ROOT: Final = "Root"


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the user's files a thing was declared; line and column count from 1."""

    file: str = ""
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class OrganizationalUnit:
    """One organizational unit, by its slash path from the root; `renamed_from` is its former path, "" when never renamed."""

    path: str
    tags: Mapping[str, str] = field(default_factory=dict)
    renamed_from: str = ""
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `name` is its logical name (the file name), `display_name` what AWS shows, `email` its root user's address.

    `organizational_unit` is a path, or "Root". The management account is an `Account` too, always in "Root".
    """

    name: str
    display_name: str
    email: str
    organizational_unit: str
    owner: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class Targets:
    """Where something holds, in the one vocabulary of the configuration; all empty means: the whole organization.

    A selection is the union of `organizational_units` (subtrees), `accounts` (logical names) and `account_tags` (all of them
    equal), minus the exclusions. `regions` empty means every governed region.
    """

    organizational_units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    account_tags: Mapping[str, str] = field(default_factory=dict)
    excluded_organizational_units: tuple[str, ...] = ()
    excluded_accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    excluded_regions: tuple[str, ...] = ()
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class ControlDeclaration:
    """One control that is switched on: its id, its settings (an instance of its own settings model), where each stands.

    `sources` maps a path into the settings (keys and list indexes, () for the control itself) to its place in the file.
    """

    id: str
    settings: Any
    sources: Mapping[tuple[str | int, ...], Source] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people in the Identity Center directory."""

    name: str
    description: str = ""
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """One permission set: what people may do once they are in an account.

    `session_duration` is ISO 8601 ("PT8H"); `managed_policies` are ARNs or bare names of AWS managed policies as declared;
    `inline_policy` is a parsed policy document, empty when there is none; `relay_state` a console URL or "".
    """

    name: str
    description: str = ""
    session_duration: str = "PT1H"
    relay_state: str = ""
    managed_policies: tuple[str, ...] = ()
    inline_policy: Mapping[str, Any] = field(default_factory=dict)
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who (a group) may do what (a permission set) where (targets: accounts, also those of OUs)."""

    group: str
    permission_set: str
    targets: Targets
    source: Source = field(default_factory=Source, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Groups, permission sets and assignments of the organization's Identity Center instance.

    `exclusive` kinds ("groups", "assignments") are deleted when they exist in AWS but not here; others are only reported.
    """

    groups: tuple[Group, ...] = ()
    permission_sets: tuple[PermissionSet, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    exclusive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Organization:
    """The whole declared organization.

    `prefix` starts every name that must be unique (buckets, stack sets); 3 to 20 lower-case letters, digits, hyphens.
    `governed_regions` include `home_region`; `left_regions` were governed once, and what we made there goes.
    `accounts` include the management account. `organizational_units` stand parents first.
    `deployer_roles` and `break_glass_roles` are IAM role names that no guardrail may ever bind; `member_role` is the
    role which the deployer assumes in member accounts. `reserved_policy_slots` tells by kind ("scp") how many of the policies that AWS
    takes on one target are others'.
    """

    prefix: str
    home_region: str
    governed_regions: tuple[str, ...]
    management_account: str
    log_archive_account: str
    security_account: str
    deployer_roles: tuple[str, ...]
    break_glass_roles: tuple[str, ...]
    member_role: str
    organizational_units: tuple[OrganizationalUnit, ...]
    accounts: tuple[Account, ...]
    controls: tuple[ControlDeclaration, ...]
    identity: Identity
    left_regions: tuple[str, ...] = ()
    reserved_policy_slots: Mapping[str, int] = field(default_factory=dict)
