"""Drift of stack sets: detected by an operation of the set, seen from the administrator's account.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-drift.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
Refused = Callable[..., str]
REGION = "eu-west-1"
TEMPLATE = {
    "Parameters": {"Days": {"Type": "Number", "Default": 30}},
    "Resources": {
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/log", "RetentionInDays": {"Ref": "Days"}},
        },
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Policy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": []}},
        },
    },
}
SOFT = {"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE", "MaxConcurrentPercentage": 100}
SET = {"StackSetName": "set"}


@pytest.fixture
def accounts(new_account: NewAccount) -> list[str]:
    return [new_account(name) for name in ("a", "b", "c")]


@pytest.fixture
def cloudformation(sandbox: Embedded, accounts: list[str], root_id: str) -> Any:
    """A client with a stack set that has an instance in each of three accounts."""
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    client.create_stack_set(
        **SET,
        TemplateBody=json.dumps(TEMPLATE),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
    )
    client.create_stack_instances(
        **SET, DeploymentTargets={"OrganizationalUnitIds": [root_id]}, Regions=[REGION], OperationPreferences=SOFT
    )
    client.list_stack_instances(**SET)
    return client


def detected(cloudformation: Any, **parameters: Any) -> dict[str, Any]:
    begun = cloudformation.detect_stack_set_drift(**SET, **parameters)["OperationId"]
    cloudformation.describe_stack_set_operation(**SET, OperationId=begun)
    operation: dict[str, Any] = cloudformation.describe_stack_set_operation(**SET, OperationId=begun)
    found: dict[str, Any] = operation["StackSetOperation"]
    return found


def counts(details: dict[str, Any]) -> dict[str, int]:
    suffix = "StackInstancesCount"
    return {name.removesuffix(suffix): number for name, number in details.items() if name.endswith(suffix) and number}


def loosen(sandbox: Embedded, account: str) -> None:
    sandbox.client("logs", account=account).put_retention_policy(logGroupName="/log", retentionInDays=1)


def break_stack(sandbox: Embedded, account: str, cloudformation: Any) -> None:
    """Delete an instance's stack in its account, so that nothing is left to check."""
    found = cloudformation.describe_stack_instance(**SET, StackInstanceAccount=account, StackInstanceRegion=REGION)
    client = sandbox.client("cloudformation", account=account)
    client.delete_stack(StackName=found["StackInstance"]["StackId"])
    client.list_stacks()


def test_detection_is_an_operation_of_the_set(cloudformation: Any, accounts: list[str]) -> None:
    """DetectStackSetDrift starts an operation DETECT_DRIFT with results per instance and details of its progress.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackSetDrift.html
    """
    begun = cloudformation.detect_stack_set_drift(**SET, OperationPreferences=SOFT)["OperationId"]
    running = cloudformation.describe_stack_set_operation(**SET, OperationId=begun)["StackSetOperation"]
    assert (running["Action"], running["Status"]) == ("DETECT_DRIFT", "RUNNING")
    details = running["StackSetDriftDetectionDetails"]
    assert details["DriftDetectionStatus"] == "IN_PROGRESS"
    assert counts(details) == {"Total": 3, "InProgress": 3}
    ended = cloudformation.describe_stack_set_operation(**SET, OperationId=begun)["StackSetOperation"]
    details = ended["StackSetDriftDetectionDetails"]
    assert (ended["Status"], details["DriftDetectionStatus"]) == ("SUCCEEDED", "COMPLETED")
    assert (details["DriftStatus"], counts(details)) == ("IN_SYNC", {"Total": 3, "InSync": 3})
    results = cloudformation.list_stack_set_operation_results(**SET, OperationId=begun)["Summaries"]
    assert {(one["Account"], one["Status"]) for one in results} == {(account, "SUCCEEDED") for account in accounts}


def test_sets_and_instances_show_their_drift(sandbox: Embedded, cloudformation: Any, accounts: list[str]) -> None:
    """The set and the drifted instance are DRIFTED, the others in sync, each with the time of the check; instances are filtered by it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetDriftDetectionDetails.html
    """
    assert cloudformation.list_stack_sets()["Summaries"][0]["DriftStatus"] == "NOT_CHECKED"
    loosen(sandbox, accounts[1])
    detected(cloudformation)
    details = cloudformation.describe_stack_set(**SET)["StackSet"]["StackSetDriftDetectionDetails"]
    assert (details["DriftStatus"], counts(details)) == ("DRIFTED", {"Total": 3, "Drifted": 1, "InSync": 2})
    summary = cloudformation.list_stack_sets()["Summaries"][0]
    assert (summary["DriftStatus"], "LastDriftCheckTimestamp" in summary) == ("DRIFTED", True)
    drifted = [{"Name": "DRIFT_STATUS", "Values": "DRIFTED"}]
    (found,) = cloudformation.list_stack_instances(**SET, Filters=drifted)["Summaries"]
    assert (found["Account"], found["Status"], "LastDriftCheckTimestamp" in found) == (accounts[1], "CURRENT", True)
    instance = {"StackInstanceAccount": accounts[0], "StackInstanceRegion": REGION}
    other = cloudformation.describe_stack_instance(**SET, **instance)["StackInstance"]
    assert other["DriftStatus"] == "IN_SYNC"


