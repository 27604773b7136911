"""The defaults of the instance metadata service, which instances get unless their launch says otherwise.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import attributes, declarative_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import not_implemented

ATTRIBUTE: Final = "instance_metadata_defaults"
NO_PREFERENCE: Final = ("no-preference", -1)
CHOICES: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "HttpTokens": ("optional", "required", "no-preference"),
        "HttpPutResponseHopLimit": (-1, *range(1, 65)),
        "HttpEndpoint": ("disabled", "enabled", "no-preference"),
        "InstanceMetadataTags": ("disabled", "enabled", "no-preference"),
    }
)
DECLARED_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "http_tokens": "HttpTokens",
        "http_put_response_hop_limit": "HttpPutResponseHopLimit",
        "http_endpoint": "HttpEndpoint",
        "instance_metadata_tags": "InstanceMetadataTags",
    }
)


@operation("ec2", "ModifyInstanceMetadataDefaults")
def modify_instance_metadata_defaults(call: Call) -> Answer:
    """Set the defaults that are named, and take back those without preference; what is not named stays."""
    if call.parameters.get("HttpTokensEnforced", "no-preference") == "enabled":
        raise not_implemented("ec2", "ModifyInstanceMetadataDefaults with HttpTokensEnforced")
    named = {
        name: attributes.checked(name, call.parameters[name], allowed)
        for name, allowed in CHOICES.items()
        if name in call.parameters
    }
    merged = {**_own(call.account_id, call.region), **named}
    kept = {name: value for name, value in merged.items() if value not in NO_PREFERENCE}
    attributes.put(call, ATTRIBUTE, kept)
    return {"Return": True}


@operation("ec2", "GetInstanceMetadataDefaults")
def get_instance_metadata_defaults(call: Call) -> Answer:
    """The defaults, and who sets them."""
    managed_by = declarative_policies.managed_by(call.account_id, ATTRIBUTE)
    message = declarative_policies.exception_message(call.account_id) if managed_by != "account" else None
    told = {"ManagedExceptionMessage": message} if message else {}
    return {"AccountLevel": {**defaults(call.account_id, call.region), "ManagedBy": managed_by, **told}}


def defaults(account_id: str, region: str) -> Mapping[str, Any]:
    """The defaults of an account in a region, by EC2's names of the options; options without preference are absent."""
    found = declarative_policies.declared(account_id, ATTRIBUTE)
    if found is None:
        return _own(account_id, region)
    translated = {DECLARED_NAMES[name]: value for name, value in found.items() if name in DECLARED_NAMES}
    if "HttpPutResponseHopLimit" in translated:
        translated["HttpPutResponseHopLimit"] = int(translated["HttpPutResponseHopLimit"])
    return {name: value for name, value in translated.items() if value not in ("no_preference", -1)}


def _own(account_id: str, region: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = attributes.own(account_id, region, ATTRIBUTE, {})
    return found
