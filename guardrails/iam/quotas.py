"""How large a policy may be and how many may hang on one target, per policy type.

The engine refuses at compile what AWS would refuse at apply, and the sandbox refuses what AWS refuses: both read this table.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class PolicyQuota:
    """The quotas of one organization policy type: characters as sent through the API, policies on one target and in all.

    `always_attached` are AWS's own among those on a target: FullAWSAccess, RCPFullAWSAccess.
    """

    max_characters: int
    max_attached: int
    max_in_organization: int = 1_000
    always_attached: int = 0


QUOTAS: Final[Mapping[str, PolicyQuota]] = MappingProxyType(
    {
        "SERVICE_CONTROL_POLICY": PolicyQuota(10_240, 10, 10_000, always_attached=1),
        "RESOURCE_CONTROL_POLICY": PolicyQuota(5_120, 5, 2_000, always_attached=1),
        "DECLARATIVE_POLICY_EC2": PolicyQuota(10_000, 10),
        "TAG_POLICY": PolicyQuota(10_000, 10),
        "BACKUP_POLICY": PolicyQuota(10_000, 10),
        "AISERVICES_OPT_OUT_POLICY": PolicyQuota(2_500, 5),
        "CHATBOT_POLICY": PolicyQuota(10_000, 5),
        "SECURITYHUB_POLICY": PolicyQuota(10_000, 10),
        "SECURITYHUB_CSPM_POLICY": PolicyQuota(10_000, 10),
        "INSPECTOR_POLICY": PolicyQuota(10_000, 10),
        "UPGRADE_ROLLOUT_POLICY": PolicyQuota(10_000, 10),
        "BEDROCK_POLICY": PolicyQuota(10_000, 10),
        "S3_POLICY": PolicyQuota(10_000, 10),
        "NETWORK_SECURITY_DIRECTOR_POLICY": PolicyQuota(10_000, 10),
        "GUARDDUTY_POLICY": PolicyQuota(10_000, 10),
    }
)

MAX_POLICY_NAME_CHARACTERS: Final = 128
MAX_POLICY_DESCRIPTION_CHARACTERS: Final = 512
MAX_ORGANIZATIONAL_UNIT_DEPTH: Final = 5
MAX_ORGANIZATIONAL_UNITS: Final = 2_000
