"""The organization's policies besides SCPs compile with everything that their kinds need, and nothing when none is declared."""

from guardrails.controls.organization_policies import CONTROL, DeclaredPolicyOfKind, OrganizationPolicies
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.resources import organizational_unit_address
from guardrails.resources.policy import Policy
from guardrails.resources.policy_type import PolicyType
from guardrails.resources.trusted_access import TrustedAccess


def test_two_kinds(organization: Organization, library: Library) -> None:
    """A policy of each kind, on its targets, with its parameters, after the type and the trust it needs."""
    backup = DeclaredPolicyOfKind(
        kind="backup",
        policy="daily-and-monthly",
        name="",
        targets=Targets(organizational_units=("Workloads/Prod",)),
        parameters={"vault": "acme", "daily_days": 7},
    )
    settings = OrganizationPolicies(
        policies=(DeclaredPolicyOfKind(kind="s3", policy="block-public-access", name=""), backup)
    )
    items = list(CONTROL.resources(organization, library, settings))
    kinds = {item.name for item in items if isinstance(item, PolicyType)}
    assert kinds == {"S3_POLICY", "BACKUP_POLICY"}
    assert [item.name for item in items if isinstance(item, TrustedAccess)] == ["backup.amazonaws.com"]
    first, second = (item for item in items if isinstance(item, Policy))
    assert first.content == {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}}
    assert second.targets == (organizational_unit_address("Workloads/Prod"),)
    daily = second.content["plans"]["guardrails-daily-and-monthly"]["rules"]["daily"]
    assert daily["target_backup_vault_name"] == {"@@assign": "acme"}
    assert daily["lifecycle"] == {"delete_after_days": {"@@assign": "7"}}


def test_nothing_declared(organization: Organization, library: Library) -> None:
    """With no policy declared nothing is wanted."""
    assert list(CONTROL.resources(organization, library, OrganizationPolicies(policies=()))) == []
