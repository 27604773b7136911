"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html."""

from guardrails.iam.quotas import QUOTAS


def test_service_control_policies() -> None:
    """A service control policy may have 10,240 characters, and ten may hang on one target."""
    quota = QUOTAS["SERVICE_CONTROL_POLICY"]
    assert (quota.max_characters, quota.max_attached) == (10_240, 10)


def test_every_quota_makes_sense() -> None:
    """Every type takes at least one policy of some size."""
    assert all(quota.max_characters >= 2_500 and quota.max_attached >= 5 for quota in QUOTAS.values())
