"""The line itself: load, compile, observe, diff, check, apply. Every command is a prefix of it.

config/*.yaml ─load→ Organization ─┐
policies/ templates/ ─load→ Library ┴─compile→ Desired ──────────┐        offline, no boto3
                                                               diff → Plan ─check→ Plan ─apply→ Outcome…
aws.Gateway.reader() ─observe→ Observation ────────────────────┘
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import guardrails.controls
import guardrails.resources
from guardrails import config
from guardrails.controls import Control
from guardrails.declared_policies import joined
from guardrails.deployment import after_opt_in_regions
from guardrails.engine import catalog, observe, plan
from guardrails.engine.resource import Address, Caveat, Resource, ResourceType
from guardrails.errors import CatalogError, ConfigError, Problem
from guardrails.exception_expiry import GrantedException, granted
from guardrails.library import Library
from guardrails.library.lint import lint
from guardrails.library.policies import POLICY_TYPES, PolicySource
from guardrails.lock_out import denied_by_others, undecided
from guardrails.model import Organization
from guardrails.organization_facts import policy_facts
from guardrails.packing import packed
from guardrails.placeholders import with_placeholders
from guardrails.policy_slots import successions
from guardrails.resources import ORGANIZATION
from guardrails.resources.policy import Policy

if TYPE_CHECKING:
    from guardrails.aws.connection import Connection
    from guardrails.linting import Linting

EXCLUSIVE_TYPES: Mapping[str, str] = {"groups": "AWS::IdentityStore::Group", "assignments": "AWS::SSO::Assignment"}
EXCLUSIVE_CONTROL = "identity-center"
SHIPPED_CONTENT = Path(__file__).parent / "_content"


@dataclass(frozen=True)
class Declared:
    """What the user's files say: the organization, the content it draws on, and the controls that are known."""

    organization: Organization
    library: Library
    controls: Mapping[str, Control]


@dataclass(frozen=True)
class Desired:
    """What the declared organization compiles to: resources with distinct addresses, sorted, and what a reviewer should know.

    `exclusive` are the untagged types that are deleted when undeclared; `places` the (account, region) pairs in which stacks of
    ours may stand.
    """

    organization: Organization
    resources: tuple[Resource, ...]
    exclusive: frozenset[str]
    caveats: tuple[str, ...]
    places: frozenset[tuple[str, str]]
    exceptions: tuple[GrantedException, ...] = ()


def content_folder(given: Path | None) -> Path:
    """Where policies/ and templates/ are: the folder that was given, else the working directory, else what the package ships."""
    if given is not None:
        return given
    here = Path.cwd()
    return here if (here / "policies").is_dir() and (here / "templates").is_dir() else SHIPPED_CONTENT


def known_controls(content: Path) -> Mapping[str, Control]:
    """Every control by id: ours, and those in the content folder's `controls/`.

    Raises: CatalogError.
    """
    return catalog.discover(
        guardrails.controls, "CONTROL", Control, lambda control: control.id, folders=[content / "controls"]
    )


def known_types() -> Mapping[str, ResourceType[Any]]:
    """Every resource type by its name.

    Raises: CatalogError.
    """
    concrete: type[ResourceType[Any]] = ResourceType  # type: ignore[type-abstract]  # it is only asked about, never made
    return catalog.discover(guardrails.resources, "TYPE", concrete, lambda kind: kind.name)


def load(config_folder: Path, content: Path | None = None) -> Declared:
    """Read everything a user wrote.

    Raises: ConfigError, with every problem of every file; CatalogError.
    """
    folder = content_folder(content)
    if not (folder / "policies").is_dir():
        raise ConfigError(
            [Problem(str(folder), 0, 0, "holds no policies/ folder", "name the content folder with --content")]
        )
    controls = known_controls(folder)
    organization = config.load(
        config_folder,
        {control.id: control.settings for control in controls.values()},
        {control.id for control in controls.values() if control.enabled_by_default},
    )
    return Declared(organization, Library(folder), controls)


def today() -> date:
    """The day that it is, in UTC."""
    return datetime.now(UTC).date()


def compile(declared: Declared) -> Desired:  # noqa: A001 - the pipeline's own verb
    """The desired resources, from nothing but what was declared; what day it is only decides whether an exception expired.

    Raises: ConfigError, with every problem of every control, expired exceptions among them; CatalogError, when a control's code is broken.
    """
    found: dict[Address, Resource] = {}
    organization = declared.organization
    exceptions = granted(organization, today())
    problems = [each.problem for each in exceptions if each.is_expired]
    caveats = [each.sentence for each in exceptions]
    for declaration in organization.controls:
        try:
            items = list(
                declared.controls[declaration.id].resources(organization, declared.library, declaration.settings)
            )
        except ConfigError as error:
            problems += error.problems
            continue
        except catalog.BROKEN as error:
            raise CatalogError(f"the control {declaration.id} is broken: {type(error).__name__}: {error}") from error
        caveats += [item.sentence for item in items if isinstance(item, Caveat)]
        problems += _merge(found, (item for item in items if isinstance(item, Resource)), declaration.id)
    if problems:
        raise ConfigError(problems)
    caveats += _pack(organization, found)
    return Desired(
        organization,
        after_opt_in_regions(found[address] for address in sorted(found)),
        _exclusive(organization),
        tuple(caveats),
        _places(organization),
        tuple(exceptions),
    )


