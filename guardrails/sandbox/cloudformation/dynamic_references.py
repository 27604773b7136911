"""Dynamic references: `{{resolve:ssm:...}}` and `{{resolve:secretsmanager:...}}` in the properties of resources.

A parameter's value is taken when the properties are worked out. A secret is taken only for the service that gets it:
the stack remembers, compares and shows the reference.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.secretsmanager.models import secretsmanager_backends

from guardrails.sandbox.cloudformation.resource_types import ResourceFailed

Json = Any
_REFERENCE: Final = re.compile(r"\{\{resolve:(?P<service>ssm|ssm-secure|secretsmanager):(?P<key>[^{}]+)\}\}")
_SECRET: Final = re.compile(r"(?P<id>arn:[^:]*:[^:]*:[^:]*:[^:]*:secret:[^:]+|[^:]+)(?P<rest>(:[^:]*){0,4})")
_PARAMETER: Final = re.compile(r"[a-zA-Z0-9_.\-/]+(:\d+)?")


def count(text: str) -> int:
    """The number of dynamic references in a text."""
    return len(_REFERENCE.findall(text))


def used(value: Json) -> bool:
    """Whether a value holds a dynamic reference."""
    return "{{resolve:" in json.dumps(value, default=str)


def plain(value: Json, account: str, region: str) -> Json:
    """A value with its references to plain parameters resolved.

    Raises:
        ResourceFailed: a parameter does not exist, or is a secure string: none of the types implemented takes those.
    """

    def replacement(service: str, key: str) -> str | None:
        if service == "ssm-secure":
            raise ResourceFailed(f"SSM Secure reference is not supported in: [{key}]")
        return _parameter(key, account, region) if service == "ssm" else None

    return _replaced(value, replacement)


def with_secrets(value: Mapping[str, Json], account: str, region: str) -> Mapping[str, Json]:
    """Properties with their references to secrets resolved, for the service alone.

    Raises:
        ResourceFailed: a secret, or the part of it that is wanted, does not exist.
    """

    def replacement(service: str, key: str) -> str | None:
        return _secret(key, account, region) if service == "secretsmanager" else None

    found: Mapping[str, Json] = _replaced(value, replacement)
    return found


def _replaced(value: Json, replacement: Callable[[str, str], str | None]) -> Json:
    if isinstance(value, list):
        return [_replaced(item, replacement) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, replacement) for name, item in value.items()}
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value

    def replace(match: re.Match[str]) -> str:
        found = replacement(match["service"], match["key"].strip())
        return match.group() if found is None else found

    return _REFERENCE.sub(replace, value)


def _parameter(key: str, account: str, region: str) -> str:
    from moto.ssm.models import ssm_backends  # brings EC2, which takes long to import

    parameter = ssm_backends[account][region].get_parameter(key) if _PARAMETER.fullmatch(key) else None
    if parameter is None:
        raise ResourceFailed(f"Parameters: [ssm:{key}] cannot be found.")
    if parameter.parameter_type == "SecureString":
        raise ResourceFailed(f"Non-secure reference to the SecureString parameter [{key}] is not supported.")
    return str(parameter.value)


def _secret(key: str, account: str, region: str) -> str:
    match = _SECRET.fullmatch(key)
    if match is None:
        raise ResourceFailed(f"Incorrect format is used in the following Secrets Manager dynamic reference: [{key}]")
    kind, name, stage, version = [*match["rest"].split(":")[1:], "", "", "", ""][:4]
    if kind not in {"", "SecretString"} or (stage and version):
        raise ResourceFailed(f"Incorrect format is used in the following Secrets Manager dynamic reference: [{key}]")
    backend = secretsmanager_backends[account][region]
    text = backend.get_secret_value(match["id"], version or None, stage or None).get("SecretString", "")  # type: ignore[arg-type]
    if not name:
        return str(text)
    try:
        return str(json.loads(text)[name])
    except (ValueError, KeyError, TypeError) as absent:
        raise ResourceFailed(f"Could not find a value associated with JSONKey in SecretString ({name})") from absent
