"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_strategies.html."""

from guardrails.iam.grammar import IDENTITY
from guardrails.iam.linted import Facts
from tests.lint_cases import found, statement

BESIDE = Facts(beside_full_access=True)


def test_policies_that_allow_and_deny() -> None:
    """An Allow among denials is told where it stands; a list of what is allowed is none, nor an identity policy that does both."""
    both = statement("Allow", Sid="Some", Action="s3:*"), statement(Action="s3:DeleteBucket")
    assert [where for where, _, _ in found("GR404", *both)] == [(0,)]
    assert found("GR404", *both, kind=IDENTITY) == []
    assert found("GR404", both[0]) == []
    assert found("GR404", both[1]) == []


def test_policies_beside_full_access() -> None:
    """An Allow beside FullAWSAccess changes nothing; whether that hangs there must be known."""
    assert [where for where, _, _ in found("GR405", statement("Allow", Action="s3:*"), facts=BESIDE)] == [(0,)]
    assert found("GR405", statement("Allow", Action="s3:*")) == []
    assert found("GR405", statement(Action="s3:*"), facts=BESIDE) == []
