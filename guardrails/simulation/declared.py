"""The hierarchy that a compiled organization would make, with stand-ins for the ids that only AWS can give.

Policies of others, which a compiled organization knows nothing of, are not in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guardrails.engine.resource import Address, Ref, Resource
from guardrails.iam import FULL, RESOURCE_CONTROL, SERVICE_CONTROL, Level, NamedPolicy
from guardrails.model import ROOT, Account, Organization
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.resources import ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.account_assignment import AccountAssignment
from guardrails.resources.permission_set import PermissionSet
from guardrails.resources.policy import Policy
from guardrails.simulation.hierarchy import ACCOUNT_LEVEL, AccountPlace, Hierarchy, Line
from guardrails.simulation.permission_sets import IdentityPolicies, identity_policies

OFFLINE: Final = (
    "asked of what is declared: ids are stand-ins, and policies of others are not known; --live asks what is attached"
)
Attached = Mapping[Address, tuple[NamedPolicy, ...]]


def declared_hierarchy(organization: Organization, resources: Sequence[Resource]) -> Hierarchy:
    """The hierarchy of an organization with these resources, packed policies included."""
    scps, rcps = (_attached(resources, policy_type) for policy_type in (SERVICE_CONTROL, RESOURCE_CONTROL))
    sets = {each.name: identity_policies(each) for each in resources if isinstance(each, PermissionSet)}
    lines: dict[tuple[str, str], Line] = {}
    return Hierarchy(
        tuple(
            AccountPlace(
                account.name,
                placeholder(Ref(account_address(account.name))),
                placeholder(Ref(organizational_unit_address(account.organizational_unit), "path")),
                _line(account, scps, rcps, lines),
                _assigned(account, resources, sets),
            )
            for account in organization.accounts
        ),
        placeholder(Ref(account_address(organization.management_account))),
        organization.home_region,
        (OFFLINE,),
    )


def way_to(path: str) -> Iterator[Address]:
    """The root and the OUs on the way to an OU path, it included."""
    yield ROOT_ADDRESS
    parts = [] if path == ROOT else path.split("/")
    for depth in range(len(parts)):
        yield organizational_unit_address("/".join(parts[: depth + 1]))


def _attached(resources: Sequence[Resource], policy_type: str) -> Attached:
    """The policies of a type by where they are attached; a document is understood once, wherever it is."""
    found: dict[Address, list[NamedPolicy]] = defaultdict(list)
    for resource in resources:
        if isinstance(resource, Policy) and resource.policy_type == policy_type:
            named = NamedPolicy(resource.name, with_placeholders(resource.content), policy_type, resource.origins)
            for target in resource.targets:
                found[target].append(named)
    return {target: tuple(policies) for target, policies in found.items()}


def _line(account: Account, scps: Attached, rcps: Attached, lines: dict[tuple[str, str], Line]) -> Line:
    """The line of an account: the very same for all accounts of an OU that have no policies of their own."""
    own = account_address(account.name)
    key = account.organizational_unit, account.name if own in scps or own in rcps else ""
    if key not in lines:
        way = [*((step.name, step) for step in way_to(account.organizational_unit)), (ACCOUNT_LEVEL, own)]
        lines[key] = Line(
            tuple(Level(name, (FULL, *scps.get(step, ()))) for name, step in way) if scps else (),
            tuple(Level(name, rcps.get(step, ())) for name, step in way) if rcps else (),
        )
    return lines[key]


def _assigned(
    account: Account, resources: Sequence[Resource], sets: Mapping[str, IdentityPolicies]
) -> Mapping[str, IdentityPolicies]:
    target = account_address(account.name)
    names = {r.permission_set.name for r in resources if isinstance(r, AccountAssignment) and r.target == target}
    return {name: sets[name] for name in sorted(names & sets.keys())}
