"""Changes -> the order in which they can be made: what each must wait for."""

from collections import Counter
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from guardrails.engine.change import Change
from guardrails.engine.resource import Address, Resource
from guardrails.errors import ConfigError, Problem


def ordered(changes: Mapping[Address, Change]) -> list[Change]:
    """The changes so that each stands behind those it waits for; first the types that most others wait for, each together."""
    edges = precedence(changes, dependencies(changes))
    waiting = Counter(needed.type for needs in edges.values() for needed in needs)
    order = TopologicalSorter(edges)
    order.prepare()
    ordered: list[Change] = []
    while order.is_active():
        ready = sorted(order.get_ready(), key=lambda address: (-waiting[address.type], address))
        ordered += [changes[address] for address in ready]
        order.done(*ready)
    return ordered


def dependencies(changes: Mapping[Address, Change]) -> dict[Address, set[Address]]:
    """For each change the changes it must wait for.

    A create or update waits for what it refers to. A removal waits for every change to what referred to it, be it another removal or an
    update that lets go of it, and for whatever succeeds it; so does a change into something else, for what is created. What
    stops to deny something waits for what denies it instead; what moves somewhere, for what newly denies something there.

    Raises: ConfigError, when resources depend on each other in a circle.
    """
    edges: dict[Address, set[Address]] = {address: set() for address in changes}
    for address, change in changes.items():
        if change.after is not None:
            edges[address] |= {
                target
                for target in change.after.references()
                if target in changes and changes[target].after is not None
            }
        if change.before is not None:
            kept = change.after.references() if change.after is not None else frozenset()
            for target in change.before.resource.references() - kept:
                if target in changes and changes[target].after is None:
                    edges[target].add(address)
        edges[address] |= {other for other, c in changes.items() if _succeeds(c, change)}
    _refuse_circles(edges)
    _take_over_before_going(changes, edges)
    _bind_before_moving(changes, edges)
    return edges


def precedence(
    changes: Mapping[Address, Change], needs: Mapping[Address, Collection[Address]]
) -> dict[Address, set[Address]]:
    """For each change what is tried before it: what it needs, and besides, whether that succeeds or not, what the order of denials asks.

    A change by which less is denied comes before whatever it does not itself wait for; one by which only more is denied after what
    changes or goes and does not wait for it.
    """
    edges = {address: set(needed) for address, needed in needs.items()}
    freeing = _freeing(changes)
    binding = _binding(changes, freeing)
    earlier, types = _ancestors(freeing, edges), {address.type for address in freeing | binding}
    for address in changes.keys() - earlier:
        if address.type not in types:
            edges[address] |= freeing
    going = {address for address, change in changes.items() if change.before is not None and address.type not in types}
    for address in binding - _ancestors(going | freeing, edges):
        edges[address] |= going
    return edges


def _take_over_before_going(changes: Mapping[Address, Change], edges: dict[Address, set[Address]]) -> None:
    """What says less waits for whatever says some of it instead; of two that take over from each other, only one can."""
    coming = [(address, change.after) for address, change in sorted(changes.items()) if change.says_more]
    for address, change in sorted(changes.items()):
        if change.before is None or not change.says_less:
            continue
        for other, after in coming:
            taken = other != address and after is not None and after.takes_over(change.before.resource, change.after)
            if taken and address not in _ancestors({other}, edges):
                edges[address].add(other)


def _bind_before_moving(changes: Mapping[Address, Change], edges: dict[Address, set[Address]]) -> None:
    """What comes to refer to the same as a change by which only more is denied waits for it: an account that moves under a policy."""
    new = {address for address, change in changes.items() if change.before is None and change.says_more}
    binding = _binding(changes, _freeing(changes)) | new
    types = {address.type for address in binding}
    moving = {
        address: change.newly_refers_to
        for address, change in sorted(changes.items())
        if binding and change.before is not None and address.type not in types
    }
    for address in sorted(binding):
        bound = changes[address].newly_refers_to
        for other, places in moving.items():
            if not bound.isdisjoint(places) and other not in _ancestors({address}, edges):
                edges[other].add(address)


def _freeing(changes: Mapping[Address, Change]) -> set[Address]:
    before, after = _before(changes), _after(changes)
    return {address for address, change in changes.items() if change.lets_go(before, after)}


def _binding(changes: Mapping[Address, Change], freeing: Collection[Address]) -> set[Address]:
    before, after = _before(changes), _after(changes)
    return {a for a, change in changes.items() if a not in freeing and change.binds(before, after)}


def _before(changes: Mapping[Address, Change]) -> list[Resource]:
    return [change.before.resource for change in changes.values() if change.before is not None]


def _after(changes: Mapping[Address, Change]) -> list[Resource]:
    return [change.after for change in changes.values() if change.after is not None]


def _ancestors(addresses: Collection[Address], edges: Mapping[Address, Collection[Address]]) -> set[Address]:
    """The addresses, and all that they wait for."""
    found: set[Address] = set()
    waiting = list(addresses)
    while waiting:
        if (address := waiting.pop()) not in found:
            found.add(address)
            waiting += edges[address]
    return found


def _succeeds(change: Change, gone: Change) -> bool:
    """Whether a change puts something in the place of what another removes, or creates it in the place of what that changes into else."""
    if change.after is None or gone.before is None or (gone.after is not None and change.before is not None):
        return False
    return (gone.after is None or bool(gone.before.drift)) and change.after.succeeds(gone.before.resource)


def _refuse_circles(edges: Mapping[Address, set[Address]]) -> None:
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        circle = " -> ".join(map(str, error.args[1]))
        raise ConfigError([Problem("", 0, 0, f"these resources depend on each other in a circle: {circle}")]) from error
