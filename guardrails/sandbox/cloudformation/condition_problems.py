"""What keeps the conditions of a template from being worked out, whatever its parameters are.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

Json = Any
_TAKES: Final = {
    "Fn::Equals": (2, 2, "a list of 2 string parameters"),
    "Fn::Not": (1, 1, "one boolean parameter"),
    "Fn::And": (2, 10, "a list of at least 2 and at most 10 boolean parameters"),
    "Fn::Or": (2, 10, "a list of at least 2 and at most 10 boolean parameters"),
}
"""How many parameters each condition function takes, at least and at most, and how CloudFormation says that."""


def problems(conditions: Mapping[str, Json]) -> Iterator[str]:
    """What is wrong with a template's conditions: their functions, what they refer to, circles."""
    for condition in conditions.values():
        yield from _problems(condition, conditions)
    try:
        TopologicalSorter({name: set(_named(condition)) for name, condition in conditions.items()}).prepare()
    except CycleError as circle:
        names = ", ".join(dict.fromkeys(circle.args[1]))
        yield f"Template error: Found circular condition dependency: [{names}]"


def unresolved(value: Json, conditions: Mapping[str, Json]) -> Iterator[str]:
    """The conditions that an `Fn::If` in a value names and the template does not have."""
    if isinstance(value, list):
        for item in value:
            yield from unresolved(item, conditions)
    if not isinstance(value, dict):
        return
    for name, argument in value.items():
        if name == "Fn::If" and isinstance(argument, list) and argument and argument[0] not in conditions:
            yield str(argument[0])
        yield from unresolved(argument, conditions)


def _problems(condition: Json, conditions: Mapping[str, Json]) -> Iterator[str]:
    if not isinstance(condition, dict) or len(condition) != 1:
        yield "Template format error: Every Conditions member must be a condition function."
        return
    (name, argument), *_ = condition.items()
    if name == "Condition" and argument not in conditions:
        yield f"Template format error: Unresolved condition dependency {argument} in the Conditions block of the template"
    if name in _TAKES:
        fewest, most, words = _TAKES[name]
        if not isinstance(argument, list) or not fewest <= len(argument) <= most:
            yield f"Template error: every {name} object requires {words}."
            return
    elif name != "Condition":
        yield f"Template format error: {name} is not a condition function."
    for one in argument if name in {"Fn::And", "Fn::Or", "Fn::Not"} else ():
        yield from _problems(one, conditions)


def _named(condition: Json) -> Iterator[str]:
    """The conditions that a condition, which has no problems, refers to."""
    (name, argument), *_ = condition.items()
    if name == "Condition":
        yield argument
    for one in argument if name in {"Fn::And", "Fn::Or", "Fn::Not"} else ():
        yield from _named(one)