def test_resources_of_an_instance_are_told_to_the_administrator(
    sandbox: Embedded, cloudformation: Any, accounts: list[str], refused: Refused
) -> None:
    """ListStackInstanceResourceDrifts names each checked resource with its differences, filtered by status.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackInstanceResourceDrifts.html
    """
    loosen(sandbox, accounts[0])
    begun = detected(cloudformation)["OperationId"]
    asked = {**SET, "StackInstanceAccount": accounts[0], "StackInstanceRegion": REGION, "OperationId": begun}
    listed = cloudformation.list_stack_instance_resource_drifts
    assert [one["LogicalResourceId"] for one in listed(**asked)["Summaries"]] == ["Log", "Topic"]
    (found,) = listed(**asked, StackInstanceResourceDriftStatuses=["MODIFIED"])["Summaries"]
    assert found["PhysicalResourceId"] == "/log"
    (difference,) = found["PropertyDifferences"]
    assert (difference["PropertyPath"], difference["ExpectedValue"]) == ("/RetentionInDays", "30")
    assert refused(listed, **{**asked, "OperationId": "other"}) == "OperationNotFoundException"
    assert refused(listed, **{**asked, "StackInstanceRegion": "eu-west-3"}) == "StackInstanceNotFoundException"


def test_one_operation_at_a_time(cloudformation: Any, refused: Refused) -> None:
    """A second detection is refused while one runs, even where the set queues its operations; its id makes it idempotent.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackSetDrift.html
    """
    first = cloudformation.detect_stack_set_drift(**SET, OperationId="one")
    assert cloudformation.detect_stack_set_drift(**SET, OperationId="one")["OperationId"] == first["OperationId"]
    assert refused(cloudformation.detect_stack_set_drift, **SET) == "OperationInProgressException"
    cloudformation.update_stack_set(**SET, UsePreviousTemplate=True, ManagedExecution={"Active": True})
    cloudformation.list_stack_instances(**SET)
    cloudformation.detect_stack_set_drift(**SET)
    assert refused(cloudformation.detect_stack_set_drift, **SET) == "OperationInProgressException"
    assert refused(cloudformation.detect_stack_set_drift, StackSetName="none") == "StackSetNotFoundException"


def test_failures_count_against_the_tolerance(sandbox: Embedded, cloudformation: Any, accounts: list[str]) -> None:
    """A stack that cannot be checked fails its instance: within the tolerance a partial success, beyond it a failure.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSetDriftDetectionDetails.html
    """
    break_stack(sandbox, accounts[0], cloudformation)
    tolerant = detected(cloudformation, OperationPreferences={"FailureToleranceCount": 1})
    details = tolerant["StackSetDriftDetectionDetails"]
    assert (tolerant["Status"], details["DriftDetectionStatus"]) == ("SUCCEEDED", "PARTIAL_SUCCESS")
    assert counts(details) == {"Total": 3, "InSync": 2, "Failed": 1}
    strict = detected(cloudformation)
    assert (strict["Status"], strict["StackSetDriftDetectionDetails"]["DriftDetectionStatus"]) == ("FAILED", "FAILED")


def test_an_update_forgets_what_was_found(sandbox: Embedded, cloudformation: Any, accounts: list[str]) -> None:
    """After its stack has been updated an instance is NOT_CHECKED; the set tells what its last detection found."""
    loosen(sandbox, accounts[0])
    detected(cloudformation)
    days = [{"ParameterKey": "Days", "ParameterValue": "60"}]
    cloudformation.update_stack_set(**SET, UsePreviousTemplate=True, Parameters=days, OperationPreferences=SOFT)
    cloudformation.list_stack_instances(**SET)
    found = cloudformation.list_stack_instances(**SET)["Summaries"]
    assert {one["DriftStatus"] for one in found} == {"NOT_CHECKED"}
    assert cloudformation.list_stack_sets()["Summaries"][0]["DriftStatus"] == "DRIFTED"
    assert detected(cloudformation)["StackSetDriftDetectionDetails"]["DriftStatus"] == "IN_SYNC"


def test_a_detection_can_be_stopped(cloudformation: Any) -> None:
    """StopStackSetOperation stops a detection; instances that were not reached are not checked.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html
    """
    begun = cloudformation.detect_stack_set_drift(**SET)["OperationId"]
    cloudformation.stop_stack_set_operation(**SET, OperationId=begun)
    cloudformation.describe_stack_set_operation(**SET, OperationId=begun)
    ended = cloudformation.describe_stack_set_operation(**SET, OperationId=begun)["StackSetOperation"]
    details = ended["StackSetDriftDetectionDetails"]
    assert (ended["Status"], details["DriftDetectionStatus"]) == ("STOPPED", "STOPPED")
    assert counts(details) == {"Total": 3, "InSync": 1}


@pytest.mark.parametrize("look", ["describe_stack_set", "list_stack_sets"])
def test_looking_at_the_set_alone_lets_a_detection_end(cloudformation: Any, look: str) -> None:
    """Whoever polls the set itself sees a detection's result as well, as soon as it is there."""
    cloudformation.detect_stack_set_drift(**SET)

    def status() -> str:
        if look == "list_stack_sets":
            return str(cloudformation.list_stack_sets()["Summaries"][0]["DriftStatus"])
        found = cloudformation.describe_stack_set(**SET)["StackSet"]["StackSetDriftDetectionDetails"]
        return str(found["DriftStatus"])

    assert [status(), status()] == ["NOT_CHECKED", "IN_SYNC"]
