"""CloudFormation's intrinsic functions and pseudo parameters.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import islice
from typing import Any, Final

from guardrails.sandbox.cloudformation.resource_types import Resource
from guardrails.sandbox.serving.refusals import Refusal

Json = Any
NO_VALUE: Final = object()
"""What `Ref: AWS::NoValue` gives: the property that holds it disappears."""

PSEUDO_PARAMETERS: Final = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
_SUBSTITUTION: Final = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template's functions may see: parameter values (pseudo ones included), mappings, conditions, live resources.

    `attribute_of` gives an attribute of a live resource, `imported` what another stack exports under a name.
    """

    parameters: Mapping[str, Json]
    mappings: Mapping[str, Json]
    conditions: Mapping[str, Json]
    attribute_of: Callable[[str, str], str]
    imported: Callable[[str], str]
    resources: Mapping[str, Resource] = field(default_factory=dict)

    def resolve(self, value: Json) -> Json:
        """The value with every function carried out.

        Raises:
            Refusal: a function is used wrongly.
        """
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            function = _FUNCTIONS.get(name)
            if function is not None:
                return self._call(name, function, argument)
        resolved = {name: self.resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not NO_VALUE}

    def _call(self, name: str, function: "Function", argument: Json) -> Json:
        try:
            return function(self, argument)
        except (TypeError, ValueError, IndexError, AttributeError) as misshapen:
            raise Refusal("ValidationError", f"Template error: {name} is not well-formed: {misshapen}") from misshapen

    def holds(self, condition: str | None) -> bool:
        """Whether a condition is true; no condition is."""
        return condition is None or _truth(self, {"Condition": condition})

    def ref(self, name: Json) -> Json:
        """What `Ref` gives for a parameter, a pseudo parameter or a resource."""
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.parameters:
            return self.parameters[name]
        if name in self.resources:
            return self.resources[name].physical_id
        raise Refusal(
            "ValidationError", f"Template error: unresolved resource dependency [{name}]: its condition is false."
        )

    def attribute(self, argument: Json) -> str:
        """What `Fn::GetAtt` gives; the argument is a list or a dotted string."""
        parts = argument.split(".", 1) if isinstance(argument, str) else list(argument)
        if len(parts) != 2:
            raise Refusal(
                "ValidationError", "Template error: every Fn::GetAtt object requires two non-empty parameters"
            )
        return self.attribute_of(str(parts[0]), str(self.resolve(parts[1])))


Function = Callable[[Scope, Json], Json]


def _join(scope: Scope, argument: Json) -> str:
    separator, items = argument
    items = _listed(scope.resolve(items))
    if any(isinstance(item, dict | list) for item in items):
        raise TypeError("it joins strings")
    return str(separator).join(map(_text, items))


def _sub(scope: Scope, argument: Json) -> str:
    text, local = (argument, {}) if isinstance(argument, str) else argument
    values = {name: scope.resolve(value) for name, value in local.items()}

    def substitute(match: re.Match[str]) -> str:
        literal, name = match.group(1), match.group(2).strip()
        if literal:
            return f"${{{match.group(2)}}}"
        value = values[name] if name in values else scope.attribute(name) if "." in name else scope.ref(name)
        if isinstance(value, dict | list):
            message = f"Template error: variable {name} in Fn::Sub expression does not resolve to a string"
            raise Refusal("ValidationError", message)
        return _text(value)

    return _SUBSTITUTION.sub(substitute, text)


def _if(scope: Scope, argument: Json) -> Json:
    condition, then, otherwise = argument
    return scope.resolve(then if scope.holds(condition) else otherwise)


