"""How a resource's live properties differ from those it was deployed with, one difference for each place.

What the template does not set is not compared. Within arrays and free-form JSON (policy documents, maps of tags)
everything is, since an array as a whole is what the template sets. Empty, false, zero and absent are the same nothing.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guardrails.sandbox.cloudformation.resource_schemas import ResourceSchema

Json = Any
Rule = Mapping[str, Json]
UNCOMPARED: Final = "KMSKeyId"
"""CloudFormation compares this property of no resource type: a key goes by many aliases."""
_IDENTITIES: Final = ("Key", "Id", "PolicyName", "Name")
"""The members by which two differing items of an array are known to be the same one."""
_INDEX: Final = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference at one place, which `path` (a JSON pointer) names. ADD: an item too many; REMOVE: missing; else NOT_EQUAL."""

    path: str
    type: str
    expected: Json
    actual: Json


def compare(expected: Mapping[str, Json], actual: Mapping[str, Json], schema: ResourceSchema) -> tuple[Difference, ...]:
    """Everything in which live properties differ from expected ones."""
    comparison = _Comparison(schema.document, schema.write_only(), f"/{schema.tag_property()}")
    return tuple(comparison.objects(expected, actual, schema.document, "", whole=False))


@dataclass(frozen=True, slots=True)
class _Comparison:
    document: Rule
    write_only: frozenset[str]
    tags: str

    def values(self, expected: Json, actual: Json, rule: Rule, path: str, *, whole: bool) -> Iterator[Difference]:
        """The differences at or beneath one place; `whole`: what only the live side has counts too."""
        if _same(expected, actual):
            return
        rule = self._followed(rule)
        if isinstance(expected, str) and isinstance(actual, dict | list):
            expected = _parsed(expected)
        if isinstance(expected, dict) and isinstance(actual, dict):
            declared = bool(rule.get("properties"))
            yield from self.objects(expected, actual, rule, path, whole=whole or not declared)
        elif isinstance(expected, list) and isinstance(actual, list):
            yield from self._arrays(expected, actual, rule, path)
        else:
            missing = _nothing(actual) and not isinstance(actual, int)  # a live false or 0 is a value that can be shown
            yield Difference(path, "REMOVE" if missing else "NOT_EQUAL", expected, actual)

    def objects(
        self, expected: Mapping[str, Json], actual: Mapping[str, Json], rule: Rule, path: str, *, whole: bool
    ) -> Iterator[Difference]:
        """The differences between two objects, member by member."""
        places = {name: f"{path}/{_escaped(name)}" for name in (*expected, *actual)}
        compared = [name for name in expected if not self._is_uncompared(places[name])]
        for name in compared:
            rule_of_member = rule.get("properties", {}).get(name, {})
            yield from self.values(expected[name], actual.get(name), rule_of_member, places[name], whole=whole)
        # What cannot be read back may show under another name: then only what the template sets is compared.
        for name in actual if whole and len(compared) == len(expected) else ():
            if name not in expected and not _nothing(actual[name]):
                yield Difference(places[name], "ADD", None, actual[name])

    def _arrays(self, expected: Sequence[Json], actual: Sequence[Json], rule: Rule, path: str) -> Iterator[Difference]:
        items = rule.get("items", {})
        # Tags have no order, whatever a schema says.
        if rule.get("insertionOrder", True) and path != self.tags:
            pairs = list(enumerate(zip(expected, actual, strict=False)))
            missing = list(enumerate(expected))[len(actual) :]
            added = list(enumerate(actual))[len(expected) :]
        else:
            pairs, missing, added = self._paired(expected, actual, items, path)
        for index, (before, now) in pairs:
            yield from self.values(before, now, items, f"{path}/{index}", whole=True)
        yield from (Difference(f"{path}/{index}", "REMOVE", item, None) for index, item in missing)
        yield from (Difference(f"{path}/{index}", "ADD", None, item) for index, item in added)

    def _paired(
        self, expected: Sequence[Json], actual: Sequence[Json], items: Rule, path: str
    ) -> tuple[list[tuple[int, tuple[Json, Json]]], list[tuple[int, Json]], list[tuple[int, Json]]]:
        """The items of an array without order that belong together and differ, those missing, those added."""
        missing, added = [], list(enumerate(actual))
        for index, item in enumerate(expected):
            same = (one for one in added if not any(self.values(item, one[1], items, f"{path}/{index}", whole=True)))
            found = next(same, None)
            if found is None:
                missing.append((index, item))
            else:
                added.remove(found)
        pairs = []
        for index, item in list(missing):
            found = next((one for one in added if _identity(item) and _identity(item) == _identity(one[1])), None)
            if found is not None:
                pairs.append((index, (item, found[1])))
                missing.remove((index, item))
                added.remove(found)
        return pairs, missing, added

    def _followed(self, rule: Rule) -> Rule:
        while "$ref" in rule:
            rule = self.document["definitions"][str(rule["$ref"]).rpartition("/")[2]]
        return rule

    def _is_uncompared(self, path: str) -> bool:
        return _INDEX.sub("/*", path) in self.write_only or path.rpartition("/")[2] == UNCOMPARED


def _same(expected: Json, actual: Json) -> bool:
    if expected == actual or (_nothing(expected) and _nothing(actual)):
        return True
    if not isinstance(expected, str) or not isinstance(actual, str):
        return _scalar(expected) and _scalar(actual) and _text(expected) == _text(actual)
    # A template may name a thing by its ARN where the service gives back its bare name, and the other way round.
    longer, shorter = sorted((expected, actual), key=len, reverse=True)
    return bool(shorter) and longer.startswith("arn:") and longer.endswith((f"/{shorter}", f":{shorter}"))


def _scalar(value: Json) -> bool:
    return isinstance(value, str | int | float)


def _text(value: Json) -> str:
    """A scalar as CloudFormation writes it: free-form JSON may say "7" for 7 and "true" for true."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nothing(value: Json) -> bool:
    return value is None or value in ("", False, 0, [], {})


def _identity(item: Json) -> Json:
    if not isinstance(item, dict):
        return None
    return next((item[name] for name in _IDENTITIES if name in item), None)


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
