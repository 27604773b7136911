from typing import Any

import pytest

from guardrails.sandbox.cloudformation import stack_parameters
from guardrails.sandbox.serving.refusals import Refusal

DECLARED: dict[str, dict[str, Any]] = {
    "Account": {"Type": "String", "AllowedPattern": "[0-9]{12}"},
    "Mode": {"Type": "String", "AllowedValues": ["a", "b"], "Default": "a"},
    "Days": {"Type": "Number", "MinValue": 1, "MaxValue": 9, "Default": 5},
    "Names": {"Type": "CommaDelimitedList", "Default": "x, y"},
}
ACCOUNT = {"Account": "111122223333"}


def test_defaults_fill_what_is_not_given() -> None:
    """Every declared parameter has a value as text; lists are split when they are used."""
    values = stack_parameters.effective(DECLARED, ACCOUNT)
    assert values == {"Account": "111122223333", "Mode": "a", "Days": "5", "Names": "x, y"}
    assert stack_parameters.resolved(DECLARED, values)["Names"] == ["x", "y"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"Parameters: \[Account\] must have values"),
        ({**ACCOUNT, "Colour": "red"}, r"Parameters: \[Colour\] do not exist in the template"),
        ({"Account": "12"}, "Parameter Account failed to satisfy constraint"),
        ({**ACCOUNT, "Mode": "c"}, "Parameter 'Mode' must be one of AllowedValues"),
        ({**ACCOUNT, "Days": "many"}, "is not a number"),
        ({**ACCOUNT, "Days": "0"}, "not less than 1"),
        ({**ACCOUNT, "Days": "10"}, "not greater than 9"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, str], message: str) -> None:
    """Unknown, missing and forbidden values are ValidationErrors that name the parameter.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    with pytest.raises(Refusal, match=message) as refused:
        stack_parameters.effective(DECLARED, values)
    assert refused.value.code == "ValidationError"


def test_a_parameter_type_that_is_not_implemented_says_so() -> None:
    """Types that AWS resolves by itself are refused, not taken for text."""
    with pytest.raises(Refusal, match="does not implement parameters of type AWS::EC2::Instance::Colour"):
        stack_parameters.effective({"A": {"Type": "AWS::EC2::Instance::Colour"}}, {"A": "x"})


def test_previous_values_are_taken_on_request() -> None:
    """UsePreviousValue takes the stack's value, and is refused where there is none."""
    asked: list[dict[str, Any]] = [
        {"ParameterKey": "A", "UsePreviousValue": True},
        {"ParameterKey": "B", "ParameterValue": "2"},
    ]
    assert stack_parameters.given(asked, {"A": "1"}) == {"A": "1", "B": "2"}
    with pytest.raises(Refusal, match="Cannot specify usePreviousValue"):
        stack_parameters.given(asked, {})
