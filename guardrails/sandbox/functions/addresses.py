"""How functions are named: by name, by partial or whole ARN, with or without a version or an alias; and who may invoke them.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
Source: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.refusals import Refusal

_ADDRESS: Final = re.compile(
    r"(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)
_INVOKING: Final = frozenset({"lambda:invokefunction", "lambda:*", "*"})


def find(address: str, account: str, region: str, qualifier: str | None = None) -> LambdaFunction:
    """The function that a caller of this account and region means, in the version that it means.

    Raises:
        Refusal: there is none, it is in another region, or in another account that does not let this one invoke it.
    """
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise Refusal("InvalidParameterValueException", f"The function name or ARN {address} is not valid.")
    asked_region, owner = parts["region"] or region, parts["account"] or account
    if asked_region != region:
        message = f"Functions from '{asked_region}' are not reachable in this region ('{region}')"
        raise Refusal("ResourceNotFoundException", message, status=404)
    version = parts["qualifier"] or qualifier
    arn = f"arn:aws:lambda:{region}:{owner}:function:{parts['name']}" + (f":{version}" if version else "")
    try:
        function = lambda_backends[owner][region].get_function(parts["name"], version)
    except UnknownFunctionException:
        function = None
    if owner != account and (function is None or not lets_invoke(function, account)):
        message = (
            f"User: arn:aws:iam::{account}:root is not authorized to perform: lambda:InvokeFunction on resource: {arn}"
        )
        raise Refusal("AccessDeniedException", message, status=403)
    if function is None:
        raise Refusal("ResourceNotFoundException", f"Function not found: {arn}", status=404)
    return function


def lets_invoke(function: LambdaFunction, account: str) -> bool:
    """Whether a function's own policy lets another account invoke it, by its id or as a member of the organization."""
    return any(_allows(statement, account) for statement in function.policy.statements)


def _allows(statement: Mapping[str, Any], account: str) -> bool:
    principal = statement.get("Principal")
    named = _several(principal.get("AWS") if isinstance(principal, dict) else principal)
    actions = {str(action).lower() for action in _several(statement.get("Action"))}
    return (
        statement.get("Effect") == "Allow"
        and bool(actions & _INVOKING)
        and any(name in {"*", account, f"arn:aws:iam::{account}:root"} for name in named)
        and all(_holds(test, key, value, account) for test, key, value in _conditions(statement))
    )


def _conditions(statement: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    for test, pairs in (statement.get("Condition") or {}).items():
        for key, value in pairs.items():
            yield test, key.lower(), value


def _holds(test: str, key: str, value: Any, account: str) -> bool:
    """Whether a condition of the policy holds for an account; one that the sandbox cannot judge does not."""
    found = organization.backend().org
    member = account == MANAGEMENT_ACCOUNT_ID or organization.is_active_member(account)
    return test == "StringEquals" and key == "aws:principalorgid" and member and found is not None and value == found.id


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)
