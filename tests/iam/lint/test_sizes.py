"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html."""

import pytest

from guardrails.iam.grammar import IDENTITY, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST
from tests.lint_cases import found, statement


@pytest.mark.parametrize(
    ("kind", "characters", "rule"),
    [
        (SERVICE_CONTROL, 10_400, "GR103"),
        (SERVICE_CONTROL, 9_800, ""),
        (RESOURCE_CONTROL, 5_200, "GR103"),
        (RESOURCE_CONTROL, 4_800, ""),
        (IDENTITY, 10_400, "GR104"),
        (IDENTITY, 6_400, "GR105"),
        (IDENTITY, 5_800, ""),
        (TRUST, 4_200, "GR104"),
        (TRUST, 2_300, "GR105"),
        (TRUST, 1_700, ""),
    ],
)
def test_sizes(kind: str, characters: int, rule: str) -> None:
    """A policy that is larger than AWS takes is an error; larger than it takes without being asked, a warning."""
    large = statement(Action="s3:GetObject", Condition={"StringEquals": {"aws:PrincipalOrgID": "x" * characters}})
    told = {each: found(each, large, kind=kind) for each in ("GR103", "GR104", "GR105")}
    assert [each for each, findings in told.items() if findings] == ([rule] if rule else [])
