"""The protection plans (features) of a detector, and the older way to name three of them (data sources).

Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-feature-object-api-changes-march2023.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardrails.sandbox.guardduty.refusals import bad_request, invalid_parameter

ON_BY_DEFAULT: Final = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
)
OFF_BY_DEFAULT: Final = ("RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING", "AI_PROTECTION")
EVERY: Final = (*ON_BY_DEFAULT, *OFF_BY_DEFAULT)
ADDITIONAL: Final[Mapping[str, tuple[str, ...]]] = {
    "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
    "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
    "RDS_LOGIN_EVENTS": ("RDS_DATA_RISK",),
}
DATA_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "S3_DATA_EVENTS": ("S3Logs",),
    "EKS_AUDIT_LOGS": ("Kubernetes", "AuditLogs"),
    "EBS_MALWARE_PROTECTION": ("MalwareProtection", "ScanEc2InstanceWithFindings", "EbsVolumes"),
}
"""Where each of the three stands in `DataSources`."""


def wanted(parameters: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    """The plans a request names, the data sources among them; `member` is what they are switched with: Status or AutoEnable.

    Raises:
        Refusal: an unknown name, one named twice, or Runtime Monitoring next to the EKS Runtime Monitoring that it contains.
    """
    features = list(parameters.get("Features") or [])
    for name, switched_on in _data_sources(parameters.get("DataSources") or {}):
        value = {"Status": ("DISABLED", "ENABLED"), "AutoEnable": ("NONE", "NEW")}[member][switched_on]
        features.append({"Name": name, member: value})
    _check(features, member)
    return features


def as_data_sources(statuses: Mapping[str, Any]) -> dict[str, Any]:
    """Nest what is known of the three plans the way `DataSources` does."""
    shown: dict[str, Any] = {}
    for name, path in DATA_SOURCES.items():
        place = shown
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place[path[-1]] = statuses[name]
    return shown


def _data_sources(given: Mapping[str, Any]) -> list[tuple[str, bool]]:
    found = []
    for name, path in DATA_SOURCES.items():
        value: Any = given
        for step in path:
            value = value.get(step, {}) if isinstance(value, Mapping) else {}
        if isinstance(value, Mapping):
            value = value.get("Enable", value.get("AutoEnable"))
        if value is not None:
            found.append((name, bool(value)))
    return found


def _check(features: Sequence[Mapping[str, Any]], member: str) -> None:
    values = {"Status": ("ENABLED", "DISABLED"), "AutoEnable": ("ALL", "NEW", "NONE")}[member]
    names = [str(feature.get("Name")) for feature in features]
    if not set(names) <= set(EVERY) or len(set(names)) != len(names):
        raise invalid_parameter("features")
    if {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"} <= set(names):
        raise bad_request("EKS_RUNTIME_MONITORING and RUNTIME_MONITORING are both specified.")
    for feature in features:
        if feature.get(member) not in values:
            raise invalid_parameter("features")
        for each in feature.get("AdditionalConfiguration") or []:
            if each.get("Name") not in ADDITIONAL.get(str(feature["Name"]), ()) or each.get(member) not in values:
                raise invalid_parameter("additionalConfiguration")
