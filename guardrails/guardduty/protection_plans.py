"""GuardDuty's protection plans: those that AWS has for organizations, what each does besides, and how requests name them.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_OrganizationFeatureConfiguration.html
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

Feature = Literal[
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
    "EKS_RUNTIME_MONITORING",
    "AI_PROTECTION",
]
Additional = Literal["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT", "RDS_DATA_RISK"]
FEATURES: Final[tuple[Feature, ...]] = get_args(Feature)
ADDITIONAL: Final[Mapping[Feature, tuple[Additional, ...]]] = MappingProxyType(
    {
        "RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"),
        "EKS_RUNTIME_MONITORING": ("EKS_ADDON_MANAGEMENT",),
        "RDS_LOGIN_EVENTS": ("RDS_DATA_RISK",),
    }
)
"""What a plan can do besides."""


def flat(features: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """The API's nested features by name, additional configurations as "FEATURE/ADDITIONAL"."""
    named: dict[str, str] = {}
    for feature in features:
        named[feature["Name"]] = feature[key]
        for additional in feature.get("AdditionalConfiguration", ()):
            named[f"{feature['Name']}/{additional['Name']}"] = additional[key]
    return named


def nested(named: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    """The features as the API takes them: the opposite of `flat`."""
    features: list[dict[str, Any]] = []
    for name, group in groupby(sorted(named), key=lambda path: path.split("/")[0]):
        additional = [{"Name": path.split("/")[1], key: named[path]} for path in group if "/" in path]
        feature: dict[str, Any] = {"Name": name, key: named[name]}
        features.append({**feature, "AdditionalConfiguration": additional} if additional else feature)
    return features
