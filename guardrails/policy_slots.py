"""What of AWS's quotas each root, organizational unit and account has used: slots for policies, and characters in them.

The policies of others are counted where they are seen: in a plan. Between the state before and the one after a plan every policy hangs on
its targets of both, as new attachments are made before old ones go.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardrails.engine.plan import Plan
from guardrails.engine.resource import Address, Resource
from guardrails.iam.document import minified
from guardrails.iam.grammar import listed
from guardrails.iam.quotas import QUOTAS
from guardrails.iam.saying import said_by
from guardrails.library.policies import KINDS
from guardrails.placeholders import with_placeholders
from guardrails.resources import ORGANIZATIONAL_UNIT_TYPE, ROOT_ADDRESS
from guardrails.resources.policy import Policy

_Attached = tuple[str, Address]


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one policy type on one target: how many slots there are, how many others and AWS itself use, and the sizes of our policies.

    `kind` is the type as the folders of `policies/` spell it ("scp").
    """

    target: Address
    kind: str
    slots: int
    others: int
    own: int
    characters: tuple[int, ...]
    max_characters: int

    @property
    def ours(self) -> int:
        """How many policies of ours hang there."""
        return len(self.characters)

    @property
    def used(self) -> int:
        """How many slots are taken."""
        return self.ours + self.others + self.own


def budgets(desired: Iterable[Resource], plan: Plan | None = None) -> tuple[Budget, ...]:
    """What is used on each target once all that is desired stands; of others, what the plan has seen. Root first, then units, accounts."""
    ours: dict[_Attached, list[int]] = {}
    for policy in _policies(desired):
        size = len(minified(with_placeholders(policy.content)))
        for place in policy.places:
            ours.setdefault(place, []).append(size)
    others = Counter(place for policy in _strangers(plan) for place in policy.places) if plan else Counter[_Attached]()
    return tuple(
        Budget(
            target=target,
            kind=KINDS.get(policy_type, policy_type),
            slots=QUOTAS[policy_type].max_attached,
            others=others[policy_type, target],
            own=QUOTAS[policy_type].always_attached,
            characters=tuple(sorted(ours.get((policy_type, target), ()), reverse=True)),
            max_characters=QUOTAS[policy_type].max_characters,
        )
        for policy_type, target in sorted({*ours, *others}, key=_from_the_root)
    )


def _from_the_root(place: _Attached) -> tuple[int, str, int]:
    policy_type, target = place
    depth = {ROOT_ADDRESS.type: 0, ORGANIZATIONAL_UNIT_TYPE: 1}.get(target.type, 2)
    return depth, target.name, list(KINDS).index(policy_type) if policy_type in KINDS else len(KINDS)


def no_slot_left(desired: Sequence[Resource], plan: Plan) -> Iterator[str]:
    """More policies would hang on a target than AWS takes, once the plan is applied or while it is."""
    before = _policies(change.before.resource for change in plan.changes if change.before)
    after = [*_policies(desired), *_strangers(plan)]
    finally_, meanwhile = _count(after), _count([*after, *before])
    for (policy_type, target), many in sorted(meanwhile.items()):
        quota = QUOTAS[policy_type]
        most = quota.max_attached - quota.always_attached
        others = sorted(policy.name for policy in _strangers(plan) if (policy_type, target) in policy.places)
        foreign = f", {len(others)} of them by others ({', '.join(others)})" if others else ""
        end = len(finally_.get((policy_type, target), ()))
        besides = f"{most}{' besides its own' if quota.always_attached else ''}"
        if end > most:
            kind = KINDS.get(policy_type, policy_type)
            do = f"take some off, or leave slots to others in organization.yaml (reserved_policy_slots: {{{kind}: {len(others)}}})"
            yield f"{end} policies of type {policy_type} would hang on {target.name}{foreign}, AWS takes {besides}: {do}"
        elif len(many) > most:
            yield (
                f"{len(many)} policies of type {policy_type} would hang on {target.name} for a moment{foreign}, as new ones are attached "
                f"before old ones go, and AWS takes {besides}: take something off it in an apply before this one"
            )


def successions(plan: Plan) -> Iterator[str]:
    """Which policies are changed into others, since there is no slot left in which both could stand for a moment."""
    for change in plan.changes:
        if not isinstance(change.after, Policy) or change.before is None or not change.before.drift:
            continue
        former, before = change.before.drift[0].live, change.before.resource
        created = _policies(each.after for each in plan.changes if each.before is None and each.after is not None)
        saying = [
            statement
            for policy in (change.after, *(policy for policy in created if policy.succeeds(before)))
            for statement in listed(policy.content.get("Statement", []))
        ]
        where = ", ".join(target.name for target in change.after.targets)
        sentence = f"{change.after.name} takes the place of {former}, as {where} has no slot left for both"
        if not all(said_by(statement, saying) for statement in listed(before.content.get("Statement", []))):
            rest = "what the latter says and the former does not holds again once the other policies of this plan stand, or no more"
            sentence = f"{sentence}: {rest}"
        yield sentence


def _policies(resources: Iterable[Resource]) -> list[Policy]:
    return [resource for resource in resources if isinstance(resource, Policy)]


def _strangers(plan: Plan) -> list[Policy]:
    return _policies(live.resource for live in plan.strangers)


def _count(policies: Iterable[Policy]) -> Mapping[_Attached, set[str]]:
    """The names of the policies on each target, by type."""
    found: dict[_Attached, set[str]] = {}
    for policy in policies:
        for place in policy.places:
            found.setdefault(place, set()).add(policy.name)
    return found
