"""Which configuration holds for whom, and making it hold.

A policy reaches the accounts below its target, in the home Region and in every linked one.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policies-overview.html
Source: https://docs.aws.amazon.com/securityhub/latest/userguide/view-policy.html
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.securityhub import finding_aggregators, hubs
from guardrails.sandbox.securityhub.administration import (
    REGIONS,
    SELF_MANAGED,
    Association,
    CentralConfiguration,
    central,
)
from guardrails.security_hub.security_controls import SECURITY_CONTROLS

Parents = Mapping[str, str | None]


def parents() -> Parents:
    """What is directly above every root, OU and account."""
    units = {str(unit.id): unit.parent_id or None for unit in organization.backend().ou}
    return {**units, **{identifier: each.parent_id for identifier, each in organization.accounts().items()}}


def place_of(above: Parents, target_id: str) -> Iterator[str]:
    """A target and everything above it, up to the root."""
    found: str | None = target_id
    while found is not None:
        yield found
        found = above.get(found)


def effective(found: CentralConfiguration) -> dict[str, Association]:
    """What holds for every target: what was said of it, else of its closest parent; without those for which nothing holds."""
    above = parents()
    held = {
        each: next((found.associations[place] for place in place_of(above, each) if place in found.associations), None)
        for each in above
    }
    return {each: association for each, association in held.items() if association}


def below(found: CentralConfiguration, target_id: str) -> list[str]:
    """The target, and every target below it for which the same holds by inheritance."""
    if organization.find_account(target_id):
        return [target_id]
    above, held = parents(), effective(found)
    return [each for each in above if target_id in place_of(above, each) and held.get(each) is held.get(target_id)]


def reconfigure(found: CentralConfiguration, target_ids: Iterable[str]) -> None:
    """Make what holds for targets real in their accounts; nobody has seen it yet."""
    held, accounts = effective(found), organization.accounts()
    for target_id in target_ids:
        found.unseen.add(target_id)
        found.failed.pop(target_id, None)
        found.policy_of.pop(target_id, None)
        if target_id not in accounts or target_id not in held:
            continue
        policy_id = found.policy_of[target_id] = held[target_id].policy_id
        if policy_id != SELF_MANAGED:
            _configure(found, target_id, found.policies[policy_id].policy["SecurityHub"])


def status(found: CentralConfiguration, target_id: str) -> tuple[str, str | None]:
    """The status of a target's association, and why it failed; an OU's is that of the accounts below it."""
    reached = below(found, target_id)
    if any(each in found.unseen for each in reached):
        return "PENDING", None
    failures = [found.failed[each] for each in reached if each in found.failed]
    return ("FAILED", failures[0]) if failures else ("SUCCESS", None)


def seen(found: CentralConfiguration, target_id: str) -> None:
    """Somebody has looked at a target: next time its association has arrived."""
    found.unseen.difference_update(below(found, target_id))


def account_placed(account_id: str, _: str | None, new_parent_id: str | None) -> None:
    """An account that comes, or moves, takes on what holds at its new place; one that leaves is forgotten."""
    found = central()
    if found is None:
        return
    if new_parent_id is None:
        found.associations.pop(account_id, None)
        found.policy_of.pop(account_id, None)
        return
    association = effective(found).get(account_id)
    if found.policy_of.get(account_id) != (association.policy_id if association else None):
        reconfigure(found, [account_id])


def _configure(found: CentralConfiguration, account_id: str, policy: Mapping[str, Any]) -> None:
    problem = _problem(found, account_id, policy)
    if problem:
        found.failed[account_id] = problem
        return
    for region in finding_aggregators.regions(found.administrator_id):
        if not policy["ServiceEnabled"]:
            hubs.switch_off(account_id, region)
            continue
        hub = hubs.switch_on(account_id, region)
        arns = policy["EnabledStandardIdentifiers"]
        wanted = {each for arn in arns if (each := hubs.standard_of(arn, found.home_region))}
        hub.enable(wanted)
        for gone in set(hub.subscriptions) - wanted:
            del hub.subscriptions[gone]
        hub.disabled = set(product(wanted, _disabled(policy["SecurityControlsConfiguration"])))
        administration = REGIONS.of(region)
        if administration and account_id != found.administrator_id:
            administration.join(account_id)


def _disabled(controls: Mapping[str, Any]) -> Iterable[str]:
    """The controls that are off: those listed, or all but those listed."""
    only = controls.get("EnabledSecurityControlIdentifiers")
    listed: Iterable[str] = controls.get("DisabledSecurityControlIdentifiers", ())
    return listed if only is None else SECURITY_CONTROLS - set(only)


def _problem(found: CentralConfiguration, account_id: str, policy: Mapping[str, Any]) -> str | None:
    if not policy["ServiceEnabled"]:
        is_administrator = account_id == found.administrator_id
        return "Security Hub cannot be disabled in the delegated administrator account." if is_administrator else None
    if not organization.is_active_member(account_id):
        return "The member account is suspended."
    if account_id == MANAGEMENT_ACCOUNT_ID and hubs.find(account_id, found.home_region) is None:
        return "The organization management account must enable Security Hub before a policy can be associated with it."
    return None
