"""The catalogue of AWS's actions and condition keys: a snapshot with its date, in `action_catalogue.txt` beside this file.

AWS adds actions every day, so what the snapshot does not know may well exist. It is read when it is first asked for, and of its
services only those that are asked about. `tests/outside/action_catalogue.py` writes it.

The text: lines of "#" say where it is from, "date" gives its date. A line that is not indented names a service. The lines below it
are its condition keys, "  TYPE NAME", and its actions, " NUMBERS: NAME NAME…" with the numbers of the condition keys that they know.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from guardrails.iam.global_condition_keys import ConditionKey, global_condition_keys, key_of_type

SNAPSHOT: Final = Path(__file__).with_name("action_catalogue.txt")
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=[Tt]ag/)(?:tag-key)?$")
_HEAD: Final = re.compile(r"^date (.+)$", re.MULTILINE)
_SERVICE: Final = re.compile(r"^([^ #\n][^\n]*)\n((?: [^\n]*\n)*)", re.MULTILINE)


class Keys:
    """Condition keys, found by name without regard to case; a tag's key, or another part that differs, may be any text."""

    def __init__(self, keys: Iterable[ConditionKey]) -> None:
        self.all = tuple(keys)
        self._exact = {key.name.casefold(): key for key in self.all}
        self._open = [(_name_pattern(key.name), key) for key in self.all if _PLACEHOLDER.search(key.name)]

    def find(self, name: str) -> ConditionKey | None:
        """The key of this name."""
        found = self._exact.get(name.casefold())
        return found or next((key for pattern, key in self._open if pattern.fullmatch(name)), None)

    def nearest(self, name: str) -> str:
        """The name that is most like this one, as AWS spells it; "" when none is."""
        near = get_close_matches(name.casefold(), self._exact, n=1, cutoff=0.85)
        return self._exact[near[0]].name if near else ""


def _name_pattern(name: str) -> re.Pattern[str]:
    parts, end = [], 0
    for match in _PLACEHOLDER.finditer(name):
        parts += [re.escape(name[end : match.start()]), ".+"]
        end = match.end()
    return re.compile("".join([*parts, re.escape(name[end:])]), re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Service:
    """One service, by the prefix of its actions: their names as AWS spells them, by name in lower case, and its condition keys."""

    prefix: str
    actions: Mapping[str, str]
    keys: Keys
    keys_of_action: Mapping[str, tuple[ConditionKey, ...]] = field(repr=False)
    _matched: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The names of the actions that a pattern matches, without the service before it: "Get*Policy"."""
        if not any(wildcard in pattern for wildcard in "*?"):
            found = self.actions.get(pattern.lower())
            return (found,) if found else ()
        if pattern not in self._matched:
            matches = _wildcards(pattern).fullmatch
            self._matched[pattern] = tuple(self.actions[name] for name in self.actions if matches(name))
        return self._matched[pattern]

    def nearest(self, name: str) -> str:
        """The action whose name is most like this one, as AWS spells it; "" when none is."""
        near = get_close_matches(name.lower(), self.actions, n=1, cutoff=0.85)
        return self.actions[near[0]] if near else ""


def _wildcards(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(one) or re.escape(one) for one in pattern.lower()))


class Catalogue:
    """The services, their actions and condition keys, as they were on a date ("2026-10-27")."""

    def __init__(self, text: str) -> None:
        head = _HEAD.search(text)
        self.date = head[1] if head else ""
        self._blocks = {match[1]: match[2] for match in _SERVICE.finditer(text, head.end() if head else 0)}
        self._services: dict[str, Service] = {}

    @property
    def services(self) -> tuple[str, ...]:
        """The prefixes of every service, sorted."""
        return tuple(self._blocks)

    @cached_property
    def global_keys(self) -> Keys:
        """The condition keys that are not of one service."""
        return Keys(global_condition_keys())

    def service(self, prefix: str) -> Service | None:
        """The service with this prefix, without regard to case; None when it is not known."""
        name = prefix.lower()
        if name not in self._services and name in self._blocks:
            self._services[name] = _service(name, self._blocks[name])
        return self._services.get(name)

    def nearest_service(self, prefix: str) -> str:
        """The prefix that is most like this one; "" when none is."""
        near = get_close_matches(prefix.lower(), self._blocks, n=1, cutoff=0.75)
        return near[0] if near else ""

    def action(self, text: str) -> str | None:
        """An action ("s3:getobject") as AWS spells it; None when it is not known."""
        prefix, _, name = text.partition(":")
        service = self.service(prefix)
        found = service.actions.get(name.lower()) if service else None
        return f"{prefix.lower()}:{found}" if found else None

    def condition_key(self, name: str, services: Iterable[str] = ()) -> ConditionKey | None:
        """A condition key, of every service, of the one it is named after, or of one of these; None when it is not known."""
        found = self.global_keys.find(name)
        for prefix in (name.partition(":")[0], *services):
            service = None if found else self.service(prefix)
            found = found or (service.keys.find(name) if service else None)
        return found

    def nearest_condition_key(self, name: str) -> str:
        """The condition key, of every service or of the one it is named after, that is most like this one; "" when none is."""
        service = self.service(name.partition(":")[0])
        return self.global_keys.nearest(name) or (service.keys.nearest(name) if service else "")


def _service(prefix: str, block: str) -> Service:
    keys: list[ConditionKey] = []
    actions: dict[str, str] = {}
    keys_of_action: dict[str, tuple[ConditionKey, ...]] = {}
    for line in block.splitlines():
        if line.startswith("  "):
            kind, _, name = line[2:].partition(" ")
            keys.append(key_of_type(name, kind))
            continue
        numbers, _, names = line.partition(":")
        known = tuple(keys[int(number)] for number in numbers.split())
        for name in names.split():
            actions[name.lower()] = name
            keys_of_action[name.lower()] = known
    return Service(prefix, actions, Keys(keys), keys_of_action)


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships."""
    return Catalogue(SNAPSHOT.read_text(encoding="utf-8"))
