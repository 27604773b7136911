"""Stack policies: which updates of which resources an update of a stack may make.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
"""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from guardrails.sandbox.serving.refusals import Refusal

MAXIMUM_BYTES: Final = 16_384
_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Principal", "Resource", "NotResource", "Condition"}
)
_ACTIONS: Final = frozenset({"Update:Modify", "Update:Replace", "Update:Delete", "Update:*"})


def read(asked: Mapping[str, Any], member: str) -> str | None:
    """The policy text of a request's member, None when it has none.

    Raises:
        Refusal: it is no stack policy.
    """
    body = asked.get(member)
    if body is None:
        return None
    if len(str(body).encode()) > MAXIMUM_BYTES or not all(map(_valid, _statements(str(body)))):
        raise _invalid()
    return str(body)


def denial(policy: str | None, action: str, logical_id: str, resource_type: str) -> str | None:
    """Why a policy does not allow an update ("Modify", "Replace", "Delete") of a resource; None when it does."""
    if policy is None:
        return None
    resource = f"LogicalResourceId/{logical_id}"
    allowed, denied = False, None
    for number, statement in enumerate(_statements(policy), start=1):
        if _applies(statement, f"Update:{action}", resource, resource_type):
            allowed = allowed or statement["Effect"] == "Allow"
            denied = denied or (number if statement["Effect"] == "Deny" else None)
    if denied:
        return (
            f"Action denied by stack policy: Statement [#{denied}] denies [Update:{action}] for resource [{resource}]"
        )
    if not allowed:
        return f"Action not allowed by stack policy: no statement allows [Update:{action}] for resource [{resource}]"
    return None


def _statements(policy: str) -> list[Mapping[str, Any]]:
    try:
        statements = json.loads(policy)["Statement"]
    except (json.JSONDecodeError, KeyError, TypeError) as malformed:
        raise _invalid() from malformed
    return [statements] if isinstance(statements, dict) else list(statements)


def _valid(statement: Any) -> bool:
    if not isinstance(statement, dict) or not set(statement) <= _ELEMENTS:
        return False
    conditions = statement.get("Condition", {})
    return (
        statement.get("Effect") in {"Allow", "Deny"}
        and statement.get("Principal") == "*"
        and ("Action" in statement) != ("NotAction" in statement)
        and set(_list(statement.get("Action", statement.get("NotAction")))) <= _ACTIONS
        and ("Resource" in statement) != ("NotResource" in statement)
        and set(conditions) <= {"StringEquals", "StringLike"}
        and all(set(condition) == {"ResourceType"} for condition in conditions.values())
    )


def _applies(statement: Mapping[str, Any], action: str, resource: str, resource_type: str) -> bool:
    conditions = statement.get("Condition", {})
    return (
        _named(statement, "Action", action)
        and _named(statement, "Resource", resource)
        and resource_type in _list(conditions.get("StringEquals", {}).get("ResourceType", resource_type))
        and _matches(resource_type, _list(conditions.get("StringLike", {}).get("ResourceType", "*")))
    )


def _named(statement: Mapping[str, Any], element: str, value: str) -> bool:
    if element in statement:
        return _matches(value, _list(statement[element]))
    return not _matches(value, _list(statement[f"Not{element}"]))


def _matches(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in patterns)


def _list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _invalid() -> Refusal:
    return Refusal("ValidationError", "Error validating stack policy: Invalid stack policy")
