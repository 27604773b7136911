"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html."""

from typing import Any

import pytest

from guardrails.iam.grammar import RESOURCE_CONTROL
from guardrails.iam.linted import Facts
from tests.lint_cases import found, statement

TRUSTED = Facts(trusted_principals=("arn:*:iam::*:role/Deployer", "arn:*:iam::*:role/stacksets-exec-*"))
WHO = "aws:PrincipalArn"


@pytest.mark.parametrize(
    ("condition", "bound"),
    [
        ({}, True),
        ({"ArnNotLike": {WHO: list(TRUSTED.trusted_principals)}}, False),
        ({"arnnotlikeifexists": {"AWS:principalarn": "arn:*:iam::*:role/*"}}, False),
        ({"ArnNotLike": {WHO: "arn:*:iam::*:role/Deployer"}}, True),
        ({"ArnNotLike": {WHO: "arn:aws:iam::*:role/Deployer"}}, True),
        ({"ArnLike": {WHO: list(TRUSTED.trusted_principals)}}, True),
        ({"ArnLike": {WHO: "arn:*:iam::*:root"}}, False),
        ({"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}, True),
    ],
)
def test_whom_a_deny_binds(condition: dict[str, Any], bound: bool) -> None:
    """A Deny must let every trusted principal alone by a negated condition on its ARN, unless it is about root users."""
    assert bool(found("GR406", statement(Condition=condition), facts=TRUSTED)) == bound


def test_who_is_not_asked() -> None:
    """Nobody is asked about where nobody is trusted, of statements that say why, of those that allow, and of RCPs."""
    assert found("GR406", statement()) == []
    assert found("GR406", statement("Allow"), facts=TRUSTED) == []
    assert found("GR406", statement(Principal="*", Action="s3:*"), kind=RESOURCE_CONTROL, facts=TRUSTED) == []
    excepted = Facts(TRUSTED.trusted_principals, frozenset({1}))
    assert [where for where, _, _ in found("GR406", statement(), statement(Action="s3:*"), facts=excepted)] == [(0,)]
