"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded


def template(retention: int, *, good: bool = True) -> str:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/group", "RetentionInDays": retention}}
    bad = {"Type": "AWS::SNS::Topic", "DependsOn": "Group", "Properties": {"Colour": "red"}}
    return json.dumps({"Resources": {"Group": group} | ({} if good else {"Bad": bad})})


def looks(cloudformation: Any) -> list[str]:
    return [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]


def retention(sandbox: Embedded) -> list[int]:
    return [group["retentionInDays"] for group in sandbox.client("logs").describe_log_groups()["logGroups"]]


def failed_update(sandbox: Embedded) -> Any:
    """A stack whose update came half way and stays there."""
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template(7))
    looks(cloudformation)
    cloudformation.update_stack(StackName="one", TemplateBody=template(14, good=False), DisableRollback=True)
    assert looks(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_FAILED"]
    return cloudformation


def test_a_failed_update_can_stay_where_it_is(sandbox: Embedded) -> None:
    """DisableRollback keeps what was updated: UPDATE_FAILED; the next update goes on from there."""
    cloudformation = failed_update(sandbox)
    assert retention(sandbox) == [14]
    cloudformation.update_stack(StackName="one", TemplateBody=template(14))
    assert looks(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert retention(sandbox) == [14]


def test_a_failed_update_is_rolled_back_on_request(sandbox: Embedded) -> None:
    """RollbackStack brings a stack in UPDATE_FAILED back to its last stable state.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
    """
    cloudformation = failed_update(sandbox)
    cloudformation.rollback_stack(StackName="one")
    assert looks(cloudformation) == ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    assert retention(sandbox) == [7]
    with pytest.raises(ClientError, match="can not be rolled back"):
        cloudformation.rollback_stack(StackName="one")


def test_a_failed_creation_is_rolled_back_on_request(sandbox: Embedded) -> None:
    """RollbackStack deletes what a stack in CREATE_FAILED has: it never was stable.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
    """
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template(7, good=False), OnFailure="DO_NOTHING")
    assert looks(cloudformation)[1] == "CREATE_FAILED"
    cloudformation.rollback_stack(StackName="one")
    assert looks(cloudformation) == ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]
    assert retention(sandbox) == []


@pytest.mark.parametrize("skip", [{"ResourcesToSkip": ["Group"]}, {"ForceRollback": True}], ids=["named", "forced"])
def test_a_rollback_that_fails_can_be_continued(sandbox: Embedded, skip: dict[str, Any]) -> None:
    """What cannot be put back stops the rollback in UPDATE_ROLLBACK_FAILED; it goes on once that is skipped.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    """
    cloudformation = failed_update(sandbox)
    sandbox.client("logs").delete_log_group(logGroupName="/group")
    cloudformation.rollback_stack(StackName="one")
    assert looks(cloudformation)[1] == "UPDATE_ROLLBACK_FAILED"
    cloudformation.continue_update_rollback(StackName="one")
    assert looks(cloudformation) == ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"]
    with pytest.raises(ClientError, match="not in UPDATE_FAILED state"):
        cloudformation.continue_update_rollback(StackName="one", ResourcesToSkip=["Other"])
    cloudformation.continue_update_rollback(StackName="one", **skip)
    assert looks(cloudformation) == ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]


def test_only_an_update_in_progress_can_be_cancelled(sandbox: Embedded) -> None:
    """CancelUpdateStack is refused in any other status.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
    """
    cloudformation = failed_update(sandbox)
    with pytest.raises(ClientError, match="cannot be called from current stack status") as refused:
        cloudformation.cancel_update_stack(StackName="one")
    assert refused.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.not_kept
def test_an_update_in_progress_is_not_cancelled(sandbox: Embedded) -> None:
    """CancelUpdateStack rolls an update that is in progress back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html
    """
    cloudformation = failed_update(sandbox)
    cloudformation.update_stack(StackName="one", TemplateBody=template(7))
    with pytest.raises(ClientError, match="The sandbox does not implement cloudformation:CancelUpdateStack"):
        cloudformation.cancel_update_stack(StackName="one")


def test_a_rollback_makes_change_sets_obsolete(sandbox: Embedded) -> None:
    """A change set that was made for the failed stack cannot be executed once the stack is rolled back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
    """
    cloudformation = failed_update(sandbox)
    asked = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**asked, TemplateBody=template(30))
    cloudformation.describe_change_set(**asked)
    cloudformation.rollback_stack(StackName="one")
    looks(cloudformation)
    assert cloudformation.describe_change_set(**asked)["ExecutionStatus"] == "OBSOLETE"
    with pytest.raises(ClientError, match=r"execution status of \[OBSOLETE\]"):
        cloudformation.execute_change_set(**asked)
    assert retention(sandbox) == [7]


def test_an_update_does_not_bring_back_what_was_deleted(sandbox: Embedded) -> None:
    """A resource that somebody deleted cannot be updated, nor rolled back before it is there again or skipped.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
    Source: https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html
    """
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template(7))
    looks(cloudformation)
    sandbox.client("logs").delete_log_group(logGroupName="/group")
    cloudformation.update_stack(StackName="one", TemplateBody=template(14))
    assert looks(cloudformation) == ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"]
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "UPDATE_FAILED"]
    assert reasons == ["Resource of type 'AWS::Logs::LogGroup' with identifier '/group' was not found."] * 2
    assert retention(sandbox) == []
    sandbox.client("logs").create_log_group(logGroupName="/group")
    cloudformation.continue_update_rollback(StackName="one")
    assert looks(cloudformation) == ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    assert retention(sandbox) == [7]
