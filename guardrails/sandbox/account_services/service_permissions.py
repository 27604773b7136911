"""Whether a resource policy lets an AWS service act on the resource: what services check before they write.

Conditions are evaluated with the string and ARN operators over the context given; a condition key that is not given,
or another operator, does not match. Policy variables are known in `Resource`.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

OPERATORS: Final = frozenset({"stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase"})

VARIABLE: Final = re.compile(r"\$\{([A-Za-z0-9:/_-]+)\}")


def allows(document: str | None, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether some statement of the policy allows the service the action on the resource, and none denies it."""
    if not document:
        return False
    statements = _several(json.loads(document).get("Statement"))
    effects = {each.get("Effect") for each in statements if _matches(each, service, action, resource, context)}
    return "Allow" in effects and "Deny" not in effects


def _matches(
    statement: Mapping[str, Any], service: str, action: str, resource: str, context: Mapping[str, str]
) -> bool:
    return (
        _principal_matches(statement, service)
        and _listed(statement, "Action", action.lower(), str.lower)
        and _listed(statement, "Resource", resource, lambda pattern: _filled(pattern, context))
        and _conditions_match(statement.get("Condition", {}), context)
    )


def _principal_matches(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    return isinstance(principal, dict) and (
        "*" in _several(principal.get("AWS")) or service in _several(principal.get("Service"))
    )


def _listed(statement: Mapping[str, Any], element: str, value: str, read: Callable[[str], str]) -> bool:
    """Whether `Action` or `Resource` (or its `Not…` twin) covers the value, each pattern read so."""
    negated = f"Not{element}" in statement
    patterns = [str(each) for each in _several(statement.get(f"Not{element}" if negated else element))]
    found = any(_like(read(each), value) for each in patterns)
    return found != negated


def _filled(pattern: str, context: Mapping[str, str]) -> str:
    """The pattern with the values of its policy variables; one without a value stays, and nothing is called so."""
    known = {key.lower(): value for key, value in context.items()}
    return VARIABLE.sub(lambda match: known.get(match[1].lower(), match[0]), pattern)


def _conditions_match(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    known = {key.lower(): value for key, value in context.items()}
    return all(
        _condition_matches(operator.lower(), known.get(key.lower()), [str(each) for each in _several(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _condition_matches(operator: str, value: str | None, wanted: Iterable[str]) -> bool:
    if operator not in OPERATORS:
        return _other_operator(operator, value, wanted)
    if value is None:
        return False
    exact = operator == "stringequals"
    folded = value.lower() if operator == "stringequalsignorecase" else value
    return any(folded == each or (not exact and _like(each, folded)) for each in wanted)


def _other_operator(operator: str, value: str | None, wanted: Iterable[str]) -> bool:
    """`Bool`, and the negated operators, which match what is absent."""
    if operator == "bool":
        return value is not None and value.lower() in {each.lower() for each in wanted}
    if operator.removesuffix("ifexists") in OPERATORS:
        return value is None or _condition_matches(operator.removesuffix("ifexists"), value, wanted)
    if operator in ("stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike"):
        return value is None or not _condition_matches(operator.replace("not", ""), value, wanted)
    return False


def _like(pattern: str, value: str) -> bool:
    """Match with `*` and `?`; `[` has no meaning in a policy."""
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
