"""What AWS's declarative policies may say: the keys of each type, and the values that each setting takes.

Types that are missing in `SHAPES` are checked for their outermost key and their operators alone.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ec2_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_s3_syntax.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_guardduty_syntax.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Setting:
    """A place that holds a value, or with `many` a list of values; `pattern` matches the whole of each, `what` says so in words."""

    what: str
    pattern: str = "(?s).+"
    many: bool = False


@dataclass(frozen=True)
class Group:
    """A place that holds further places: under `keys`, and under any name that matches `names` what `named` says."""

    keys: "Mapping[str, Shape]" = field(default_factory=dict)
    named: "Shape" = None
    names: str = ""


Shape: TypeAlias = Setting | Group | None
"""None: a place about which nothing is known here."""
ANY_NAME: Final = ".+"


def _one_of(*values: str) -> Setting:
    return Setting(f"one of {', '.join(values)}", "|".join(values))


def _many_of(*values: str) -> Setting:
    return Setting(f"some of {', '.join(values)}", "|".join(values), many=True)


TEXT: Final = Setting("text")
TEXTS: Final = Setting("a list of texts", many=True)
DAYS: Final = Setting("a number of days", r"\d{1,10}")
MINUTES: Final = Setting("a number of minutes", r"\d{1,6}")
SWITCH: Final = _one_of("enabled", "disabled")
TRUTH: Final = Setting("true or false", "(?i:true|false)")
NO_PREFERENCE: Final = "no_preference"
ROLE: Final = Setting(
    "the ARN of a role, with $account for the account", r"arn:[a-z-]+:iam::(\$account|\d{12}):role/.+"
)
VAULT: Final = Setting(
    "the ARN of a backup vault, with $account for the account",
    r"arn:[a-z-]+:backup:(\$region|[a-z0-9-]+):(\$account|\d{12}):backup-vault:.+",
)
IMAGES: Final = Group(
    {
        "allowed_image_providers": Setting(
            "a list of account ids, amazon, aws_marketplace, aws_backup_vault",
            r"\d{12}|amazon|aws_marketplace|aws_backup_vault",
            many=True,
        ),
        "image_names": Setting("a list of names, perhaps with wildcards", r"(?s).{1,128}", many=True),
        "marketplace_product_codes": Setting("a list of product codes", r"[A-Za-z0-9]{1,25}", many=True),
        "creation_date_condition": Group({"maximum_days_since_created": DAYS}),
        "deprecation_time_condition": Group({"maximum_days_since_deprecated": DAYS}),
    }
)
EC2: Final = Group(
    {
        "exception_message": TEXT,
        "vpc_block_public_access": Group(
            {
                "internet_gateway_block": Group(
                    {"mode": _one_of("off", "block_ingress", "block_bidirectional"), "exclusions_allowed": SWITCH}
                )
            }
        ),
        "vpc_encryption_control": Group(
            {"mode": _one_of("unmanaged", "attempt_monitor", "attempt_enforce"), "exclusions": TEXTS}
        ),
        "serial_console_access": Group({"status": SWITCH}),
        "image_block_public_access": Group({"state": _one_of("unblocked", "block_new_sharing")}),
        "allowed_images_settings": Group(
            {
                "state": _one_of("enabled", "disabled", "audit_mode"),
                "image_criteria": Group(named=IMAGES, names=r"criteria_([1-9]|10)"),
            }
        ),
        "instance_metadata_defaults": Group(
            {
                "http_tokens": _one_of(NO_PREFERENCE, "required", "optional"),
                "http_put_response_hop_limit": Setting("a number from -1 to 64", r"-1|\d|[1-5]\d|6[0-4]"),
                "http_endpoint": _one_of(NO_PREFERENCE, "enabled", "disabled"),
                "instance_metadata_tags": _one_of(NO_PREFERENCE, "enabled", "disabled"),
            }
        ),
        "snapshot_block_public_access": Group(
            {"state": _one_of("block_all_sharing", "block_new_sharing", "unblocked")}
        ),
    }
)
LIFECYCLE: Final = Group(
    {
        "move_to_cold_storage_after_days": DAYS,
        "delete_after_days": DAYS,
        "opt_in_to_archive_for_supported_resources": TRUTH,
    }
)
TAG: Final = Group({"tag_key": TEXT, "tag_value": TEXT})
RULE: Final = Group(
    {
        "schedule_expression": Setting("a cron expression: cron(…)", r"cron\(.+\)"),
        "target_backup_vault_name": Setting("the name of a backup vault", r"[A-Za-z0-9_-]{2,50}"),
        "target_logically_air_gapped_backup_vault_arn": VAULT,
        "start_backup_window_minutes": MINUTES,
        "complete_backup_window_minutes": MINUTES,
        "enable_continuous_backup": TRUTH,
        "lifecycle": LIFECYCLE,
        "copy_actions": Group(named=Group({"target_backup_vault_arn": VAULT, "lifecycle": LIFECYCLE}), names=r"arn:.+"),
        "recovery_point_tags": Group(named=TAG, names=ANY_NAME),
        "index_actions": Group({"resource_types": _many_of("EBS", "S3")}),
        "scan_actions": Group({"GUARDDUTY": Group({"scan_mode": _one_of("INCREMENTAL_SCAN", "FULL_SCAN")})}),
    }
)
SELECTIONS: Final = Group(
    {
        "tags": Group(
            named=Group({"iam_role_arn": ROLE, "tag_key": TEXT, "tag_value": TEXTS, "conditions": None}),
            names=ANY_NAME,
        ),
        "resources": Group(
            named=Group(
                {"iam_role_arn": ROLE, "resource_types": TEXTS, "not_resource_types": TEXTS, "conditions": None}
            ),
            names=ANY_NAME,
        ),
    }
)
PLAN: Final = Group(
    {
        "regions": Setting("a list of regions", r"[a-z]{2}(-[a-z]+)+-\d", many=True),
        "rules": Group(named=RULE, names=ANY_NAME),
        "selections": SELECTIONS,
        "advanced_backup_settings": Group(
            {
                "ec2": Group({"windows_vss": SWITCH}),
                "s3": Group({"backup_acls": SWITCH, "backup_object_tags": SWITCH}),
            }
        ),
        "backup_plan_tags": Group(named=TAG, names=ANY_NAME),
        "scan_settings": Group(
            {"GUARDDUTY": Group({"resource_types": _many_of("EBS", "EC2", "S3", "ALL"), "scanner_role_arn": ROLE})}
        ),
    }
)
RESOURCE_TYPES: Final = Setting(
    "a list of resource types, such as ec2:instance or ec2:ALL_SUPPORTED", r"[a-z0-9-]+:[A-Za-z0-9_*/-]+", many=True
)
TAG_RULE: Final = Group(
    {
        "tag_key": TEXT,
        "tag_value": Setting("a list of values, each with one wildcard at most", r"(?s)[^*]*\*?[^*]*", many=True),
        "enforced_for": RESOURCE_TYPES,
        "report_required_tag_for": RESOURCE_TYPES,
    }
)
ENABLEMENT: Final = Group({"status": SWITCH})
AGENTS: Final = dict.fromkeys(
    ("eks_addon_management", "ecs_fargate_agent_management", "ec2_agent_management"), ENABLEMENT
)
GUARDDUTY_BLOCK: Final = Group(
    {
        "foundational": ENABLEMENT,
        "s3_data_events": ENABLEMENT,
        "eks_audit_logs": ENABLEMENT,
        "ebs_malware_protection": ENABLEMENT,
        "rds_login_events": ENABLEMENT,
        "lambda_network_logs": ENABLEMENT,
        "runtime_monitoring": Group({"status": SWITCH, "additional_configuration": Group(AGENTS)}),
        "ai_protection": ENABLEMENT,
    }
)
OPT_OUT: Final = Group({"opt_out_policy": _one_of("optIn", "optOut")})

TOP_LEVEL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TAG_POLICY": "tags",
        "BACKUP_POLICY": "plans",
        "AISERVICES_OPT_OUT_POLICY": "services",
        "CHATBOT_POLICY": "chatbot",
        "DECLARATIVE_POLICY_EC2": "ec2_attributes",
        "SECURITYHUB_POLICY": "securityhub",
        "INSPECTOR_POLICY": "inspector",
        "UPGRADE_ROLLOUT_POLICY": "upgrade_rollout",
        "BEDROCK_POLICY": "bedrock",
        "GUARDDUTY_POLICY": "guardduty",
        "S3_POLICY": "s3_attributes",
        "NETWORK_SECURITY_DIRECTOR_POLICY": "network_security_director",
    }
)
"""The one outermost key of each type. Of the types that are missing here, one outermost key of any name is taken."""
SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "DECLARATIVE_POLICY_EC2": EC2,
        "TAG_POLICY": Group(named=TAG_RULE, names=ANY_NAME),
        "BACKUP_POLICY": Group(named=PLAN, names=ANY_NAME),
        "AISERVICES_OPT_OUT_POLICY": Group(named=OPT_OUT, names=r"[a-z0-9]+"),
        "GUARDDUTY_POLICY": Group({"enablement": Group(named=GUARDDUTY_BLOCK, names=r"default|[a-z]{2}(-[a-z]+)+-\d")}),
        "S3_POLICY": Group({"public_access_block_configuration": _one_of("all", "none")}),
    }
)
"""What stands under the outermost key of each type that is known."""
