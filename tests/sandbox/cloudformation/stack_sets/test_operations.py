import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.stack_sets.conftest import EmptySet

NewAccount = Callable[..., str]
TEMPLATE = json.dumps(
    {
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": {"Fn::Sub": "b-${AWS::AccountId}-${AWS::Region}"}},
            }
        }
    }
)
SOFT = {"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE", "MaxConcurrentPercentage": 100}


@pytest.fixture
def accounts(new_account: NewAccount) -> list[str]:
    """Three member accounts in the order in which operations take them."""
    return [new_account(name) for name in ("a", "b", "c")]


@pytest.fixture
def cloudformation(empty_set: EmptySet) -> Any:
    """A client with an empty stack set in an organization that has StackSets activated."""
    return empty_set(TEMPLATE)


@pytest.fixture
def start(cloudformation: Any, root_id: str) -> Callable[..., str]:
    """Starts creating instances everywhere in the given regions; answers the operation's id."""

    def run(regions: list[str], **request: Any) -> str:
        targets = {"OrganizationalUnitIds": [root_id]}
        operation: str = cloudformation.create_stack_instances(
            StackSetName="set", DeploymentTargets=targets, Regions=regions, **request
        )["OperationId"]
        return operation

    return run


def described(cloudformation: Any, operation: str) -> dict[str, Any]:
    found = cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
    described: dict[str, Any] = found["StackSetOperation"]
    return described


def results(cloudformation: Any, operation: str) -> dict[tuple[str, str], str]:
    found = cloudformation.list_stack_set_operation_results(StackSetName="set", OperationId=operation)["Summaries"]
    return {(one["Account"], one["Region"]): one["Status"] for one in found}


def take_name(sandbox: Embedded, account: str, region: str) -> None:
    """Make the bucket that the stack set wants in that account and region, so that it cannot."""
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    sandbox.client("s3", region=region).create_bucket(Bucket=f"b-{account}-{region}", **place)


def test_an_operation_runs_before_it_ends(cloudformation: Any, accounts: list[str], start: Callable[..., str]) -> None:
    """The first look shows RUNNING, the next how it ended, with its preferences and targets.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperation.html
    """
    operation = start(["eu-west-1"], OperationPreferences=SOFT)
    first, second = described(cloudformation, operation), described(cloudformation, operation)
    assert (first["Status"], "EndTimestamp" in first) == ("RUNNING", False)
    assert (second["Action"], second["Status"]) == ("CREATE", "SUCCEEDED")
    assert second["EndTimestamp"] >= second["CreationTimestamp"]
    assert second["OperationPreferences"]["MaxConcurrentPercentage"] == 100
    assert list(second["DeploymentTargets"]) == ["OrganizationalUnitIds"]
    assert set(results(cloudformation, operation).values()) == {"SUCCEEDED"}


def test_a_second_operation_must_wait(cloudformation: Any, accounts: list[str], start: Callable[..., str]) -> None:
    """OperationInProgressException while one is running, for deletions of the set too; asking again succeeds in the end.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
    """
    start(["eu-west-1"])
    with pytest.raises(ClientError, match="OperationInProgressException") as refused:
        start(["us-east-1"])
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    start(["us-east-1"])
    with pytest.raises(ClientError, match="OperationInProgressException"):
        cloudformation.delete_stack_set(StackSetName="set")


def test_managed_execution_queues(cloudformation: Any, accounts: list[str], start: Callable[..., str]) -> None:
    """With managed execution a conflicting operation is QUEUED, then runs, then ends.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ManagedExecution.html
    """
    request = {"StackSetName": "set", "UsePreviousTemplate": True, "ManagedExecution": {"Active": True}}
    update = cloudformation.update_stack_set(**request)["OperationId"]
    while described(cloudformation, update)["Status"] != "SUCCEEDED":
        pass
    first, second = start(["eu-west-1"]), start(["us-east-1"])
    looks = [described(cloudformation, second)["Status"] for _ in range(3)]
    assert looks == ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert described(cloudformation, first)["Status"] == "SUCCEEDED"


def test_an_operation_id_is_used_once(cloudformation: Any, accounts: list[str], start: Callable[..., str]) -> None:
    """OperationId is an idempotence token: the second use is refused, and unknown ids are not found.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
    """
    start(["eu-west-1"], OperationId="mine")
    with pytest.raises(ClientError, match="OperationIdAlreadyExistsException"):
        start(["us-east-1"], OperationId="mine")
    with pytest.raises(ClientError, match="OperationNotFoundException"):
        described(cloudformation, "another")


