from typing import Any

import pytest

from guardrails.sandbox.cloudformation.intrinsics import Scope, references, unsupported
from guardrails.sandbox.cloudformation.resource_types import Resource
from guardrails.sandbox.serving.refusals import Refusal

SCOPE = Scope(
    parameters={"Env": "prod", "List": ["a", "b"], "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"},
    mappings={"Sizes": {"prod": {"size": "large"}}},
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
        "IsTest": {"Fn::Not": [{"Condition": "IsProd"}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsTest"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsTest"}]},
    },
    imported=str.upper,
    attribute_of=lambda resource, name: f"{resource}-{name}",
    resources={"Key": Resource("key-id")},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Env"}, "prod"),
        ({"Ref": "Key"}, "key-id"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "Key-Arn"),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, "8"]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::ImportValue": {"Ref": "Env"}}, "PROD"),
        ({"Fn::GetAtt": "Key.Some.Part"}, "Key-Some.Part"),
        ({"Fn::Sub": "${Env}-${Key}-${Key.Arn}-${AWS::AccountId}"}, "prod-key-id-Key-Arn-111122223333"),
        ({"Fn::Sub": "${!Literal} and ${Env}"}, "${Literal} and prod"),
        ({"Fn::Sub": ["${Local}/${Env}", {"Local": {"Ref": "Key"}}]}, "key-id/prod"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Env"}]]}, "a-prod"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Fn::Split": [":", "x:y:z"]}]}, "y"),
        ({"Fn::If": ["IsProd", "yes", "no"]}, "yes"),
        ({"Fn::If": ["IsTest", "yes", "no"]}, "no"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "size"]}, "large"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Condition": {"StringEquals": {"a": {"Ref": "Env"}}}}, {"Condition": {"StringEquals": {"a": "prod"}}}),
    ],
)
def test_functions_resolve(value: Any, expected: Any) -> None:
    """Each function gives what CloudFormation gives; a policy's Condition is no function.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
    """
    assert SCOPE.resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Absent"},
        {"Fn::Select": [3, ["a"]]},
        {"Fn::FindInMap": ["Sizes", "no", "size"]},
        {"Fn::Join": "no list"},
        {"Fn::Join": ["-", {"Ref": "Env"}]},
        {"Fn::Join": ["-", ["a", ["b"]]]},
        {"Fn::Join": ["-", {"a": "b"}]},
        {"Fn::Select": [0, {"a": "b"}]},
        {"Fn::Select": [0, "text"]},
        {"Fn::Sub": "${List}"},
        {"Fn::If": ["IsProd"]},
        {"Fn::If": ["NoSuch", 1, 2]},
        {"Fn::Select": ["x", ["a"]]},
        {"Fn::GetAtt": ["Key"]},
    ],
)
def test_wrong_uses_are_refused(value: Any) -> None:
    """A function that cannot be carried out is a ValidationError."""
    with pytest.raises(Refusal) as refused:
        SCOPE.resolve(value)
    assert refused.value.code == "ValidationError"


def test_references_are_found_everywhere() -> None:
    """Ref, GetAtt and Sub count, local Sub names and pseudo parameters do not."""
    value = [
        {"Ref": "A"},
        {"x": {"Fn::GetAtt": ["B", "Arn"]}},
        {"Fn::Sub": ["${C.Arn}${D}${!E}${AWS::Region}", {"D": {"Ref": "F"}}]},
    ]
    assert references(value) == {"A", "B", "C", "F"}


def test_functions_that_are_not_implemented_are_named() -> None:
    """Nothing passes through unresolved."""
    assert unsupported({"a": [{"Fn::Length": ["x"]}, {"Fn::Sub": "y"}]}) == {"Fn::Length"}
