"""Stack sets, on the sandbox: deployed, widened, mended, withdrawn; every failed instance told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Address, Live
from guardrails.errors import AwsError
from guardrails.resources import (
    ROOT_ADDRESS,
    STACK_SETS_PRINCIPAL,
    account_address,
    organizational_unit_address,
    trusted_access_address,
)
from guardrails.resources.stack import TYPE as STACKS
from guardrails.resources.stack_set import TYPE, StackSet

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
PROD, DEV = organizational_unit_address("Prod"), organizational_unit_address("Dev")
TEMPLATE: Mapping[str, Any] = {
    "Parameters": {"Value": {"Type": "String", "Default": "one"}},
    "Resources": {
        "Setting": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "acme-setting", "Type": "String", "Value": {"Ref": "Value"}},
        }
    },
}
WANTED = StackSet(
    name="acme-example",
    template=TEMPLATE,
    targets={HOME: (PROD,), OTHER: (PROD,)},
    description="An example",
    tags={"team": "platform"},
)


@pytest.fixture
def organization(connection: Connection, sandbox: "Embedded") -> Connection:
    """An organization with two OUs, an account in each, and StackSets activated."""
    client = sandbox.client("organizations")
    root = client.list_roots()["Roots"][0]["Id"]
    for unit, account in (("Prod", "prod"), ("Dev", "dev")):
        made = client.create_organizational_unit(ParentId=root, Name=unit)["OrganizationalUnit"]
        connection.directory.learn(organizational_unit_address(unit), {"id": made["Id"]})
        connection.directory.learn(account_address(account), {"id": create_account(sandbox, account, made["Id"])})
    sandbox.client("cloudformation", HOME).activate_organizations_access()
    return connection


def create_account(sandbox: "Embedded", name: str, parent: str) -> str:
    client = sandbox.client("organizations")
    request = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["Id"]
    for _ in range(20):
        status = client.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        if status["State"] == "SUCCEEDED":
            break
    root = client.list_roots()["Roots"][0]["Id"]
    client.move_account(AccountId=status["AccountId"], SourceParentId=root, DestinationParentId=parent)
    return str(status["AccountId"])


def observed(connection: Connection, *wanted: StackSet) -> dict[str, Live[StackSet]]:
    """What a fresh observation sees, by name."""
    found = TYPE.observe(connection.gateway.reader(), wanted, connection.directory)
    return {item.resource.name: item for item in found if isinstance(item, Live)}


def put(connection: Connection, want: StackSet) -> Mapping[str, str]:
    live = observed(connection, want).get(want.name)
    return TYPE.put(connection.gateway.writer(), want, live, connection.directory)


def operations(connection: Connection) -> dict[str, int]:
    return {call.removeprefix("cloudformation:"): count for call, count in connection.gateway.calls.writes.items()}


def setting(sandbox: "Embedded", connection: Connection, account: str, region: str = HOME) -> str | None:
    """What the set put into an account, None when there is nothing."""
    client = sandbox.client("ssm", region, connection.directory.id(account_address(account)))
    found = client.get_parameters(Names=["acme-setting"])["Parameters"]
    return found[0]["Value"] if found else None


def test_created_then_seen_as_wanted(organization: Connection, sandbox: "Embedded") -> None:
    """A put set stands in every account and region of its targets and nowhere else, is observed as ours, and is written once."""
    attributes = put(organization, WANTED)
    live = observed(organization, WANTED)[WANTED.name]
    assert live.managed
    assert live.resource == WANTED
    assert live.attributes == attributes
    assert setting(sandbox, organization, "prod") == setting(sandbox, organization, "prod", OTHER) == "one"
    assert setting(sandbox, organization, "dev") is None
    put(organization, WANTED)
    assert operations(organization) == {"create_stack_set": 1, "create_stack_instances": 1}


def test_a_new_account_is_covered(organization: Connection, sandbox: "Embedded") -> None:
    """An account that comes into a target OU later has the stacks without a run, and is no difference."""
    put(organization, WANTED)
    new = create_account(sandbox, "prod-two", organization.directory.id(PROD))
    organization.directory.learn(account_address("prod-two"), {"id": new})
    assert observed(organization, WANTED)[WANTED.name].resource.outdated_instances == ()
    assert setting(sandbox, organization, "prod-two") == "one"


@pytest.mark.parametrize(
    "change",
    [{"parameters": {"Value": "two"}}, {"tags": {}}, {"description": "Another"}, {"retain_stacks": True}],
    ids=lambda change: next(iter(change)),
)
def test_an_update_is_one_write(organization: Connection, sandbox: "Embedded", change: dict[str, Any]) -> None:
    """A changed definition is mended by one update_stack_set, seen as wanted, and arrives in the member account."""
    put(organization, WANTED)
    want = replace(WANTED, **change)
    put(organization, want)
    assert observed(organization, want)[WANTED.name].resource == want
    assert operations(organization)["update_stack_set"] == 1
    assert setting(sandbox, organization, "prod", OTHER) == change.get("parameters", {}).get("Value", "one")


def test_targets_move(organization: Connection, sandbox: "Embedded") -> None:
    """An added OU is deployed to and a dropped region is withdrawn from, without touching the definition."""
    put(organization, WANTED)
    want = replace(WANTED, targets={HOME: tuple(sorted((PROD, DEV)))})
    put(organization, want)
    assert observed(organization, want)[WANTED.name].resource == want
    assert setting(sandbox, organization, "dev") == "one"
    assert setting(sandbox, organization, "prod", OTHER) is None
    assert operations(organization) == {"create_stack_set": 1, "create_stack_instances": 2, "delete_stack_instances": 1}


def test_single_accounts(organization: Connection, sandbox: "Embedded") -> None:
    """A set without auto-deployment goes to exactly the named accounts."""
    want = replace(WANTED, targets={HOME: (account_address("dev"),)}, auto_deployment=False)
    put(organization, want)
    assert observed(organization, want)[WANTED.name].resource == want
    assert setting(sandbox, organization, "dev") == "one"
    assert setting(sandbox, organization, "prod") is None
    put(organization, replace(want, targets={HOME: (account_address("prod"),)}))
    assert setting(sandbox, organization, "dev") is None
    assert setting(sandbox, organization, "prod") == "one"


def test_every_failed_instance_is_told(organization: Connection, sandbox: "Embedded") -> None:
    """Where one account fails the others are done; the error names account, region and reason, and so does the next plan."""
    member = sandbox.client("ssm", HOME, organization.directory.id(account_address("prod")))
    member.put_parameter(Name="acme-setting", Type="String", Value="mine")
    want = replace(WANTED, targets={HOME: tuple(sorted((PROD, DEV)))})
    with pytest.raises(AwsError, match=r"1 stack instances failed: prod/eu-west-1: .+") as raised:
        put(organization, want)
    assert raised.value.code == "StackInstancesFailed"
    assert setting(sandbox, organization, "dev") == "one"
    (outdated,) = observed(organization, want)[WANTED.name].resource.outdated_instances
    assert outdated.startswith("prod/eu-west-1: OUTDATED: ")
    member.delete_parameter(Name="acme-setting")
    put(organization, want)
    assert observed(organization, want)[WANTED.name].resource == want
    assert setting(sandbox, organization, "prod") == "one"


def test_a_put_cut_off_is_completed(organization: Connection, sandbox: "Embedded") -> None:
    """A set that a crashed run created but did not deploy is a difference, and the next put deploys it."""
    writer = organization.gateway.writer()
    before_deploying = replace(WANTED, targets={})
    TYPE.put(writer, before_deploying, None, organization.directory)
    assert observed(organization, WANTED)[WANTED.name].resource == before_deploying
    put(organization, WANTED)
    assert observed(organization, WANTED)[WANTED.name].resource == WANTED
    assert operations(organization) == {"create_stack_set": 1, "create_stack_instances": 1}


def test_a_deleted_instance_comes_back(organization: Connection, sandbox: "Embedded") -> None:
    """An instance that somebody deleted is a difference although its OU is still a target, and only it is deployed again."""
    put(organization, WANTED)
    sandbox.client("cloudformation", HOME).delete_stack_instances(
        StackSetName=WANTED.name,
        DeploymentTargets={
            "OrganizationalUnitIds": [organization.directory.id(PROD)],
            "Accounts": [organization.directory.id(account_address("prod"))],
            "AccountFilterType": "INTERSECTION",
        },
        Regions=[OTHER],
        RetainStacks=False,
    )
    assert observed(organization, WANTED)  # looking once lets the operation end
    live = observed(organization, WANTED)[WANTED.name].resource
    assert live.outdated_instances == (f"prod/{OTHER}: MISSING: no stack instance",)
    put(organization, WANTED)
    assert observed(organization, WANTED)[WANTED.name].resource == WANTED
    assert setting(sandbox, organization, "prod", OTHER) == "one"
    assert operations(organization) == {"create_stack_set": 1, "create_stack_instances": 2}


def test_auto_deployment_switched_off_comes_back(organization: Connection, sandbox: "Embedded") -> None:
    """Auto-deployment that somebody switched off is a difference, and comes back with every instance in place."""
    put(organization, WANTED)
    sandbox.client("cloudformation", HOME).update_stack_set(
        StackSetName=WANTED.name, UsePreviousTemplate=True, AutoDeployment={"Enabled": False}
    )
    assert observed(organization, WANTED)
    assert not observed(organization, WANTED)[WANTED.name].resource.auto_deployment
    put(organization, WANTED)
    assert observed(organization, WANTED)[WANTED.name].resource == WANTED
    assert setting(sandbox, organization, "prod") == setting(sandbox, organization, "prod", OTHER) == "one"


@pytest.mark.parametrize("narrower", [False, True], ids=["wider", "narrower"])
def test_nested_targets(organization: Connection, sandbox: "Embedded", narrower: bool) -> None:
    """From an OU to the root above it, or back: what both cover stands in the end, what only the former covered does not."""
    before, after = WANTED, replace(WANTED, targets={HOME: (ROOT_ADDRESS,), OTHER: (ROOT_ADDRESS,)})
    if narrower:
        before, after = after, before
    put(organization, before)
    put(organization, after)
    assert observed(organization, after)[WANTED.name].resource == after
    assert setting(sandbox, organization, "prod") == "one"
    assert setting(sandbox, organization, "dev") == (None if narrower else "one")


def test_what_is_under_way_is_awaited(organization: Connection, sandbox: "Embedded") -> None:
    """An operation that is still running is followed first, and what it did is not done again."""
    put(organization, replace(WANTED, targets={}))
    sandbox.client("cloudformation", HOME).create_stack_instances(
        StackSetName=WANTED.name,
        DeploymentTargets={"OrganizationalUnitIds": [organization.directory.id(PROD)]},
        Regions=[HOME, OTHER],
    )
    put(organization, WANTED)
    assert operations(organization) == {"create_stack_set": 1}
    assert observed(organization, WANTED)[WANTED.name].resource == WANTED


def test_a_suspended_account_is_no_failure(organization: Connection, sandbox: "Embedded") -> None:
    """A closed account neither fails an update nor shows up as outdated, and does not keep the set from being deleted."""
    put(organization, WANTED)
    closed = organization.directory.id(account_address("prod"))
    sandbox.client("organizations").close_account(AccountId=closed)
    want = replace(WANTED, parameters={"Value": "two"})
    put(organization, want)
    assert observed(organization, want)[WANTED.name].resource == want
    TYPE.delete(organization.gateway.writer(), observed(organization)[WANTED.name], organization.directory)
    assert observed(organization) == {}


def test_a_suspended_account_is_no_target(organization: Connection, sandbox: "Embedded") -> None:
    """A closed account that a set of single accounts no longer names is no difference: nothing can be withdrawn from it."""
    both = replace(WANTED, targets={HOME: (account_address("dev"), account_address("prod"))}, auto_deployment=False)
    put(organization, both)
    sandbox.client("organizations").close_account(AccountId=organization.directory.id(account_address("prod")))
    want = replace(both, targets={HOME: (account_address("dev"),)})
    assert observed(organization, want)[WANTED.name].resource == want
    TYPE.delete(organization.gateway.writer(), observed(organization)[WANTED.name], organization.directory)
    assert observed(organization) == {}


def test_the_stacks_of_a_set_are_not_ours(organization: Connection) -> None:
    """The stacks that a set makes bear its tags, yet are not taken for stacks of ours."""
    put(organization, WANTED)
    place = organization.gateway.reader().at("prod", HOME)
    assert list(STACKS.observe(place, [], organization.directory)) == []


def test_deleted_with_its_stacks(organization: Connection, sandbox: "Embedded") -> None:
    """Deleting a set withdraws it from everywhere first."""
    put(organization, WANTED)
    TYPE.delete(organization.gateway.writer(), observed(organization)[WANTED.name], organization.directory)
    assert observed(organization) == {}
    assert setting(sandbox, organization, "prod") is None


def test_a_stranger_is_not_read(organization: Connection) -> None:
    """Of a set that is neither ours nor wanted neither targets nor instances are read."""
    organization.gateway.writer().write(
        "cloudformation",
        "create_stack_set",
        StackSetName="theirs",
        TemplateBody='{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}',
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
    )
    organization.gateway.calls.reads.clear()
    assert not observed(organization)["theirs"].managed
    assert set(organization.gateway.calls.reads) == {
        "cloudformation:list_stack_sets",
        "cloudformation:describe_stack_set",
    }


def test_references() -> None:
    """A set waits for its targets and for StackSets' trusted access."""
    assert WANTED.references() == {PROD, trusted_access_address(STACK_SETS_PRINCIPAL)}
    assert isinstance(next(iter(WANTED.references())), Address)
