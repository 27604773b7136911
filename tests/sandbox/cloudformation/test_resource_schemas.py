import re
from collections.abc import Iterator
from typing import Any

import pytest

from guardrails.sandbox.cloudformation import resource_schemas, resource_types

NAMES = sorted(resource_types.implemented())


def patterns(rule: Any) -> Iterator[str]:
    if isinstance(rule, dict):
        if isinstance(rule.get("pattern"), str):
            yield rule["pattern"]
        rule = list(rule.values())
    if isinstance(rule, list):
        for item in rule:
            yield from patterns(item)


@pytest.mark.parametrize("name", NAMES)
def test_implemented_types_and_their_properties_exist(name: str) -> None:
    """Every type and every property that the sandbox applies is one that AWS has, under the same name."""
    assert resource_schemas.exists(name)
    implementation = resource_types.find(name)
    assert implementation is not None
    assert implementation.applied <= set(resource_schemas.schema(name).document["properties"])


@pytest.mark.parametrize("name", NAMES)
def test_the_registrys_patterns_can_be_checked(name: str) -> None:
    """Every pattern in the schema of an implemented type compiles, Unicode classes included."""
    compiled = [resource_schemas._pattern(text) for text in patterns(resource_schemas.schema(name).document)]
    assert all(isinstance(pattern, re.Pattern) for pattern in compiled)


def test_an_unknown_type_does_not_exist() -> None:
    """What AWS does not have is not in the registry."""
    assert not resource_schemas.exists("AWS::S3::Bukkit")


@pytest.mark.parametrize(
    ("properties", "problems"),
    [
        ({"EnableKeyRotation": "true", "RotationPeriodInDays": "90"}, []),
        ({"Colour": "red"}, ["#: extraneous key [Colour] is not permitted"]),
        ({"Tags": [{"Key": "a"}]}, ["#/Tags/0: required key [Value] not found"]),
        ({"Tags": [{"Key": "a", "Value": "b", "More": "c"}]}, ["#/Tags/0: extraneous key [More] is not permitted"]),
        ({"KeyUsage": "FUN"}, ["#/KeyUsage: FUN is not a valid enum value"]),
        ({"RotationPeriodInDays": 60}, ["#/RotationPeriodInDays: 60 is not greater or equal to 90"]),
        ({"PendingWindowInDays": 31}, ["#/PendingWindowInDays: 31 is not less or equal to 30"]),
        ({"EnableKeyRotation": "maybe"}, ["#/EnableKeyRotation: expected type: boolean, found: string"]),
        ({"Description": {"a": 1}}, ["#/Description: expected type: string, found: object"]),
        ({"Arn": "mine"}, ["#: extraneous key [Arn] is not permitted"]),
    ],
)
def test_properties_are_checked_in_cloudformations_words(properties: dict[str, Any], problems: list[str]) -> None:
    """What the registry's schema forbids is named with its place.

    Source: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
    """
    assert resource_schemas.schema("AWS::KMS::Key").conform(properties)[1] == problems


def test_scalars_come_out_in_the_schemas_types() -> None:
    """Templates may write booleans and numbers as text, and text as numbers."""
    given = {"EnableKeyRotation": "true", "RotationPeriodInDays": "90", "Description": 5}
    value, _ = resource_schemas.schema("AWS::KMS::Key").conform(given)
    assert value == {"EnableKeyRotation": True, "RotationPeriodInDays": 90, "Description": "5"}
    alarm = resource_schemas.schema("AWS::CloudWatch::Alarm")
    given = {"ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": "2", "Threshold": "-0.5"}
    assert alarm.conform(given) == ({**given, "EvaluationPeriods": 2, "Threshold": -0.5}, [])


def test_create_only_properties_call_for_replacement() -> None:
    """A changed BucketName replaces the bucket, a changed tag does not."""
    schema = resource_schemas.schema("AWS::S3::Bucket")
    assert schema.replacing({"BucketName": "a"}, {"BucketName": "b"}) == ["BucketName"]
    assert schema.replacing({"BucketName": "a"}, {"BucketName": "a", "Tags": []}) == []


def test_tags_follow_the_registry() -> None:
    """The registry says which types are tagged, in which property, and which get CloudFormation's own tags."""
    assert resource_schemas.schema("AWS::S3::Bucket").tag_property() == "Tags"
    assert resource_schemas.schema("AWS::S3::Bucket").has_system_tags()
    assert resource_schemas.schema("AWS::KMS::Alias").tag_property() is None
    assert not resource_schemas.schema("AWS::IAM::Role").has_system_tags()
