"""Desired resources -> what is really there, and what could not be seen."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, replace
from functools import partial
from graphlib import TopologicalSorter
from typing import Any, Final

from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader
from guardrails.engine.resource import Address, BlindSpot, DeepType, Directory, Live, Resource, ResourceType
from guardrails.errors import AccountAbsent, AwsAccessDenied, AwsError, RegionDisabled

READERS: Final = 8
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Observation:
    """The live organization as far as it was looked at: objects by address, and the parts that could not be seen.

    `deep` says that what lies beneath the definitions was looked at too.
    """

    live: Mapping[Address, Live[Any]]
    blind: tuple[BlindSpot, ...] = ()
    deep: bool = False


def observe(
    types: Mapping[str, ResourceType[Any]],
    aws: Reader,
    desired: Collection[Resource],
    names: Directory,
    *,
    places: Collection[Place] = (),
    progress: Callable[[str], None] = lambda what: None,
) -> Observation:
    """Look at everything the types know how to see, each type after those whose names it needs, the rest side by side.

    Per-place types are looked at where a resource of theirs is wanted, and in `places`, so that what is wanted no longer is found.
    `names` learns every id that is seen. An account that does not exist yet is empty, not a blind spot; so is a region that its account
    has not enabled yet.
    """
    live: dict[Address, Live[Any]] = {}
    blind: set[BlindSpot] = set()
    order = TopologicalSorter({name: kind.after & types.keys() for name, kind in types.items()})
    order.prepare()
    threads = ThreadPoolExecutor(READERS)
    try:
        pending: dict[Future[list[Live[Any] | BlindSpot]], str] = {}
        left: dict[str, int] = {}
        while order.is_active():
            for name in order.get_ready():
                looks = list(_looks(types[name], aws, desired, names, places))
                left[name] = len(looks)
                pending.update({threads.submit(look): name for look in looks})
                if not looks:
                    order.done(name)
            for future in wait(pending, return_when="FIRST_COMPLETED").done if pending else ():
                name = pending.pop(future)
                _keep(future.result(), live, blind, names)
                left[name] -= 1
                if not left[name]:
                    progress(name)
                    order.done(name)
    finally:
        threads.shutdown(cancel_futures=True)
    return Observation(live, tuple(sorted(blind)))


def look_deeper(
    types: Mapping[str, ResourceType[Any]],
    aws: Reader,
    desired: Collection[Resource],
    observed: Observation,
    names: Directory,
    *,
    progress: Callable[[str], None] = lambda what: None,
) -> Observation:
    """The same observation, with what differs beneath the definition of each desired object that is there and has such a depth.

    What cannot be judged is a blind spot of that one object: of the object itself everything else is still known.
    """
    live, blind = dict(observed.live), set(observed.blind)
    depths = [
        (kind, found)
        for resource in desired
        if isinstance(kind := types[resource.TYPE], DeepType) and (found := live.get(resource.address))
    ]
    with ThreadPoolExecutor(READERS) as threads:
        looks = {threads.submit(_look_beneath, kind, aws, found, names): found for kind, found in depths}
        for look in as_completed(looks):
            address, items = looks[look].resource.address, look.result()
            drift = sorted((item for item in items if isinstance(item, Difference)), key=lambda item: item.property)
            live[address] = replace(looks[look], drift=tuple(drift))
            blind |= {item for item in items if isinstance(item, BlindSpot)}
            progress(str(address))
    return Observation(live, tuple(sorted(blind)), deep=True)


def _look_beneath(kind: DeepType[Any], aws: Reader, found: Live[Any], names: Directory) -> list[Difference | BlindSpot]:
    address = found.resource.address
    try:
        return list(kind.look_deeper(aws.at(address.account, address.region), found, names))
    except AwsError as error:
        remedy = f"let the caller perform {error.operation}" if isinstance(error, AwsAccessDenied) else ""
        return [BlindSpot(str(address), address.account, address.region, str(error), remedy)]


def _keep(
    found: Sequence[Live[Any] | BlindSpot], live: dict[Address, Live[Any]], blind: set[BlindSpot], names: Directory
) -> None:
    for item in found:
        if isinstance(item, BlindSpot):
            blind.add(item)
        else:
            live[item.resource.address] = item
            names.learn(item.resource.address, item.attributes)


def _looks(
    kind: ResourceType[Any], aws: Reader, desired: Collection[Resource], names: Directory, places: Collection[Place]
) -> Iterator[Callable[[], list[Live[Any] | BlindSpot]]]:
    wanted = [resource for resource in desired if kind.name == resource.TYPE]
    if not kind.per_place:
        yield partial(_look, kind, aws, wanted, names)
        return
    by_place: dict[Place, list[Resource]] = {place: [] for place in places}
    for resource in wanted:
        by_place.setdefault((resource.account, resource.region), []).append(resource)
    for account, region in sorted(by_place):
        yield partial(_look, kind, aws.at(account, region), by_place[account, region], names)


def _look(kind: ResourceType[Any], aws: Reader, wanted: Sequence[Any], names: Directory) -> list[Live[Any] | BlindSpot]:
    try:
        return list(kind.observe(aws, wanted, names))
    except AccountAbsent:
        return []
    except RegionDisabled:
        if kind.per_place:
            return []
        raise
    except AwsAccessDenied as denied:
        remedy = f"let the caller perform {denied.operation}"
        # The place that is looked at, not the one the error names: a role is refused in the home region, whatever was to be seen.
        place = (aws.account, aws.region) if kind.per_place else ("", "")
        return [BlindSpot(kind.name, *place, str(denied), remedy)]
