import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/set"}}
TEMPLATE = json.dumps({"Resources": {"Group": GROUP}})
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture
def units(sandbox: Embedded, root_id: str) -> dict[str, str]:
    """An OU Workloads with an OU Production in it, and an OU Sandbox beside it."""
    organizations = sandbox.client("organizations")
    ids = {"Root": root_id}
    for parent, name in (("Root", "Workloads"), ("Workloads", "Production"), ("Root", "Sandbox")):
        made = organizations.create_organizational_unit(ParentId=ids[parent], Name=name)
        ids[name] = made["OrganizationalUnit"]["Id"]
    return ids


@pytest.fixture
def deploy(sandbox: Embedded, units: dict[str, str]) -> Callable[..., Any]:
    """Makes a stack set and deploys it to an OU; answers the client."""
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()

    def run(unit: str, *, name: str = "set", enabled: bool = True, retain: bool = False, **targets: Any) -> Any:
        automatic = {"Enabled": True, "RetainStacksOnAccountRemoval": retain} if enabled else {"Enabled": False}
        cloudformation.create_stack_set(
            StackSetName=name, TemplateBody=TEMPLATE, PermissionModel="SERVICE_MANAGED", AutoDeployment=automatic
        )
        to = {"OrganizationalUnitIds": [units[unit]], **targets}
        cloudformation.create_stack_instances(StackSetName=name, DeploymentTargets=to, Regions=REGIONS)
        cloudformation.list_stack_set_operations(StackSetName=name)
        return cloudformation

    return run


@pytest.fixture
def move(sandbox: Embedded, units: dict[str, str]) -> Callable[[str, str, str], None]:
    """Moves an account from one OU to another."""

    def run(account: str, source: str, destination: str) -> None:
        request = {"SourceParentId": units[source], "DestinationParentId": units[destination]}
        sandbox.client("organizations").move_account(AccountId=account, **request)

    return run


def deployed(sandbox: Embedded, account: str) -> list[str]:
    """The regions in which the account has the stack set's log group."""
    clients = {region: sandbox.client("logs", region=region, account=account) for region in REGIONS}
    return [region for region, logs in clients.items() if logs.describe_log_groups()["logGroups"]]


