"""Systems Manager's settings of an account and region.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PUBLIC_DOCUMENTS: Final = "/ssm/documents/console/public-sharing-permission"
SETTINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        PUBLIC_DOCUMENTS: ("Enable", "Disable"),
        "/ssm/managed-instance/activation-tier": ("standard", "advanced"),
        "/ssm/opsinsights/opscenter": ("Disabled", "Enabled"),
        "/ssm/parameter-store/default-parameter-tier": ("Standard", "Advanced", "Intelligent-Tiering"),
        "/ssm/parameter-store/high-throughput-enabled": ("false", "true"),
    }
)
"""Setting -> its values, the default first."""

_VALUES: Final[dict[tuple[str, str, str], tuple[str, datetime, str]]] = lifecycle.forgotten_on_reset({})


@operation("ssm", "GetServiceSetting")
def get_service_setting(call: Call) -> Answer:
    """A setting, and whether it was changed."""
    return {"ServiceSetting": _shown(call, _setting(call))}


@operation("ssm", "UpdateServiceSetting")
def update_service_setting(call: Call) -> Answer:
    """Change a setting."""
    setting, value = _setting(call), call.parameters["SettingValue"]
    if value not in SETTINGS[setting]:
        raise Refusal("ValidationException", f"{value} is no value of the setting {setting}.")
    _VALUES[call.account_id, call.region, setting] = (value, datetime.now(UTC), call.caller.arn)
    return {}


@operation("ssm", "ResetServiceSetting")
def reset_service_setting(call: Call) -> Answer:
    """Put a setting back to its default.

    Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ResetServiceSetting.html
    """
    setting = _setting(call)
    _VALUES.pop((call.account_id, call.region, setting), None)
    return {"ServiceSetting": _shown(call, setting)}


@operation("ssm", "ModifyDocumentPermission")
def modify_document_permission(call: Call) -> Answer:
    """Let a document be shared, unless with everybody while that is blocked.

    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """
    everybody = "all" in [each.lower() for each in call.parameters.get("AccountIdsToAdd", [])]
    if everybody and _shown(call, PUBLIC_DOCUMENTS)["SettingValue"] == "Disable":
        raise Refusal("InvalidPermissionType", "Public sharing of documents is blocked for this account and Region.")
    return FORWARD


def _setting(call: Call) -> str:
    """The setting that is named, by its id or its ARN."""
    named = str(call.parameters["SettingId"])
    setting = named.rpartition(":servicesetting")[2] if named.startswith("arn:") else named
    if setting not in SETTINGS:
        raise Refusal("ServiceSettingNotFound", f"The setting {setting} is not in the sandbox.")
    return setting


def _shown(call: Call, setting: str) -> Mapping[str, Any]:
    value, changed, by = _VALUES.get(
        (call.account_id, call.region, setting), (SETTINGS[setting][0], datetime(2020, 1, 1, tzinfo=UTC), "System")
    )
    return {
        "SettingId": setting,
        "SettingValue": value,
        "LastModifiedDate": changed,
        "LastModifiedUser": by,
        "ARN": f"arn:{PARTITION}:ssm:{call.region}:{call.account_id}:servicesetting{setting}",
        "Status": "Default" if by == "System" else "Customized",
    }