def _select(scope: Scope, argument: Json) -> Json:
    index, items = int(scope.resolve(argument[0])), _listed(scope.resolve(argument[1]))
    if not 0 <= index < len(items):
        raise Refusal("ValidationError", f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[index]


def _listed(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("it takes a list")
    return value


def _split(scope: Scope, argument: Json) -> list[str]:
    return str(scope.resolve(argument[1])).split(str(argument[0]))


def _find_in_map(scope: Scope, argument: Json) -> Json:
    if len(argument) != 3:
        raise Refusal(
            "ValidationError",
            "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute",
        )
    value: Json = scope.mappings
    for key in (scope.resolve(part) for part in argument):
        if key not in value:
            raise Refusal(
                "ValidationError", f"Template error: Unable to get mapping for {'::'.join(map(str, argument))}"
            )
        value = value[key]
    return value


def _base64(scope: Scope, argument: Json) -> str:
    return base64.b64encode(str(scope.resolve(argument)).encode()).decode()


def _zones(scope: Scope, argument: Json) -> list[str]:
    region = str(scope.resolve(argument)) or str(scope.parameters["AWS::Region"])
    account = str(scope.parameters["AWS::AccountId"])
    from moto.ec2.models import ec2_backends  # takes long to import

    return [zone.name for zone in ec2_backends[account][region].describe_availability_zones()]


def _cidr(scope: Scope, argument: Json) -> list[str]:
    block, count, bits = (scope.resolve(one) for one in argument)
    network = ip_network(str(block))
    if not 1 <= int(count) <= 256:
        raise ValueError("the count must be between 1 and 256")
    blocks = [str(one) for one in islice(network.subnets(new_prefix=network.max_prefixlen - int(bits)), int(count))]
    if len(blocks) < int(count):
        raise ValueError(f"{block} does not hold {count} blocks of {bits} bits")
    return blocks


def _truth(scope: Scope, condition: Json) -> bool:
    if not isinstance(condition, dict) or len(condition) != 1:
        raise Refusal("ValidationError", "Template error: every condition must be a condition function")
    (name, argument), *_ = condition.items()
    if name == "Condition":
        if argument not in scope.conditions:
            raise Refusal("ValidationError", f"Template format error: Unresolved condition dependency {argument}")
        return _truth(scope, scope.conditions[argument])
    if name == "Fn::Equals":
        left, right = (scope.resolve(item) for item in argument)
        return _text(left) == _text(right)
    if name == "Fn::Not":
        return not _truth(scope, argument[0])
    if name in {"Fn::And", "Fn::Or"}:
        return (all if name == "Fn::And" else any)(_truth(scope, item) for item in argument)
    raise Refusal("ValidationError", f"Template error: {name} is not a condition function")


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


_FUNCTIONS: Final[Mapping[str, Function]] = {
    "Ref": lambda scope, name: scope.ref(name),
    "Fn::GetAtt": lambda scope, argument: scope.attribute(argument),
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::If": _if,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _zones,
    "Fn::ImportValue": lambda scope, name: scope.imported(str(scope.resolve(name))),
}


def references(value: Json) -> frozenset[str]:
    """The names that a value refers to with `Ref`, `Fn::GetAtt` or `Fn::Sub`; pseudo parameters are left out."""
    return frozenset(use.split(".", 1)[0] for use in uses(value))


def uses(value: Json) -> frozenset[str]:
    """What a value uses of others: `Name` for a reference, `Name.Attribute` for an attribute; no pseudo parameters."""
    return frozenset(_uses(value)) - PSEUDO_PARAMETERS


def _uses(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _uses(item)
    if not isinstance(value, dict):
        return
    for name, argument in value.items():
        if name == "Ref" and isinstance(argument, str):
            yield argument
        elif name == "Fn::GetAtt":
            yield argument if isinstance(argument, str) else ".".join(map(str, argument))
        elif name == "Fn::Sub":
            yield from _substitutions(argument)
        else:
            yield from _uses(argument)


def _substitutions(argument: Json) -> Iterator[str]:
    text, local = (argument, {}) if isinstance(argument, str) else argument
    for literal, name in _SUBSTITUTION.findall(text):
        if not literal and name.strip() not in local:
            yield name.strip()
    yield from _uses(list(local.values()))


def calls(function: str, value: Json) -> bool:
    """Whether a value calls a function somewhere."""
    if isinstance(value, list):
        return any(calls(function, item) for item in value)
    return isinstance(value, dict) and (function in value or calls(function, list(value.values())))


def unsupported(value: Json) -> frozenset[str]:
    """The functions that a value uses and the sandbox does not have."""
    if isinstance(value, list):
        return frozenset().union(*map(unsupported, value))
    if not isinstance(value, dict):
        return frozenset()
    own = {name for name in value if name.startswith("Fn::") and name not in _FUNCTIONS}
    return frozenset(own).union(*map(unsupported, value.values()))
