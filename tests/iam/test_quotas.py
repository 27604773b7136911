"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html."""

from guardrails.iam.quotas import QUOTAS


def test_service_control_policies() -> None:
    """A service control policy may have 10,240 characters, and ten may hang on one target."""
    quota = QUOTAS["SERVICE_CONTROL_POLICY"]
    assert (quota.max_characters, quota.max_attached) == (10_240, 10)


def test_other_types() -> None:
    """Characters, policies on one target and in the organization, and how many of those on a target are AWS's own."""
    found = {
        name: (quota.max_characters, quota.max_attached, quota.max_in_organization, quota.always_attached)
        for name, quota in QUOTAS.items()
    }
    assert found["SERVICE_CONTROL_POLICY"] == (10_240, 10, 10_000, 1)
    assert found["RESOURCE_CONTROL_POLICY"] == (5_120, 5, 2_000, 1)
    assert found["AISERVICES_OPT_OUT_POLICY"] == (2_500, 5, 1_000, 0)
    assert {found[f"{name}_POLICY"] for name in ("BACKUP", "TAG", "SECURITYHUB")} == {(10_000, 10, 1_000, 0)}


def test_every_quota_makes_sense() -> None:
    """Every type takes at least one policy of some size."""
    assert all(quota.max_characters >= 2_500 and quota.max_attached >= 5 for quota in QUOTAS.values())
