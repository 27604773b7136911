from typing import Any

import pytest

from guardrails.sandbox.cloudformation import property_differences, resource_schemas


def compared(resource_type: str, expected: dict[str, Any], actual: dict[str, Any]) -> list[tuple[str, str]]:
    schema = resource_schemas.schema(resource_type)
    return [(one.type, one.path) for one in property_differences.compare(expected, actual, schema)]


def tags(*names: str) -> dict[str, Any]:
    return {"Tags": [{"Key": name, "Value": "1"} for name in names]}


def role(document: Any) -> dict[str, Any]:
    return {"AssumeRolePolicyDocument": document}


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (tags("a", "b"), tags("b", "a"), []),
        (tags("a"), tags("a", "b"), [("ADD", "/Tags/1")]),
        (tags("a", "b"), tags("b"), [("REMOVE", "/Tags/0")]),
        (tags("a"), {"Tags": [{"Key": "a", "Value": "2"}]}, [("NOT_EQUAL", "/Tags/0/Value")]),
        (tags("a"), {}, [("REMOVE", "/Tags")]),
        ({"Description": ""}, {}, []),
        ({"Description": "x"}, {"Description": "y"}, [("NOT_EQUAL", "/Description")]),
        ({}, {"Description": "y"}, []),
        (role({"Statement": [{"Sid": "a"}]}), role({"Statement": [{"Sid": "a"}]}), []),
        (role('{"Statement": []}'), role({"Statement": []}), []),
        (role("no JSON"), role({"Id": "x"}), [("NOT_EQUAL", "/AssumeRolePolicyDocument")]),
        (role({"Id": "x"}), role({"Id": "x", "a/b": 1}), [("ADD", "/AssumeRolePolicyDocument/a~1b")]),
        (
            role({"Statement": [{"Sid": "a"}]}),
            role({"Statement": [{"Sid": "b"}, {"Sid": "c"}]}),
            [
                ("NOT_EQUAL", "/AssumeRolePolicyDocument/Statement/0/Sid"),
                ("ADD", "/AssumeRolePolicyDocument/Statement/1"),
            ],
        ),
    ],
)
def test_differences_are_found_where_they_are(
    expected: dict[str, Any], actual: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    """Arrays without order compare as sets, free-form JSON as a whole, objects by what is set; paths are JSON pointers."""
    assert compared("AWS::IAM::Role", expected, actual) == found


def lifecycle(**rule: Any) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **rule}]}}


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        (lifecycle(ExpirationInDays=1), lifecycle(ExpirationInDays=1, Prefix="logs/"), [("ADD", "Prefix")]),
        (lifecycle(ExpiredObjectDeleteMarker=True), lifecycle(), []),
        (
            lifecycle(NoncurrentVersionExpirationInDays=1),
            lifecycle(NoncurrentVersionExpiration={"NoncurrentDays": 1}),
            [],
        ),
    ],
)
def test_items_of_arrays_compare_as_a_whole(
    expected: dict[str, Any], actual: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    """What an item of an array has too much is found; an item of which a part is write-only compares by what is set."""
    prefix = "/LifecycleConfiguration/Rules/0/"
    assert compared("AWS::S3::Bucket", expected, actual) == [(kind, prefix + name) for kind, name in found]


def test_a_name_and_the_arn_that_ends_in_it_are_the_same() -> None:
    """A key may be set by its ARN and read back by its id, and the other way round; another key's id is a difference."""
    arn = "arn:aws:kms:eu-west-1:111111111111:key/one"
    assert compared("AWS::KMS::Alias", {"TargetKeyId": arn}, {"TargetKeyId": "one"}) == []
    assert compared("AWS::KMS::Alias", {"TargetKeyId": "one"}, {"TargetKeyId": arn}) == []
    assert compared("AWS::KMS::Alias", {"TargetKeyId": arn}, {"TargetKeyId": "ne"}) != []
