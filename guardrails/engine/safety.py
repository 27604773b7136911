"""Limits that a plan may not cross unless somebody says by name that it may.

A limit is a function from a plan to what crosses it. The generic ones stand here; those that understand policies are handed to
`check` by whoever composes the program.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final

from guardrails.engine.change import Action
from guardrails.engine.plan import Plan, plain
from guardrails.errors import ConfigError, IncompletePlan, PlanError, Problem, UnsafePlan

MOST_DELETIONS: Final = 5

Limit = Callable[[Plan], Iterable[str]]


def deletions(plan: Plan) -> Iterator[str]:
    """More than five objects would be deleted at once."""
    doomed = [str(change.address) for change in plan.changes if change.action is Action.DELETE]
    if len(doomed) > MOST_DELETIONS:
        first, more = ", ".join(doomed[:MOST_DELETIONS]), len(doomed) - MOST_DELETIONS
        yield f"{len(doomed)} objects would be deleted, more than {MOST_DELETIONS}: {first} and {more} more"


GENERIC_LIMITS: Final[Mapping[str, Limit]] = {"deletions": deletions}


def violations(plan: Plan, limits: Mapping[str, Limit], accepted: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """What crosses the limits that were not accepted, as (limit id, sentence).

    Raises: ConfigError, when an accepted id is no limit.
    """
    unknown = sorted(set(accepted) - set(limits))
    if unknown:
        known = ", ".join(sorted(limits))
        raise ConfigError(
            [
                Problem("", 0, 0, f"--accept {name}: there is no such limit", f"the limits are {known}")
                for name in unknown
            ]
        )
    return tuple((name, message) for name, limit in limits.items() if name not in accepted for message in limit(plan))


def check(plan: Plan, limits: Mapping[str, Limit], accepted: Collection[str] = ()) -> None:
    """Return when the plan may be applied.

    Raises: IncompletePlan, when something could not be seen; PlanError, when AWS cannot make a change that is wanted;
    UnsafePlan, when a limit is crossed; ConfigError, when an accepted id is no limit.
    """
    if not plan.complete:
        lines = [f"{spot.type}: {spot.reason}{f' ({spot.remedy})' if spot.remedy else ''}" for spot in plan.blind]
        raise IncompletePlan("the plan is incomplete, so it cannot be applied:\n" + "\n".join(lines))
    if wishes := list(impossible(plan)):
        raise PlanError("\n".join(wishes))
    if crossed := violations(plan, limits, accepted):
        raise UnsafePlan(crossed)


def impossible(plan: Plan) -> Iterator[str]:
    """What a plan wants that AWS cannot do: a sentence for each property that would have to change and cannot."""
    for change in plan.changes:
        if change.before is None or change.after is None:
            continue
        for difference in change.differences:
            if remedy := change.after.immutable().get(difference.property.split(".")[0].split("[")[0]):
                facts = f"live {plain(difference.live)}, declared {plain(difference.desired)}"
                yield f"{change.address}: {difference.property} cannot be changed ({facts}): {remedy}"
