"""Parameter overrides of stack instances: the values that a stack has instead of its set's.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stackinstances-override.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from guardrails.sandbox.cloudformation.stack_sets.records import StackInstance
from guardrails.sandbox.cloudformation.stacks import invalid


def check(asked: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    """Refuse overrides of parameters that the template does not declare, and those that give a value and ask for the present one.

    Raises:
        Refusal: ValidationError.
    """
    given = asked.get("ParameterOverrides", ())
    unknown = [one["ParameterKey"] for one in given if one["ParameterKey"] not in declared]
    if unknown:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for one in given:
        if one.get("UsePreviousValue") and "ParameterValue" in one:
            raise invalid(
                f"Invalid input for parameter key {one['ParameterKey']}. Cannot specify usePreviousValue as true and a value"
            )


def apply(asked: Mapping[str, Any], instances: Iterable[StackInstance]) -> None:
    """Give each instance the overrides of a request, if that has any: given values, or (UsePreviousValue) its own present ones."""
    if "ParameterOverrides" not in asked:
        return
    for instance in instances:
        instance.overrides = _applied(asked["ParameterOverrides"], instance.overrides)


def _applied(given: Iterable[Mapping[str, Any]], present: Mapping[str, str]) -> dict[str, str]:
    result = {}
    for one in given:
        key = str(one["ParameterKey"])
        if not one.get("UsePreviousValue"):
            result[key] = str(one.get("ParameterValue", ""))
        elif key in present:
            result[key] = present[key]
    return result
