"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.stack_sets.conftest import EmptySet

NewAccount = Callable[..., str]
Start = Callable[..., str]
BUCKET = {"BucketName": {"Fn::Sub": "b-${AWS::AccountId}-${AWS::Region}"}}
TEMPLATE = json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": BUCKET}}})
SOFT = {"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}


@pytest.fixture
def accounts(new_account: NewAccount) -> list[str]:
    """Four member accounts in the order in which operations take them."""
    return [new_account(name) for name in ("a", "b", "c", "d")]


@pytest.fixture
def cloudformation(empty_set: EmptySet) -> Any:
    """A client with an empty stack set in an organization that has StackSets activated."""
    return empty_set(TEMPLATE)


@pytest.fixture
def start(cloudformation: Any, root_id: str) -> Start:
    """Starts creating instances everywhere in the given regions; answers the operation's id."""

    def run(regions: list[str], **preferences: Any) -> str:
        targets = {"OrganizationalUnitIds": [root_id]}
        operation: str = cloudformation.create_stack_instances(
            StackSetName="set", DeploymentTargets=targets, Regions=regions, OperationPreferences=preferences
        )["OperationId"]
        return operation

    return run


def status(cloudformation: Any, operation: str) -> str:
    found = cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
    status: str = found["StackSetOperation"]["Status"]
    return status


def results(cloudformation: Any, operation: str, region: str = "eu-west-1") -> list[str]:
    """The results in a region, account by account."""
    found = cloudformation.list_stack_set_operation_results(StackSetName="set", OperationId=operation)["Summaries"]
    return [one["Status"] for one in found if one["Region"] == region]


def take_names(sandbox: Embedded, accounts: list[str]) -> None:
    """Make the buckets that the stack set wants in those accounts, so that it cannot."""
    place = {"LocationConstraint": "eu-west-1"}
    for account in accounts:
        s3 = sandbox.client("s3", region="eu-west-1")
        s3.create_bucket(Bucket=f"b-{account}-eu-west-1", CreateBucketConfiguration=place)


def buckets(sandbox: Embedded, account: str) -> int:
    return len(sandbox.client("s3", account=account).list_buckets()["Buckets"])


def test_a_running_operation_says_what_it_has_begun_with(
    cloudformation: Any, accounts: list[str], start: Start
) -> None:
    """While it runs, the accounts that are worked on are RUNNING and those to come PENDING, in results and instances.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationResultSummary.html
    """
    operation = start(["us-east-1", "eu-west-1"], **SOFT, MaxConcurrentCount=3, RegionOrder=["eu-west-1", "us-east-1"])
    instances = cloudformation.list_stack_instances(StackSetName="set", StackInstanceRegion="eu-west-1")["Summaries"]
    expected = ["RUNNING", "RUNNING", "RUNNING", "PENDING"]
    assert [one["StackInstanceStatus"]["DetailedStatus"] for one in instances] == expected
    assert {one["Status"] for one in instances} == {"OUTDATED"}
    assert results(cloudformation, operation) == ["SUCCEEDED"] * 4


def test_regions_run_one_after_another_or_all_at_once(cloudformation: Any, accounts: list[str], start: Start) -> None:
    """SEQUENTIAL begins with the first region of the order, PARALLEL with all of them.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
    """
    found = {}
    for kind in ("SEQUENTIAL", "PARALLEL"):
        order = ["us-east-1", "eu-west-1"]
        operation = start(["eu-west-1", "us-east-1"], RegionConcurrencyType=kind, RegionOrder=order)
        asked = {"StackSetName": "set", "OperationId": operation}
        listed = cloudformation.list_stack_set_operation_results(**asked)["Summaries"]
        found[kind] = {one["Region"] for one in listed if one["Status"] == "RUNNING"}
        status(cloudformation, operation)
    assert found == {"SEQUENTIAL": {"us-east-1"}, "PARALLEL": {"eu-west-1", "us-east-1"}}


def test_an_operation_is_stopped(sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Start) -> None:
    """It is STOPPING, then STOPPED: what had begun is brought to its end, what had not is CANCELLED and never reached.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html
    """
    operation = start(["eu-west-1"], **SOFT, MaxConcurrentCount=2)
    assert status(cloudformation, operation) == "RUNNING"
    cloudformation.stop_stack_set_operation(StackSetName="set", OperationId=operation)
    assert [status(cloudformation, operation) for _ in range(2)] == ["STOPPING", "STOPPED"]
    assert results(cloudformation, operation) == ["SUCCEEDED", "SUCCEEDED", "CANCELLED", "CANCELLED"]
    assert [buckets(sandbox, account) for account in accounts] == [1, 1, 0, 0]
    instances = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert [one["Status"] for one in instances] == ["CURRENT", "CURRENT", "OUTDATED", "OUTDATED"]


def test_an_ended_operation_cannot_be_stopped(cloudformation: Any, accounts: list[str], start: Start) -> None:
    """Stopping what has ended, or is being stopped, is an invalid operation.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html
    """
    operation = start(["eu-west-1"])
    assert [status(cloudformation, operation) for _ in range(2)] == ["RUNNING", "SUCCEEDED"]
    with pytest.raises(ClientError, match="InvalidOperationException"):
        cloudformation.stop_stack_set_operation(StackSetName="set", OperationId=operation)


def test_nobody_sees_an_account_before_the_operation_is_there(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Start
) -> None:
    """An operation that nobody watches has ended when somebody looks into a member account."""
    operation = start(["eu-west-1"])
    assert buckets(sandbox, accounts[3]) == 1
    assert status(cloudformation, operation) == "SUCCEEDED"


@pytest.mark.parametrize(
    ("failing", "preferences", "expected"),
    [
        (1, {}, ["FAILED", "CANCELLED", "CANCELLED", "CANCELLED"]),
        (
            2,
            {"FailureTolerancePercentage": 49, "MaxConcurrentCount": 4},
            ["FAILED", "FAILED", "CANCELLED", "CANCELLED"],
        ),
        (
            2,
            {"FailureTolerancePercentage": 50, "MaxConcurrentCount": 4},
            ["FAILED", "FAILED", "SUCCEEDED", "SUCCEEDED"],
        ),
        (2, {"FailureToleranceCount": 1, "MaxConcurrentCount": 4}, ["FAILED", "FAILED", "CANCELLED", "CANCELLED"]),
        (1, {**SOFT, "MaxConcurrentPercentage": 74}, ["FAILED", "SUCCEEDED", "CANCELLED", "CANCELLED"]),
        (1, {**SOFT, "MaxConcurrentPercentage": 10}, ["FAILED", "CANCELLED", "CANCELLED", "CANCELLED"]),
    ],
)
def test_tolerance_and_concurrency_bound_the_damage(
    sandbox: Embedded,
    cloudformation: Any,
    accounts: list[str],
    start: Start,
    failing: int,
    preferences: dict[str, Any],
    expected: list[str],
) -> None:
    """Percentages are rounded down, but one account is always worked on; strict tolerance begins with no more than may fail, and one.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/concurrency-mode.html
    """
    take_names(sandbox, accounts[:failing])
    operation = start(["eu-west-1"], **preferences)
    status(cloudformation, operation)
    assert results(cloudformation, operation) == expected
    assert status(cloudformation, operation) == ("FAILED" if "CANCELLED" in expected else "SUCCEEDED")


def test_managed_execution_runs_together_what_does_not_conflict(
    cloudformation: Any, accounts: list[str], start: Start
) -> None:
    """Queued operations begin in the order of the requests, together as long as they work in different places.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ManagedExecution.html
    """
    managed = {"Active": True}
    cloudformation.update_stack_set(StackSetName="set", UsePreviousTemplate=True, ManagedExecution=managed)
    cloudformation.describe_organizations_access()
    regions = ["eu-west-1", "us-east-1", "eu-central-1", "us-east-1"]
    operations = [start([region]) for region in regions]
    looks = []
    for _ in range(4):
        listed = cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"]
        found = {one["OperationId"]: one["Status"] for one in listed}
        looks.append([found[operation] for operation in operations])
    assert looks == [
        ["RUNNING", "QUEUED", "QUEUED", "QUEUED"],
        ["SUCCEEDED", "RUNNING", "RUNNING", "QUEUED"],
        ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "RUNNING"],
        ["SUCCEEDED"] * 4,
    ]


def test_a_queued_operation_is_stopped_before_it_begins(cloudformation: Any, accounts: list[str], start: Start) -> None:
    """It ends STOPPED, without results; the execution configuration cannot be changed while operations wait.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ManagedExecution.html
    """
    change = {"StackSetName": "set", "UsePreviousTemplate": True}
    cloudformation.update_stack_set(**change, ManagedExecution={"Active": True})
    operation = start(["eu-west-1"])
    with pytest.raises(ClientError, match="InvalidOperationException"):
        cloudformation.update_stack_set(**change, ManagedExecution={"Active": False})
    cloudformation.stop_stack_set_operation(StackSetName="set", OperationId=operation)
    assert (status(cloudformation, operation), results(cloudformation, operation)) == ("STOPPED", [])