def test_a_failure_stops_a_strict_operation(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """By default one account at a time and no tolerance: after a failure the rest is CANCELLED, the next region too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
    """
    take_name(sandbox, accounts[1], "eu-west-1")
    operation = start(["eu-west-1", "us-east-1"])
    described(cloudformation, operation)
    ended = described(cloudformation, operation)
    assert (ended["Status"], ended["StatusDetails"]) == ("FAILED", {"FailedStackInstancesCount": 1})
    found = results(cloudformation, operation)
    assert [found[account, "eu-west-1"] for account in accounts] == ["SUCCEEDED", "FAILED", "CANCELLED"]
    assert {found[account, "us-east-1"] for account in accounts} == {"CANCELLED"}
    assert sandbox.client("s3", account=accounts[2]).list_buckets()["Buckets"] == []


def test_a_tolerated_failure_is_a_success(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """Within the tolerance the operation SUCCEEDS; the failed instance is OUTDATED with its reason, the others CURRENT."""
    take_name(sandbox, accounts[1], "eu-west-1")
    operation = start(["eu-west-1"], OperationPreferences={**SOFT, "FailureTolerancePercentage": 50})
    described(cloudformation, operation)
    assert described(cloudformation, operation)["Status"] == "SUCCEEDED"
    instances = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert [one["Status"] for one in instances] == ["CURRENT", "OUTDATED", "CURRENT"]
    assert instances[1]["StackInstanceStatus"] == {"DetailedStatus": "FAILED"}
    assert f"b-{accounts[1]}-eu-west-1 already exists" in instances[1]["StatusReason"]


def test_soft_tolerance_keeps_the_concurrency(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """With SOFT_FAILURE_TOLERANCE all accounts are worked on at once, so that a failure cancels none of them.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/concurrency-mode.html
    """
    take_name(sandbox, accounts[0], "eu-west-1")
    operation = start(["eu-west-1"], OperationPreferences=SOFT)
    described(cloudformation, operation)
    assert described(cloudformation, operation)["Status"] == "FAILED"
    found = results(cloudformation, operation)
    assert [found[account, "eu-west-1"] for account in accounts] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    filters = [{"Name": "OPERATION_RESULT_STATUS", "Values": "FAILED"}]
    (failed,) = cloudformation.list_stack_set_operation_results(
        StackSetName="set", OperationId=operation, Filters=filters
    )["Summaries"]
    assert "already exists" in failed["StatusReason"]


def test_regions_in_parallel_do_not_stop_each_other(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """With RegionConcurrencyType PARALLEL a failure in one region leaves the others alone."""
    take_name(sandbox, accounts[0], "eu-west-1")
    operation = start(["eu-west-1", "us-east-1"], OperationPreferences={"RegionConcurrencyType": "PARALLEL"})
    found = (described(cloudformation, operation), results(cloudformation, operation))[1]
    assert {found[account, "us-east-1"] for account in accounts} == {"SUCCEEDED"}
    assert [found[account, "eu-west-1"] for account in accounts] == ["FAILED", "CANCELLED", "CANCELLED"]


def test_a_failed_instance_is_retried_by_the_next_operation(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """Once its cause is gone, an OUTDATED instance becomes CURRENT: a stack that never came up is replaced."""
    take_name(sandbox, accounts[0], "eu-west-1")
    operation = start(["eu-west-1"], OperationPreferences=SOFT)
    results(cloudformation, operation)
    sandbox.client("s3").delete_bucket(Bucket=f"b-{accounts[0]}-eu-west-1")
    retry = cloudformation.update_stack_set(StackSetName="set", UsePreviousTemplate=True)["OperationId"]
    described(cloudformation, retry)
    assert described(cloudformation, retry)["Status"] == "SUCCEEDED"
    assert len(sandbox.client("s3", account=accounts[0]).list_buckets()["Buckets"]) == 1


def test_operations_are_listed_newest_first(
    cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """ListStackSetOperations shows every operation, page by page."""
    ids = []
    for region in ("eu-west-1", "us-east-1"):
        ids.append(start([region]))
        results(cloudformation, ids[-1])
    page = cloudformation.list_stack_set_operations(StackSetName="set", MaxResults=1)
    rest = cloudformation.list_stack_set_operations(StackSetName="set", NextToken=page["NextToken"])
    assert [one["OperationId"] for one in [*page["Summaries"], *rest["Summaries"]]] == ids[::-1]


def test_a_repeated_request_is_carried_out_once(
    cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """The same request with the same operation id starts nothing again; once another operation came after it, it is stale.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
    """
    assert [start(["eu-west-1"], OperationId="mine") for _ in range(2)] == ["mine", "mine"]
    assert len(cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"]) == 1
    start(["us-east-1"])
    with pytest.raises(ClientError, match="StaleRequestException"):
        start(["eu-west-1"], OperationId="mine")


@pytest.mark.parametrize(
    "preferences",
    [
        {"FailureToleranceCount": 1, "FailureTolerancePercentage": 1},
        {"MaxConcurrentCount": 1, "MaxConcurrentPercentage": 1},
    ],
)
def test_a_count_excludes_a_percentage(
    cloudformation: Any, start: Callable[..., str], preferences: dict[str, int]
) -> None:
    """Preferences that give both a count and a percentage are refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetOperationPreferences.html
    """
    with pytest.raises(ClientError, match="but not both"):
        start(["eu-west-1"], OperationPreferences=preferences)
    assert cloudformation.list_stack_set_operations(StackSetName="set")["Summaries"] == []


def test_results_are_listed_by_page_and_filter(
    cloudformation: Any, accounts: list[str], start: Callable[..., str]
) -> None:
    """The status filters; MaxResults and NextToken page; each result has its target OU and its account gate.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSetOperationResults.html
    """
    asked = {"StackSetName": "set", "OperationId": start(["eu-west-1"])}
    filters = [{"Name": "OPERATION_RESULT_STATUS", "Values": "PENDING"}]
    found = cloudformation.list_stack_set_operation_results(**asked, Filters=filters)["Summaries"]
    assert [one["Account"] for one in found] == accounts[1:]
    page = cloudformation.list_stack_set_operation_results(**asked, MaxResults=2)
    rest = cloudformation.list_stack_set_operation_results(**asked, NextToken=page["NextToken"])
    assert [one["Account"] for one in [*page["Summaries"], *rest["Summaries"]]] == accounts
    assert {one["AccountGateResult"]["Status"] for one in page["Summaries"]} == {"SKIPPED"}