def test_a_new_account_under_the_root_is_deployed_to(sandbox: Embedded, deploy: Callable[..., Any]) -> None:
    """A set that targets the root reaches an account as soon as it is created: first RUNNING, then CURRENT.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
    """
    cloudformation = deploy("Root")
    organizations = sandbox.client("organizations")
    request = organizations.create_account(AccountName="a", Email="a@example.com")["CreateAccountStatus"]["Id"]
    organizations.describe_create_account_status(CreateAccountRequestId=request)
    looks = [cloudformation.list_stack_instances(StackSetName="set")["Summaries"] for _ in range(2)]
    assert {one["StackInstanceStatus"]["DetailedStatus"] for one in looks[0]} == {"RUNNING"}
    assert {one["Status"] for one in looks[1]} == {"CURRENT"}
    assert deployed(sandbox, looks[1][0]["Account"]) == REGIONS
    actions = [one["Action"] for one in cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"]]
    assert actions == ["CREATE", "CREATE"]


def test_an_account_that_moves_in_and_out_gets_and_loses_its_stacks(
    sandbox: Embedded, deploy: Callable[..., Any], new_account: NewAccount, move: Callable[[str, str, str], None]
) -> None:
    """Any OU beneath the target counts; a move within the target changes nothing."""
    cloudformation = deploy("Workloads")
    account = new_account("a")
    assert deployed(sandbox, account) == []
    move(account, "Root", "Production")
    assert deployed(sandbox, account) == REGIONS
    before = [one["StackId"] for one in cloudformation.list_stack_instances(StackSetName="set")["Summaries"]]
    move(account, "Production", "Workloads")
    cloudformation.list_stack_instances(StackSetName="set")
    after = [one["StackId"] for one in cloudformation.list_stack_instances(StackSetName="set")["Summaries"]]
    assert (deployed(sandbox, account), after) == (REGIONS, before)
    move(account, "Workloads", "Sandbox")
    assert deployed(sandbox, account) == []
    cloudformation.list_stack_instances(StackSetName="set")
    assert cloudformation.list_stack_instances(StackSetName="set")["Summaries"] == []


def test_stacks_are_retained_when_the_set_says_so(
    sandbox: Embedded, deploy: Callable[..., Any], new_account: NewAccount, move: Callable[[str, str, str], None]
) -> None:
    """RetainStacksOnAccountRemoval leaves the stacks in the account; the instances are gone."""
    cloudformation = deploy("Workloads", retain=True)
    account = new_account("a")
    move(account, "Root", "Workloads")
    move(account, "Workloads", "Root")
    assert deployed(sandbox, account) == REGIONS
    for _ in range(3):
        left = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert left == []


def test_without_auto_deployment_nothing_follows(
    sandbox: Embedded, deploy: Callable[..., Any], new_account: NewAccount
) -> None:
    """A set with auto-deployment off deploys only when it is told to."""
    deploy("Root", enabled=False)
    assert deployed(sandbox, new_account("a")) == []


def test_auto_deployment_ignores_account_filters(
    sandbox: Embedded, deploy: Callable[..., Any], new_account: NewAccount
) -> None:
    """A set that was deployed to one account of an OU deploys to every account that comes under the OU.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
    """
    chosen, other = new_account("chosen"), new_account("other")
    deploy("Root", Accounts=[chosen], AccountFilterType="INTERSECTION")
    assert [deployed(sandbox, account) for account in (chosen, other, new_account("new"))] == [REGIONS, [], REGIONS]


def test_a_move_between_two_target_ous_makes_the_stacks_anew(
    sandbox: Embedded,
    deploy: Callable[..., Any],
    new_account: NewAccount,
    move: Callable[[str, str, str], None],
    units: dict[str, str],
) -> None:
    """The old OU's departure deletes the stacks, the new OU's arrival creates new ones, in two operations.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
    """
    account = new_account("a")
    move(account, "Root", "Workloads")
    cloudformation = deploy("Workloads", OrganizationalUnitIds=[units["Workloads"], units["Sandbox"]])
    before = {one["StackId"] for one in cloudformation.list_stack_instances(StackSetName="set")["Summaries"]}
    move(account, "Workloads", "Sandbox")
    assert deployed(sandbox, account) == REGIONS
    after = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert not before & {one["StackId"] for one in after}
    assert {one["OrganizationalUnitId"] for one in after} == {units["Sandbox"]}
    listed = cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"]
    assert [one["Action"] for one in listed] == ["CREATE", "DELETE", "CREATE"]


def test_deleted_targets_are_deployed_to_no_more(
    sandbox: Embedded, deploy: Callable[..., Any], units: dict[str, str], new_account: NewAccount
) -> None:
    """Deleting an OU's instances in a region ends auto-deployment there; the targets are listed by OU and region.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetAutoDeploymentTargets.html
    """
    cloudformation = deploy("Root")

    def targets() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = cloudformation.list_stack_set_auto_deployment_targets(StackSetName="set")[
            "Summaries"
        ]
        return found

    assert targets() == [{"OrganizationalUnitId": units["Root"], "Regions": REGIONS}]
    assert cloudformation.describe_stack_set(StackSetName="set")["StackSet"]["OrganizationalUnitIds"] == [units["Root"]]
    request = {"StackSetName": "set", "DeploymentTargets": {"OrganizationalUnitIds": [units["Root"]]}}
    cloudformation.delete_stack_instances(**request, Regions=["us-east-1"], RetainStacks=False)
    assert targets() == [{"OrganizationalUnitId": units["Root"], "Regions": ["eu-west-1"]}]
    assert deployed(sandbox, new_account("a")) == ["eu-west-1"]


def test_a_closed_account_keeps_its_instances(
    sandbox: Embedded, deploy: Callable[..., Any], new_account: NewAccount
) -> None:
    """Closing an account removes no instance from the set."""
    cloudformation = deploy("Root")
    sandbox.client("organizations").close_account(AccountId=new_account("a"))
    assert len(cloudformation.list_stack_instances(StackSetName="set")["Summaries"]) == len(REGIONS)


def test_a_removed_account_loses_its_stacks(
    sandbox: Embedded, deploy: Callable[..., Any], invited_account: NewAccount
) -> None:
    """An account that leaves the organization has left every target OU."""
    cloudformation = deploy("Root")
    account = invited_account("a")
    cloudformation.list_stack_instances(StackSetName="set")
    sandbox.client("organizations").remove_account_from_organization(AccountId=account)
    looks = [cloudformation.list_stack_instances(StackSetName="set")["Summaries"] for _ in range(2)]
    assert (len(looks[0]), looks[1]) == (2, [])
