"""https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html."""

import pytest

from tests.lint_cases import found, statement


@pytest.mark.parametrize(
    ("action", "rule", "suggestion"),
    [
        ("cloudtrail:StopLoging", "GR202", "did you mean 'StopLogging'?"),
        ("cloudtrail:StopLgoging", "GR202", "did you mean 'StopLogging'?"),
        ("clodtrail:StopLogging", "GR202", "did you mean 'cloudtrail'?"),
        ("cloudtrail:StoppedLogging", "GR201", "did you mean 'StopLogging'?"),
        ("securityhub:UpdateAggregatorV3", "GR201", "did you mean 'UpdateAggregatorV2'?"),
        ("s4:GetObject", "GR201", ""),
        ("cloudtrail:Halt*", "GR203", ""),
        ("cloudtrail:??", "GR203", ""),
    ],
)
def test_actions_that_are_none(action: str, rule: str, suggestion: str) -> None:
    """One slip away from an action is an error; anything else is not known; a wildcard that matches nothing is told as such."""
    where, message, advice = found(rule, statement(Action=["s3:GetObject", action]))[0]
    assert (where, advice) == ((0, "Action", 1), suggestion)
    assert action.partition(":")[0] in message
    assert sum(len(found(each, statement(Action=action))) for each in ("GR201", "GR202", "GR203")) == 1


@pytest.mark.parametrize("action", ["*", "*:*", "*:Get*", "S3:getobject", "s3:Get*", "cloudtrail:Stop????ing", "ec2:*"])
def test_actions_that_are_some(action: str) -> None:
    """What AWS knows is no finding, in whichever case, nor what may be of any service."""
    assert [found(each, statement(Action=action)) for each in ("GR201", "GR202", "GR203")] == [[], [], []]


def test_actions_that_are_let_alone() -> None:
    """A slip in NotAction is found too: it denies what should be let alone."""
    assert found("GR202", statement(NotAction="iam:GetRoles"))[0][0] == (0, "NotAction")
