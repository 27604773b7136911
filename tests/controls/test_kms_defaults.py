"""Default keys compile to stack sets for members and stacks for the management account, covering exactly the targets."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.controls.kms_defaults import CONTROL, KmsDefaults
from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.resources import (
    ROOT_ADDRESS,
    STACK_SETS_PRINCIPAL,
    account_address,
    organizational_unit_address,
    trusted_access_address,
)
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet
from guardrails.resources.trusted_access import TrustedAccess

REGIONS = ("eu-central-1", "eu-west-1")


def compiled(organization: Organization, library: Library, targets: Targets) -> Sequence[Resource | Caveat]:
    return list(CONTROL.resources(organization, library, KmsDefaults(targets=targets)))


def stack_sets(items: Sequence[Resource | Caveat]) -> dict[str, StackSet]:
    return {item.name: item for item in items if isinstance(item, StackSet)}


def stacks(items: Sequence[Resource | Caveat]) -> set[tuple[str, str, str]]:
    return {(item.name, item.account, item.region) for item in items if isinstance(item, Stack)}


def everywhere(*addresses: Address) -> dict[str, tuple[Address, ...]]:
    return dict.fromkeys(REGIONS, addresses)


def test_everywhere(organization: Organization, library: Library) -> None:
    """Without targets one set covers the root in every governed region, and stacks the management account, which no set reaches."""
    items = compiled(organization, library, Targets())
    (stack_set,) = stack_sets(items).values()
    assert stack_set.targets == everywhere(ROOT_ADDRESS)
    assert stack_set.auto_deployment
    assert trusted_access_address(STACK_SETS_PRINCIPAL) in stack_set.references()
    assert TrustedAccess(name=STACK_SETS_PRINCIPAL) in items
    assert stacks(items) == {("acme-kms-defaults", "", region) for region in REGIONS}
    assert {item.template["Description"] for item in items if isinstance(item, Stack | StackSet)} == {
        stack_set.template["Description"]
    }


def test_units(organization: Organization, library: Library) -> None:
    """OU targets become the set's targets; the management account is not among them."""
    items = compiled(
        organization, library, Targets(organizational_units=("Security", "Workloads/Prod"), regions=("eu-west-1",))
    )
    (stack_set,) = stack_sets(items).values()
    prod, security = organizational_unit_address("Workloads/Prod"), organizational_unit_address("Security")
    assert stack_set.targets == {"eu-west-1": (security, prod)}
    assert stacks(items) == set()


def test_a_split_unit(organization: Organization, library: Library) -> None:
    """Where an exclusion splits an OU in which accounts sit, these get a set of their own, and the reviewer is told."""
    targets = Targets(organizational_units=("Workloads",), excluded_organizational_units=("Workloads/Dev",))
    items = compiled(organization, library, targets)
    sets = stack_sets(items)
    assert sets["acme-kms-defaults"].targets == everywhere(organizational_unit_address("Workloads/Prod"))
    assert sets["acme-kms-defaults-accounts"].targets == everywhere(account_address("trial"))
    assert not sets["acme-kms-defaults-accounts"].auto_deployment
    (caveat,) = [item for item in items if isinstance(item, Caveat)]
    assert caveat.sentence.startswith("acme-kms-defaults: new accounts need a run")


def test_the_management_account_alone(organization: Organization, library: Library) -> None:
    """The management account alone needs no stack set at all."""
    items = compiled(organization, library, Targets(accounts=("management",)))
    assert {type(item) for item in items} == {Stack}
    assert len(stacks(items)) == 2


def test_administrators(organization: Organization, library: Library) -> None:
    """Who may destroy a key are the roles that no guardrail binds, those of StackSets among them."""
    (stack_set,) = stack_sets(compiled(organization, library, Targets())).values()
    text = str(stack_set.template)
    for role in ("GuardrailsDeployer", "BreakGlass", "OrganizationAccountAccessRole", "stacksets-exec-*"):
        assert f"role/{role}" in text


def test_keys(organization: Organization, library: Library) -> None:
    """There is a key for each kind of use that is asked for; the function that sets EBS comes with its key, and can be left out."""

    def template(settings: KmsDefaults) -> dict[str, str]:
        (stack_set,) = stack_sets(list(CONTROL.resources(organization, library, settings))).values()
        assert stack_set.capabilities == (("CAPABILITY_IAM",) if settings.ebs_encryption_by_default else ())
        return {name: resource["Type"] for name, resource in stack_set.template["Resources"].items()}

    everything = template(KmsDefaults())
    assert {name for name in everything if name.endswith("Key")} == {"EbsKey", "RdsKey", "S3Key", "SecretsKey"}
    assert everything["SettingsFunction"] == "AWS::Lambda::Function"
    assert set(template(KmsDefaults(keys=("default",), ebs_encryption_by_default=False))) == {
        "DefaultKey",
        "DefaultAlias",
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"rotation_period_days": 89},
        {"deletion_window_days": 31},
        {"rotation": 90},
        {"keys": ["rds"]},
        {"keys": ["sqs"]},
    ],
)
def test_settings_refused(settings: dict[str, Any]) -> None:
    """What KMS would refuse is refused while the configuration is read."""
    with pytest.raises(ValidationError):
        KmsDefaults.model_validate(settings)
