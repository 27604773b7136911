"""Attributes for access control: which attributes of a user become tags of the user's sessions in accounts.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateInstanceAccessControlAttributeConfiguration.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardrails.sandbox.identity_center.instances import instance, invalid
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_ATTRIBUTES: Final = 50
SOURCE: Final = re.compile(r"\$\{path:[^{}]+\}")


@dataclass
class Configuration:
    """The attributes of an instance, and whether their use has arrived."""

    attributes: Mapping[str, Any]
    status: str = "CREATION_IN_PROGRESS"


_CONFIGURATIONS: Final[dict[str, Configuration]] = lifecycle.forgotten_on_reset({})


@operation("sso-admin", "CreateInstanceAccessControlAttributeConfiguration")
def create_configuration(call: Call) -> Answer:
    """Switch attributes for access control on; once for an instance."""
    arn, wanted = _instance(call), _checked(call)
    if arn in _CONFIGURATIONS:
        raise Refusal("ConflictException", "The instance has an access control attribute configuration already.")
    _CONFIGURATIONS[arn] = Configuration(wanted)
    return {}


@operation("sso-admin", "DescribeInstanceAccessControlAttributeConfiguration")
def describe_configuration(call: Call) -> Answer:
    """Show the attributes; the first look says CREATION_IN_PROGRESS, the next ENABLED."""
    found = _configuration(call)
    seen = {"Status": found.status, "InstanceAccessControlAttributeConfiguration": found.attributes}
    found.status = "ENABLED"
    return seen


@operation("sso-admin", "UpdateInstanceAccessControlAttributeConfiguration")
def update_configuration(call: Call) -> Answer:
    """Put other attributes in the place of those there are."""
    _configuration(call).attributes = _checked(call)
    return {}


@operation("sso-admin", "DeleteInstanceAccessControlAttributeConfiguration")
def delete_configuration(call: Call) -> Answer:
    """Switch attributes for access control off."""
    _configuration(call)
    del _CONFIGURATIONS[_instance(call)]
    return {}


def _instance(call: Call) -> str:
    return str(instance(call).instances[0].instance_arn)


def _configuration(call: Call) -> Configuration:
    found = _CONFIGURATIONS.get(_instance(call))
    if found is None:
        raise Refusal("ResourceNotFoundException", "The instance has no access control attribute configuration.")
    return found


def _checked(call: Call) -> Mapping[str, Any]:
    """The attributes of a request: at most fifty, each key once, each from one attribute of the identity store."""
    wanted: Mapping[str, Any] = call.parameters.get("InstanceAccessControlAttributeConfiguration") or {}
    attributes = wanted.get("AccessControlAttributes") or []
    if len(attributes) > MAX_ATTRIBUTES:
        raise invalid(f"There are at most {MAX_ATTRIBUTES} access control attributes.")
    if len({each["Key"] for each in attributes}) != len(attributes):
        raise invalid("The keys of access control attributes are unique.")
    for each in attributes:
        sources = each["Value"]["Source"]
        if len(sources) != 1 or not SOURCE.fullmatch(sources[0]):
            raise invalid(f"The attribute {each['Key']} has one source of the form ${{path:...}}.")
    return {"AccessControlAttributes": attributes}
