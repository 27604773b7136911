"""What CloudFormation's registry says about a resource type: its properties, what they may hold, which changes replace it.

The registry's schemas come with cfn-lint; its data files are read one by one, without importing cfn-lint, which takes two seconds.

Source: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

Json = Any
_REGION: Final = "us-east-1"
_UNICODE_CLASSES: Final = {r"\p{L}": r"A-Za-zÀ-\U0010ffff", r"\p{N}": "0-9", r"\p{Z}": r"\s"}
"""Unicode property classes, which stand inside brackets in the registry's patterns and which Python's `re` lacks: near enough."""


_CUSTOM: Final[Mapping[str, Json]] = {
    "properties": {
        "ServiceToken": {"type": "string"},
        "ServiceTimeout": {"type": "integer", "minimum": 1, "maximum": 3600},
    },
    "patternProperties": {".*": {}},
    "required": ["ServiceToken"],
}
"""Custom resources, whose properties are their provider's affair."""
_CUSTOM_NAME: Final = re.compile(r"Custom::[\w@-]{1,52}", re.ASCII)
_CUSTOM_TYPE: Final = "AWS::CloudFormation::CustomResource"


@dataclass(frozen=True, slots=True)
class ResourceSchema:
    """The registry's schema of one resource type, as AWS published it."""

    document: Mapping[str, Json]

    @property
    def takes_anything(self) -> bool:
        """Whether properties and attributes are the provider's affair: those of custom resources."""
        return self.document is _CUSTOM

    def attributes(self) -> frozenset[str]:
        """The attributes that AWS sets, which `Fn::GetAtt` may read; nested ones are dotted."""
        return frozenset(_dotted(pointer) for pointer in self.document.get("readOnlyProperties", ()))

    def replacing(self, before: Mapping[str, Json], after: Mapping[str, Json]) -> list[str]:
        """The create-only properties (dotted) that differ between two property sets, so that the resource must be replaced."""
        names = (_dotted(pointer) for pointer in self.document.get("createOnlyProperties", ()))
        return [name for name in names if _at(before, name) != _at(after, name)]

    def requires_recreation(self, name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> str:
        """Whether a change of a property replaces the resource: Always, Conditionally or Never."""
        if name in {dotted.partition(".")[0] for dotted in self.replacing(before, after)}:
            return "Always"
        conditional = self.document.get("conditionalCreateOnlyProperties", ())
        return "Conditionally" if name in {_dotted(pointer).partition(".")[0] for pointer in conditional} else "Never"

    def identifies(self, physical_id: str, properties: Mapping[str, Json]) -> bool:
        """Whether a resource with these properties always bears this id: its name is among them."""
        return [_at(properties, name) for name in self.identifiers()] == [physical_id]

    def identifiers(self) -> list[str]:
        """The properties that together identify a resource of this type."""
        return [_dotted(pointer) for pointer in self.document.get("primaryIdentifier", ())]

    def tag_property(self) -> str | None:
        """The property that holds the tags, or None where a resource of this type cannot be tagged."""
        tagging = self.document.get("tagging", {})
        if not tagging.get("taggable", False):
            return None
        return str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]

    def takes_map(self, name: str) -> bool:
        """Whether a property is an object, and no list."""
        return "object" in _types(_followed(self.document["properties"][name], self.document))

    def has_system_tags(self) -> bool:
        """Whether CloudFormation puts its own `aws:cloudformation:*` tags on a resource of this type."""
        tagging = self.document.get("tagging", {})
        return bool(tagging.get("taggable", False) and tagging.get("cloudFormationSystemTags", True))

    def has_read_handler(self) -> bool:
        """Whether CloudFormation can read a resource of this type: without that it does not detect drift either."""
        return "read" in self.document.get("handlers", {})

    def write_only(self) -> frozenset[str]:
        """The properties that AWS never gives back, as JSON pointers; `*` stands for any index of an array."""
        return frozenset(
            pointer.removeprefix("/properties").replace("/properties/", "/")
            for pointer in self.document.get("writeOnlyProperties", ())
        )

    def conform(self, properties: Mapping[str, Json]) -> tuple[dict[str, Json], list[str]]:
        """The properties with scalars in the schema's types ("true" -> True), and what is wrong with them in CloudFormation's words."""
        problems: list[str] = []
        value = _conform(dict(properties), self.document, self.document, "#", problems)
        read_only = {_dotted(pointer) for pointer in self.document.get("readOnlyProperties", ())}
        problems += [f"#: extraneous key [{name}] is not permitted" for name in properties if name in read_only]
        return value, problems


def exists(resource_type: str) -> bool:
    """Whether AWS has the resource type; any `Custom::Name` within sixty characters is one."""
    return bool(_CUSTOM_NAME.fullmatch(resource_type)) or resource_type in _index()


