"""What an answer would be otherwise, for every family of condition operators."""

from typing import Any

import pytest

from guardrails.resources import ROOT_ADDRESS
from guardrails.simulation.answers import ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.questions import Question
from guardrails.simulation.words import otherwise
from tests.simulation.shop import SHOP, deny


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
         ["allowed when aws:MultiFactorAuthPresent is 'true'", "denied when aws:MultiFactorAuthPresent is 'false' or absent"]),
        ({"NumericLessThan": {"s3:max-keys": "10"}},
         ["denied when s3:max-keys is '9'", "allowed when s3:max-keys is '10' or '11' or absent"]),
        ({"DateGreaterThan": {"aws:TokenIssueTime": "2026-01-01"}},
         ["denied when aws:TokenIssueTime is 'after 2026-01-01'",
          "allowed when aws:TokenIssueTime is 'before 2026-01-01' or '2026-01-01' or absent"]),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}},
         ["allowed when aws:SourceIp is '10.0.0.0/8'", "denied when aws:SourceIp is another or absent"]),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]}},
         ["denied when aws:TagKeys is 'a' or 'b'", "allowed when aws:TagKeys is another or absent"]),
        ({"StringLike": {"ec2:InstanceType": [f"t{number}.*" for number in range(9)]}},
         ["denied when ec2:InstanceType is 't0.*' or 't1.*' or 't2.*' or 't3.*' or 't4.*' or 't5.*' or 3 more",
          "allowed when ec2:InstanceType is another or absent"]),
        ({"Null": {"aws:TagKeys": "true"}},
         ["allowed when aws:TagKeys is given", "denied when aws:TagKeys is absent"]),
        ({"StringNotEquals": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}},
         ["aws:PrincipalTag/team decides together with other keys, or by a value that no condition names"]),
    ],
)  # fmt: skip
def test_by_the_values_of_a_key(condition: dict[str, Any], said: list[str]) -> None:
    """For each key that is not given, the values that change the answer come first, and then those that do not."""
    hierarchy = declared_hierarchy(SHOP, [deny("x", "ec2:StopInstances", ROOT_ADDRESS, condition=condition)])
    (case,) = ask(hierarchy, Question("dev", "role/X", "ec2:StopInstances")).cases
    assert list(otherwise(case.otherwise, case.decision.outcome)) == said
