"""https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html."""

from typing import Any

import pytest

from guardrails.iam.declarative_grammar import CONTROL, flaws
from guardrails.iam.declarative_shapes import SHAPES, TOP_LEVEL
from guardrails.iam.quotas import QUOTAS

EC2, TAG, BACKUP, AI, S3 = (
    "DECLARATIVE_POLICY_EC2",
    "TAG_POLICY",
    "BACKUP_POLICY",
    "AISERVICES_OPT_OUT_POLICY",
    "S3_POLICY",
)
PUBLIC = "public_access_block_configuration"
LATE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}x\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"


def found(policy_type: str, document: Any) -> list[str]:
    return [f"{flaw.where}: {flaw.message}" for flaw in flaws(document, policy_type)]


def rule(**settings: Any) -> dict[str, Any]:
    return {"plans": {"p": {"rules": {"r": settings}}}}


def lifecycle(cold: str, end: str) -> dict[str, Any]:
    days = {"move_to_cold_storage_after_days": {"@@assign": cold}, "delete_after_days": {"@@assign": end}}
    return rule(lifecycle=days)


@pytest.mark.parametrize(
    ("policy_type", "document"),
    [
        (S3, {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}}),
        (TAG, {"tags": {"cost": {"tag_key": {"@@assign": "Cost"}, "tag_value": {"@@append": ["100", "2*"]}}}}),
        (TAG, {"tags": {"cost": {"enforced_for": {"@@assign": ["ec2:ALL_SUPPORTED"]}}}}),
        (EC2, {"ec2_attributes": {"instance_metadata_defaults": {"http_put_response_hop_limit": {"@@assign": 4}}}}),
        (AI, {"services": {"@@operators_allowed_for_child_policies": ["@@none"]}}),
        (BACKUP, lifecycle("30", "120")),
        (BACKUP, lifecycle("30", LATE)),
        (BACKUP, rule(target_backup_vault_name={"@@assign": LATE}, enable_continuous_backup={"@@assign": True})),
        ("CHATBOT_POLICY", {"chatbot": {"anything": {"deep": {"@@assign": 1}}}}),
        ("SECURITYHUB_CSPM_POLICY", {"of_any_name": {}}),
    ],
)
def test_right_policies(policy_type: str, document: Any) -> None:
    """What AWS's pages show has no flaw, nor has a value that AWS completes later; types that are not known are checked less."""
    assert found(policy_type, document) == []


@pytest.mark.parametrize(
    ("policy_type", "document", "flaw"),
    [
        (TAG, [], "the policy: a policy of type TAG_POLICY has one outermost key, 'tags'"),
        (TAG, {"plans": {}}, "the policy: a policy of type TAG_POLICY has one outermost key, 'tags'"),
        ("SECURITYHUB_CSPM_POLICY", {}, "the policy: a policy of type SECURITYHUB_CSPM_POLICY has one outermost key"),
        (S3, {"s3_attributes": {"@@assign": "all"}}, "s3_attributes: the outermost key holds a mapping of settings"),
        (TAG, {"tags": {"c": {"tag_key": "C"}}}, "tags, c, tag_key: 'tag_key' is set without an operator"),
        (TAG, {"tags": {"c": {"tag_key": {"@@set": "C"}}}}, "tags, c, tag_key, @@set: unknown operator @@set"),
        (TAG, {"tags": {"c": {"tag_key": {"@@assign": "C", "x": {}}}}},
         "tags, c, tag_key: a setting has operators or further settings, not both"),
        (TAG, {"tags": {"c": {"tag_key": {"x": {"@@assign": "C"}}}}}, "tags, c, tag_key, x: 'tag_key' takes text, not further settings"),
        (TAG, {"tags": {"c": {"tag_kee": {"@@assign": "C"}}}}, "tags, c, tag_kee: unknown key 'tag_kee'"),
        (TAG, {"tags": {"c": {"tag_key": {"@@assign": "D"}}}}, "tags, c, tag_key: tag_key is 'D': it is 'c', in capitals or not"),
        (TAG, {"tags": {"c": {"tag_key": {"@@append": ["C"]}}}},
         "tags, c, tag_key, @@append: 'tag_key' holds one value: @@append is for lists"),
        (TAG, {"tags": {"c": {"tag_value": {"@@append": "x"}}}}, "tags, c, tag_value, @@append: @@append takes a list"),
        (TAG, {"tags": {"c": {"tag_value": {"@@assign": {"x": 1}}}}}, "tags, c, tag_value, @@assign: @@assign takes a value or a list"),
        (TAG, {"tags": {"c": {"tag_value": {"@@assign": "x"}}}},
         "tags, c, tag_value, @@assign: 'tag_value' takes a list of values, each with one wildcard at most, not one value"),
        (TAG, {"tags": {"c": {"tag_value": {"@@assign": ["*x*"]}}}}, "tags, c, tag_value, @@assign: 'tag_value' is '*x*'"),
        (TAG, {"tags": {"c": {"@@assign": "x"}}}, "tags, c, @@assign: 'c' holds further settings, not a value"),
        (TAG, {"tags": {"@@operators_allowed_for_child_policies": ["@@some"]}},
         f"tags, {CONTROL}: {CONTROL} takes @@all, @@none, or some of @@assign, @@append, @@remove"),
        (EC2, {"ec2_attributes": {"serial_console_access": {"status": {"@@assign": "off"}}}},
         "ec2_attributes, serial_console_access, status, @@assign: 'status' is 'off'"),
        (EC2, {"ec2_attributes": {"allowed_images_settings": {"image_criteria": {"first": {}}}}},
         "ec2_attributes, allowed_images_settings, image_criteria, first: unknown key 'first'"),
        (S3, {"s3_attributes": {PUBLIC: {"@@assign": ["all"]}}},
         f"s3_attributes, {PUBLIC}, @@assign: {PUBLIC!r} takes one of all, none, not a list"),
        (AI, {"services": {"lex": {"opt_out_policy": {"@@assign": "no"}}}},
         "services, lex, opt_out_policy, @@assign: 'opt_out_policy' is 'no'"),
        (BACKUP, rule(schedule_expression={"@@assign": "daily"}),
         "plans, p, rules, r, schedule_expression, @@assign: 'schedule_expression' is 'daily'"),
        (BACKUP, lifecycle("30", "119"),
         "plans, p, rules, r, lifecycle, delete_after_days: delete_after_days is 119, less than 90 days after the move to cold storage"),
    ],
)  # fmt: skip
def test_wrong_policies(policy_type: str, document: Any, flaw: str) -> None:
    """Everything that is wrong is told with its path."""
    assert found(policy_type, document) == [flaw]


def test_types() -> None:
    """Every type that is known here is one that AWS has, and what is known of its keys stands below its outermost one."""
    assert set(SHAPES) <= set(TOP_LEVEL) <= set(QUOTAS)