def _pack(organization: Organization, found: dict[Address, Resource]) -> Iterable[str]:
    """Put the policies into as few as AWS takes on each target, where it would not take them as declared; what to know about it.

    Raises: ConfigError, when they do not fit even so; UnequalPacking.
    """
    declared = [resource for resource in found.values() if isinstance(resource, Policy)]
    packing = packed(organization, declared)
    for policy in declared:
        del found[policy.address]
    found.update({policy.address: policy for policy in packing.policies})
    return packing.caveats


def _exclusive(organization: Organization) -> frozenset[str]:
    """The untagged types that are deleted when undeclared; none where the control that declares them is off."""
    held = any(declaration.id == EXCLUSIVE_CONTROL for declaration in organization.controls)
    return frozenset(EXCLUSIVE_TYPES[kind] for kind in organization.identity.exclusive if held)


def _merge(found: dict[Address, Resource], resources: Iterable[Resource], control: str) -> Iterable[Problem]:
    for resource in resources:
        known = found.setdefault(resource.address, resource)
        if isinstance(known, Policy) and isinstance(resource, Policy):
            try:
                found[resource.address] = joined(known, resource)
            except ConfigError as error:
                yield from error.problems
            continue
        if known != resource:
            yield Problem(
                "", 0, 0, f"two controls want {resource.address} to be different things", f"one of them is {control}"
            )
        found[resource.address] = replace(known, depends_on=known.depends_on | resource.depends_on)


def _places(organization: Organization) -> frozenset[tuple[str, str]]:
    accounts = {"", organization.log_archive_account, organization.security_account} - {organization.management_account}
    return frozenset(product(accounts, (*organization.governed_regions, *organization.left_regions)))


def policies_of(declared: Declared) -> list[PolicySource]:
    """Every policy of the library, by kind.

    Raises: ConfigError, with every problem of every file.
    """
    return [policy for kind in POLICY_TYPES for policy in declared.library.policies(kind).values()]


def check_examples(declared: Declared) -> int:
    """Evaluate every example of every policy in the library, for this organization, and read every pack; returns how many examples.

    Raises: ConfigError, with every example that is not decided as its file says, and every problem of a pack.
    """
    from guardrails.library.examples import check

    facts = with_placeholders(policy_facts(declared.organization))
    policies = policies_of(declared)
    problems = [problem for policy in policies for problem in check(policy, facts)]
    try:
        declared.library.packs()
    except ConfigError as error:
        problems += error.problems
    if problems:
        raise ConfigError(problems)
    return sum(len(policy.example_names) for policy in policies)


def lint_policies(declared: Declared, desired: Desired) -> "Linting":
    """What the linter finds in the policies of the library, and in those that the organization compiles to.

    Raises: ConfigError, with every policy that cannot be rendered.
    """
    from guardrails.linting import compiled, library, silences

    facts = with_placeholders(policy_facts(declared.organization))
    sources = library.sources(declared.library)
    found = library.library_findings(sources, facts)
    count, more = compiled.compiled_findings(desired.resources, sources, facts["trusted_principals"])
    return silences.with_silences(len(sources) + count, [*found, *more], sources)


def check_policies(declared: Declared, desired: Desired) -> None:
    """Refuse what the linter calls an error in the policies that the organization compiles to.

    Raises: ConfigError, with every error.
    """
    from guardrails.linting import compiled, library, silences

    sources, facts = library.sources(declared.library), with_placeholders(policy_facts(declared.organization))
    count, found = compiled.compiled_findings(desired.resources, sources, facts["trusted_principals"])
    errors = [each for each in silences.with_silences(count, found, sources).findings if each.rule.severity == "error"]
    if errors:
        problems = (
            Problem(each.file, each.line, each.column, f"{each.rule.id}: {each.message}", each.suggestion)
            for each in errors
        )
        raise ConfigError(problems)


def lint_templates(desired: Desired, passed: Path) -> bool:
    """Refuse what cfn-lint refuses; False when cfn-lint is not installed. `passed` is a folder that remembers what was fine.

    Raises: ConfigError.
    """
    templates = {str(r.address): r.properties()["template"] for r in desired.resources if "template" in r.properties()}
    return lint(templates, passed)


def make_plan(
    connection: "Connection",
    desired: Desired,
    progress: Callable[[str], None] = lambda what: None,
    *,
    deep: bool = False,
) -> plan.Plan:
    """Observe the live organization and say what differs; `deep`, also what somebody changed inside deployed stacks.

    Raises: AwsError; ConfigError, when something depends on what is neither declared nor live.
    """
    types, names, reader = known_types(), connection.directory, connection.gateway.reader()
    observation = observe.observe(types, reader, desired.resources, names, places=desired.places, progress=progress)
    if deep:
        observation = observe.look_deeper(types, reader, desired.resources, observation, names, progress=progress)
    found = plan.diff(
        types,
        desired.resources,
        observation,
        names,
        exclusive=desired.exclusive,
        caveats=desired.caveats,
        subject=names.id(ORGANIZATION),
    )
    policies = [resource for resource in desired.resources if isinstance(resource, Policy)]
    theirs, open_ends = denied_by_others(desired.organization, found), undecided(desired.organization, policies, found)
    return replace(found, caveats=(*found.caveats, *successions(found), *theirs, *open_ends))
