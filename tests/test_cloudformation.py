"""How templates and parameters travel: the same text for equal templates, and nothing lost on the way back."""

from collections import OrderedDict
from typing import Any

import pytest

from guardrails.cloudformation import given_parameters, is_same_to_aws, parameter_list, parsed_template, template_body

TEMPLATE = {
    "Parameters": {"A": {"Type": "String"}, "B": {"Type": "Number", "Default": 3}},
    "Resources": {"R": {"Type": "AWS::SNS::Topic"}},
}


def test_equal_templates_have_one_text() -> None:
    """The text does not depend on the order of keys."""
    assert template_body(dict(reversed(TEMPLATE.items()))) == template_body(TEMPLATE)


@pytest.mark.parametrize("body", [template_body(TEMPLATE), OrderedDict(TEMPLATE)], ids=["text", "parsed by boto3"])
def test_a_template_comes_back_as_it_went(body: Any) -> None:
    """Whether AWS answers with text or boto3 with a mapping, the template is the one that was sent."""
    assert parsed_template(body) == TEMPLATE


@pytest.mark.parametrize("body", ["Resources:\n  R: {Type: AWS::SNS::Topic}\n", "[]", "[1]", ""])
def test_what_is_no_json_template_equals_nothing_of_ours(body: str) -> None:
    """A stranger's YAML, or no template at all, is kept as text and is never mistaken for a template."""
    assert parsed_template(body) == {"(not JSON)": body}


@pytest.mark.parametrize(
    ("live", "wanted", "given"),
    [
        ({"A": "x", "B": "3"}, {"A": "x"}, {"A": "x"}),
        ({"A": "x", "B": "4"}, {"A": "x"}, {"A": "x", "B": "4"}),
        ({"A": "x", "B": "3"}, {"A": "x", "B": "3"}, {"A": "x", "B": "3"}),
        ({}, {"A": "x"}, {}),
    ],
)
def test_given_parameters(live: dict[str, str], wanted: dict[str, str], given: dict[str, str]) -> None:
    """A default that nobody asked for is no parameter; one that was changed behind our back is."""
    assert given_parameters({"Parameters": parameter_list(live)}, TEMPLATE, wanted) == given


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"Description": "x"}, True),
        ({"Metadata": {"a": 1}}, True),
        ({"Parameters": {}}, False),
        ({"Resources": {}}, False),
        ({"Outputs": {"O": {"Value": 1}}}, False),
    ],
)
def test_remarks(change: dict[str, Any], same: bool) -> None:
    """Only what CloudFormation calls no change is none."""
    assert is_same_to_aws(TEMPLATE, {**TEMPLATE, **change}) is same
