"""Allows for a resource of which the sandbox does not know the whole ARN: one that may name it is taken to name it.

AWS would know it; a denial for want of that knowledge would be false. What denies is not widened.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from guardrails.iam import NamedPolicy
from guardrails.iam.grammar import listed
from guardrails.sandbox.enforcement.principal_policies import Permissions

_OPEN: Final = "*?$"
"""Where what is certain of an ARN or of a pattern ends: at a wildcard or a policy variable."""


def is_known(resource: str) -> bool:
    """Whether this is the ARN of one resource."""
    return "*" not in resource


@lru_cache(maxsize=4096)
def widened(permissions: Permissions, resource: str) -> Permissions:
    """The permissions, in which every Allow that may name the resource allows for all."""
    begin = _beginning(resource)
    identity, boundary = permissions.identity, permissions.boundary
    return Permissions(
        tuple(_policy(each, begin) for each in identity) if isinstance(identity, tuple) else identity,
        None if boundary is None else _policy(boundary, begin),
        tuple(_policy(each, begin) for each in permissions.session),
    )


def _policy(policy: NamedPolicy, begin: str) -> NamedPolicy:
    statements = [_statement(each, begin) for each in listed(policy.document.get("Statement", []))]
    return NamedPolicy(policy.name, {**policy.document, "Statement": statements}, policy.type)


def _statement(statement: Mapping[str, Any], begin: str) -> Mapping[str, Any]:
    patterns = [_beginning(str(each)) for each in listed(statement.get("Resource", []))]
    may_name = any(begin.startswith(each) or each.startswith(begin) for each in patterns)
    return {**statement, "Resource": "*"} if may_name and statement.get("Effect") == "Allow" else statement


def _beginning(text: str) -> str:
    return text[: next((index for index, character in enumerate(text) if character in _OPEN), len(text))]