@cache
def schema(resource_type: str) -> ResourceSchema:
    """The schema of a resource type.

    Raises:
        KeyError: AWS has no such type.
    """
    if resource_type == _CUSTOM_TYPE or _CUSTOM_NAME.fullmatch(resource_type):
        return ResourceSchema(_CUSTOM)
    path = _folder() / "resources" / f"{_index()[resource_type]}.json"
    return ResourceSchema(json.loads(path.read_text(encoding="utf-8")))


def _folder() -> Path:
    spec = find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "cfn-lint, whose data files hold CloudFormation's schemas, is not installed.", name="cfnlint"
        )
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


@cache
def _index() -> Mapping[str, str]:
    path = _folder() / "providers" / f"{_REGION}.json"
    index: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return index


def _dotted(pointer: str) -> str:
    return pointer.removeprefix("/properties/").replace("/properties/", ".").replace("/", ".")


def _at(properties: Mapping[str, Json], dotted: str) -> Json:
    value: Json = properties
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _followed(rule: Mapping[str, Json], document: Mapping[str, Json]) -> Mapping[str, Json]:
    while "$ref" in rule:
        rule = document["definitions"][str(rule["$ref"]).rpartition("/")[2]]
    return rule


def _types(rule: Mapping[str, Json]) -> frozenset[str]:
    declared = rule.get("type", ())
    return frozenset({declared} if isinstance(declared, str) else declared)


def _conform(
    value: Json, rule: Mapping[str, Json], document: Mapping[str, Json], path: str, problems: list[str]
) -> Json:
    rule = _followed(rule, document)
    types = _types(rule)
    if isinstance(value, dict) and (not types or "object" in types):
        return _conform_object(value, rule, document, path, problems)
    if isinstance(value, list) and (not types or "array" in types):
        items = rule.get("items", {})
        return [_conform(item, items, document, f"{path}/{index}", problems) for index, item in enumerate(value)]
    scalar = _scalar(value, types)
    if types and not types & _types_of(scalar):
        wanted, found = "/".join(sorted(types)), next(iter(sorted(_types_of(scalar))))
        problems.append(f"{path}: expected type: {wanted}, found: {found}")
        return value
    problems.extend(f"{path}: {problem}" for problem in _constraints(scalar, rule))
    return scalar


def _conform_object(
    value: dict[str, Json], rule: Mapping[str, Json], document: Mapping[str, Json], path: str, problems: list[str]
) -> dict[str, Json]:
    declared: Mapping[str, Json] = rule.get("properties", {})
    closed = bool(declared) and not rule.get("additionalProperties", False) and "patternProperties" not in rule
    result = {}
    for name, item in value.items():
        if name in declared:
            result[name] = _conform(item, declared[name], document, f"{path}/{name}", problems)
            continue
        if closed:
            problems.append(f"{path}: extraneous key [{name}] is not permitted")
        result[name] = item
    problems.extend(
        f"{path}: required key [{name}] not found" for name in rule.get("required", ()) if name not in value
    )
    return result


def _scalar(value: Json, types: frozenset[str]) -> Json:
    """CloudFormation takes "true" for true and "7" for 7, and the other way round."""
    if isinstance(value, str) and "string" not in types:
        if "boolean" in types and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        return _number(value, types)
    if isinstance(value, bool) and "boolean" not in types and "string" in types:
        return str(value).lower()
    if isinstance(value, int | float) and not types & {"integer", "number", "boolean"} and "string" in types:
        return str(value)
    return value


def _number(text: str, types: frozenset[str]) -> Json:
    if types & {"integer", "number"} and re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if "number" in types and re.fullmatch(r"-?\d*\.\d+", text) else text


def _types_of(value: Json) -> frozenset[str]:
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, int):
        return frozenset({"integer", "number"})
    names = {str: "string", float: "number", dict: "object", list: "array", type(None): "null"}
    return frozenset({names[type(value)]})


def _constraints(value: Json, rule: Mapping[str, Json]) -> Iterator[str]:
    if "enum" in rule and value not in rule["enum"]:
        yield f"{value} is not a valid enum value"
    if isinstance(value, int) and not isinstance(value, bool):
        if value < rule.get("minimum", value):
            yield f"{value} is not greater or equal to {rule['minimum']}"
        if value > rule.get("maximum", value):
            yield f"{value} is not less or equal to {rule['maximum']}"
    if isinstance(value, str):
        yield from _text_constraints(value, rule)


def _text_constraints(value: str, rule: Mapping[str, Json]) -> Iterator[str]:
    if len(value) < rule.get("minLength", 0):
        yield "failed validation constraint for keyword [minLength]"
    if len(value) > rule.get("maxLength", len(value)):
        yield "failed validation constraint for keyword [maxLength]"
    if "pattern" in rule and not _pattern(rule["pattern"]).search(value):
        yield "failed validation constraint for keyword [pattern]"


@cache
def _pattern(text: str) -> re.Pattern[str]:
    for unknown, known in _UNICODE_CLASSES.items():
        text = text.replace(unknown, known)
    return re.compile(text)
