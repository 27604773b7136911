"""The parameters of a stack: what the template declares, what the caller gives, what a stack had before.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.cloudformation import parameter_sources
from guardrails.sandbox.serving.refusals import Refusal

Declared = Mapping[str, Any]
_TYPES: Final = frozenset({"String", "Number", "List<Number>", "CommaDelimitedList"})
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_LISTS: Final = frozenset({"List<Number>", "CommaDelimitedList"})


def given(parameters: Iterable[Mapping[str, Any]], previous: Mapping[str, str]) -> dict[str, str]:
    """The request's [{"ParameterKey", "ParameterValue" | "UsePreviousValue"}] as key -> text.

    Raises:
        Refusal: a previous value is asked for and there is none.
    """
    values = {}
    for parameter in parameters:
        key = str(parameter["ParameterKey"])
        if parameter.get("UsePreviousValue"):
            if key not in previous:
                raise _refusal(
                    f"Invalid input for parameter key {key}. "
                    "Cannot specify usePreviousValue as true for a parameter key not in the previous template"
                )
            values[key] = previous[key]
        else:
            values[key] = str(parameter.get("ParameterValue", ""))
    return values


def effective(declared: Mapping[str, Declared], values: Mapping[str, str]) -> dict[str, str]:
    """Every declared parameter with its given or default value, as text.

    Raises:
        Refusal: one is unknown, missing, or not allowed by its declaration.
    """
    unknown = [name for name in values if name not in declared]
    if unknown:
        raise _refusal(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, rule in declared.items() if name not in values and "Default" not in rule]
    if missing:
        raise _refusal(f"Parameters: [{', '.join(missing)}] must have values")
    result = {}
    for name, rule in declared.items():
        text = values[name] if name in values else _text(rule["Default"])
        _check(name, text, rule)
        result[name] = text
    return result


def resolved(declared: Mapping[str, Declared], values: Mapping[str, str]) -> dict[str, Any]:
    """What `Ref` gives for each parameter: lists for the list types, text otherwise."""
    return {
        name: [item.strip() for item in text.split(",")] if _is_list(declared[name].get("Type")) else text
        for name, text in values.items()
    }


def shown(
    declared: Mapping[str, Declared], values: Mapping[str, str], fetched: Mapping[str, str] = _NOTHING
) -> list[dict[str, str]]:
    """The parameters as descriptions show them, with what was fetched for them; what has NoEcho is masked."""
    return [
        {"ParameterKey": name, "ParameterValue": _masked(declared[name], text)}
        | ({"ResolvedValue": _masked(declared[name], fetched[name])} if name in fetched else {})
        for name, text in values.items()
    ]


def _masked(rule: Declared, text: str) -> str:
    return "****" if rule.get("NoEcho") in {True, "true"} else text


def _is_list(kind: Any) -> bool:
    return kind in _LISTS or parameter_sources.is_list(str(kind))


def _text(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(map(str, default)) if isinstance(default, list) else str(default)


def _check(name: str, text: str, rule: Declared) -> None:
    kind = rule.get("Type")
    if kind not in _TYPES and not parameter_sources.implemented(str(kind)):
        raise _refusal(f"The sandbox does not implement parameters of type {kind} (parameter {name})")
    is_list = _is_list(kind) and "SSM" not in str(kind)
    for item in text.split(",") if is_list else [text]:
        _check_item(name, item.strip() if is_list else item, rule)


def _check_item(name: str, text: str, rule: Declared) -> None:
    detail = str(rule.get("ConstraintDescription", ""))
    allowed = rule.get("AllowedValues")
    if allowed is not None and text not in [_text(value) for value in allowed]:
        raise _refusal(f"Parameter '{name}' must be one of AllowedValues" + (f". {detail}" if detail else ""))
    if "AllowedPattern" in rule and not re.fullmatch(str(rule["AllowedPattern"]), text):
        raise _refusal(
            f"Parameter {name} failed to satisfy constraint: {detail or 'must match pattern ' + str(rule['AllowedPattern'])}"
        )
    if "Number" in str(rule.get("Type")):
        _check_number(name, text, rule)
    elif not int(rule.get("MinLength", 0)) <= len(text) <= int(rule.get("MaxLength", 4096)):
        raise _refusal(
            f"Parameter '{name}' must contain between {rule.get('MinLength', 0)} and {rule.get('MaxLength', 4096)} characters"
        )


def _check_number(name: str, text: str, rule: Declared) -> None:
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise _refusal(f"Parameter validation failed: parameter value {text} for parameter name {name} is not a number")
    if "MinValue" in rule and float(text) < float(rule["MinValue"]):
        raise _refusal(f"Parameter '{name}' must be a number not less than {rule['MinValue']}")
    if "MaxValue" in rule and float(text) > float(rule["MaxValue"]):
        raise _refusal(f"Parameter '{name}' must be a number not greater than {rule['MaxValue']}")


def _refusal(message: str) -> Refusal:
    return Refusal("ValidationError", message)
