"""The rules that AWS Config evaluates in every account unless told otherwise, and the regions where AWS has less than elsewhere.

Security Hub makes the rules of its own controls, and evaluates them again where somebody has put the same: so these are managed rules
that none of its controls makes. Each is cheap: it looks at few resources, or once a day.

Sources: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html,
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

GLOBAL_TYPES: Final = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")
"""What exists once for all regions, and is recorded wherever it is not left out."""
WITHOUT_GLOBAL_TYPES: Final = frozenset(
    "ap-east-2 ap-south-2 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-west-1 eu-central-2 eu-south-2"
    " il-central-1 me-central-1 me-west-1 mx-central-1".split()
)
"""Regions that came after February 2022, in which AWS Config records none of the global types.

Source: https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
"""
FEWER_RULES: Final = WITHOUT_GLOBAL_TYPES | {"ap-northeast-3", "ap-southeast-3"}
"""Regions in which AWS has not every managed rule."""


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """One managed rule, by its identifier; `why` says what it finds that no control of Security Hub does.

    `once` is for what is the same in every region; a rule that is not `everywhere` is left out of the regions with fewer rules.
    """

    identifier: str
    why: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    once: bool = False
    everywhere: bool = True


BASELINE: Final[Mapping[str, BaselineRule]] = MappingProxyType(
    {
        "securityhub-enabled": BaselineRule(
            "SECURITYHUB_ENABLED", "Security Hub is on: it cannot tell of an account that it does not see"
        ),
        "cloudtrail-security-trail-enabled": BaselineRule(
            "CLOUDTRAIL_SECURITY_TRAIL_ENABLED",
            "One trail has everything at once: all regions, all management events, validation, a key",
            once=True,
        ),
        "guardduty-non-archived-findings": BaselineRule(
            "GUARDDUTY_NON_ARCHIVED_FINDINGS",
            "Nobody leaves a grave finding of GuardDuty for longer than a day, a lesser one for a week or a month",
            {"daysHighSev": "1", "daysMediumSev": "7", "daysLowSev": "30"},
            everywhere=False,
        ),
        "ec2-token-hop-limit-check": BaselineRule(
            "EC2_TOKEN_HOP_LIMIT_CHECK",
            "Credentials of an instance go no further than a container on it",
            {"tokenHopLimit": "2"},
            everywhere=False,
        ),
        "ec2-no-amazon-key-pair": BaselineRule(
            "EC2_NO_AMAZON_KEY_PAIR", "Nobody signs in to an instance with a key that somebody keeps", everywhere=False
        ),
        "ec2-instance-profile-attached": BaselineRule(
            "EC2_INSTANCE_PROFILE_ATTACHED", "Every instance has a role, and so needs no access keys"
        ),
        "ec2-instance-launched-with-allowed-ami": BaselineRule(
            "EC2_INSTANCE_LAUNCHED_WITH_ALLOWED_AMI", "What was launched before images were limited, or in audit mode"
        ),
        "ec2-client-vpn-not-authorize-all": BaselineRule(
            "EC2_CLIENT_VPN_NOT_AUTHORIZE_ALL", "No VPN lets every client everywhere", everywhere=False
        ),
        "backup-recovery-point-manual-deletion-disabled": BaselineRule(
            "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", "Nobody deletes a backup by hand", everywhere=False
        ),
    }
)
