"""What identity.yaml declares compiles to groups, permission sets, and one assignment for each selected account."""

from dataclasses import replace

import pytest

from guardrails.controls.identity_center import CONTROL
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Assignment, Group, Identity, Organization, PermissionSet, Targets
from guardrails.resources import account_address, group_address, permission_set_address
from guardrails.resources.account_assignment import AccountAssignment
from guardrails.resources.group import Group as GroupResource
from guardrails.resources.permission_set import PermissionSet as PermissionSetResource

AWS_MANAGED = "arn:aws:iam::aws:policy"


def compiled(organization: Organization, library: Library, identity: Identity) -> list[Resource]:
    settings = CONTROL.settings()
    found = CONTROL.resources(replace(organization, identity=identity), library, settings)
    return [item for item in found if isinstance(item, Resource)]


def assigned(organization: Organization, library: Library, *targets: Targets) -> list[str]:
    identity = Identity(assignments=tuple(Assignment("developers", "ReadOnly", each) for each in targets))
    return [item.name for item in compiled(organization, library, identity)]


def test_groups(organization: Organization, library: Library) -> None:
    """A group is a group with its description; one that is not described is left as it is."""
    identity = Identity(groups=(Group("auditors"), Group("developers", "Build")))
    assert compiled(organization, library, identity) == [
        GroupResource(name="auditors"),
        GroupResource(name="developers", description="Build"),
    ]


def test_permission_sets(organization: Organization, library: Library) -> None:
    """Bare names of AWS managed policies become ARNs, sorted, each once; everything else is taken as declared."""
    inline = {"Version": "2012-10-17", "Statement": []}
    declared = PermissionSet(
        "Developer",
        description="Build",
        session_duration="PT8H",
        relay_state="https://console.aws.amazon.com/s3",
        managed_policies=("job-function/ViewOnlyAccess", f"{AWS_MANAGED}/ReadOnlyAccess", "ReadOnlyAccess"),
        inline_policy=inline,
    )
    (found,) = compiled(organization, library, Identity(permission_sets=(declared,)))
    assert found == PermissionSetResource(
        name="Developer",
        description="Build",
        session_duration="PT8H",
        relay_state="https://console.aws.amazon.com/s3",
        managed_policies=(f"{AWS_MANAGED}/ReadOnlyAccess", f"{AWS_MANAGED}/job-function/ViewOnlyAccess"),
        inline_policy=inline,
    )


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (Targets(), ["dev", "log-archive", "management", "prod", "security-tooling", "trial"]),
        (Targets(organizational_units=("Workloads",), excluded_accounts=("trial",)), ["dev", "prod"]),
        (
            Targets(organizational_units=("Root",), excluded_organizational_units=("Workloads", "Security")),
            ["management"],
        ),
        (Targets(accounts=("management",)), ["management"]),
    ],
    ids=["everywhere", "a subtree", "the management account is left", "the management account"],
)
def test_assignments(organization: Organization, library: Library, targets: Targets, expected: list[str]) -> None:
    """An assignment becomes one for each selected account, the management account too when it is selected."""
    assert assigned(organization, library, targets) == [f"developers | ReadOnly | {name}" for name in expected]


def test_equal_assignments_become_one(organization: Organization, library: Library) -> None:
    """What two declarations both say is said once."""
    overlapping = (Targets(organizational_units=("Workloads",)), Targets(accounts=("prod",)))
    assert assigned(organization, library, *overlapping) == assigned(organization, library, overlapping[0])


def test_an_assignment_refers(organization: Organization, library: Library) -> None:
    """An assignment names its group, its permission set and its account by their addresses."""
    identity = Identity(assignments=(Assignment("developers", "ReadOnly", Targets(accounts=("prod",))),))
    assert compiled(organization, library, identity) == [
        AccountAssignment(
            name="developers | ReadOnly | prod",
            principal=group_address("developers"),
            permission_set=permission_set_address("ReadOnly"),
            target=account_address("prod"),
        )
    ]


def test_nothing_declared(organization: Organization, library: Library) -> None:
    """An organization that declares no identities wants nothing, although the control is on by default."""
    assert CONTROL.enabled_by_default
    assert compiled(organization, library, Identity()) == []
