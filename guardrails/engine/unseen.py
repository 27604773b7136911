"""What cannot be said because something could not be seen: what lies in a blind spot, and what is named after it."""

from collections.abc import Callable, Mapping
from typing import Any

from guardrails.engine.observe import Observation
from guardrails.engine.resource import Address, Resource, ResourceType

Unseen = Callable[[Address], bool]


def unseen_in(
    types: Mapping[str, ResourceType[Any]], desired: Mapping[Address, Resource], observed: Observation
) -> Unseen:
    """Whether an address lies in a blind spot, or is a desired object that was not found because what it is named after does."""
    spots = {(spot.type, spot.account, spot.region) for spot in observed.blind}

    def in_a_spot(address: Address) -> bool:
        placed = address.type in types and types[address.type].per_place
        return (address.type, *((address.account, address.region) if placed else ("", ""))) in spots

    if not spots:
        return in_a_spot
    nameless = {
        address
        for address, want in desired.items()
        if address not in observed.live and is_nameless(types[address.type], want, in_a_spot)
    }
    return lambda address: address in nameless or in_a_spot(address)


def is_nameless(kind: ResourceType[Any], resource: Resource, unseen: Unseen) -> bool:
    """Whether an object is known only by the ids of what could not be seen: then it cannot be told from a stranger."""
    return any(target.type in kind.after and unseen(target) for target in resource.references())
