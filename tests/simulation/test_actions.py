"""Which actions a question is about."""

import pytest

from guardrails.errors import ConfigError
from guardrails.iam.catalogue import catalogue
from guardrails.simulation.actions import SENSITIVE, expanded


def test_patterns_and_names() -> None:
    """A pattern becomes every action that it matches; a name is spelled as AWS does, one that is not known is taken as it is."""
    asked = ["cloudtrail:S?opLogging", "s3:getobject", "brandnew:Action"]
    assert list(expanded(asked)) == ["cloudtrail:StopLogging", "s3:GetObject", "brandnew:Action"]
    assert {"cloudtrail:StopLogging", "cloudtrail:DeleteTrail"} < set(expanded(["CloudTrail:*"]))


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("s3", "'s3' is no action (write service:Name, such as s3:GetObject)"),
        ("s3:Xyz*", "'s3:Xyz*' matches no action that is known"),
        ("cloudtrial:*", "'cloudtrial:*' matches no action that is known (did you mean cloudtrail:*?)"),
        ("cloudtrail:StopLoging", "'cloudtrail:StopLoging' is no action that is known as of "),
        ("cloudtrial:StopLogging", "'cloudtrial:StopLogging' is no action that is known as of "),
    ],
)
def test_what_matches_nothing(pattern: str, message: str) -> None:
    """A pattern that matches no action is refused, with the service that it may have meant."""
    with pytest.raises(ConfigError) as error:
        list(expanded([pattern]))
    assert str(error.value).startswith(message)


def test_the_sensitive_actions_exist() -> None:
    """Every action of a matrix without actions is one that AWS knows, spelled as AWS does."""
    assert [catalogue().action(action) for action in SENSITIVE] == list(SENSITIVE)
