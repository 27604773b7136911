"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html"""

import json
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded


def template(retention: int = 7, *, bad: bool = False, **more: Any) -> str:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/group", "RetentionInDays": retention}}
    resources: dict[str, Any] = {"Group": group, "Topic": {"Type": "AWS::SNS::Topic"}, **more}
    if bad:
        resources["Bad"] = {"Type": "AWS::SNS::Topic", "DependsOn": "Group", "Properties": {"TopicName": "not a name"}}
    return json.dumps({"Resources": resources})


def looks(cloudformation: Any) -> list[str]:
    return [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]


def created(sandbox: Embedded, body: str | None = None) -> Any:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=body or template())
    looks(cloudformation)
    return cloudformation


def described(cloudformation: Any, **request: Any) -> dict[str, Any]:
    asked = {"StackName": "one", "ChangeSetName": "changes", "DeploymentMode": "REVERT_DRIFT", **request}
    if "TemplateBody" not in request:
        asked["UsePreviousTemplate"] = True
    arn = cloudformation.create_change_set(**asked)["Id"]
    for _ in range(2):
        seen: dict[str, Any] = cloudformation.describe_change_set(ChangeSetName=arn, IncludePropertyValues=True)
    return seen


def execute(cloudformation: Any) -> str:
    cloudformation.execute_change_set(ChangeSetName="changes", StackName="one")
    return looks(cloudformation)[1]


def drift_status(cloudformation: Any) -> str:
    detection = cloudformation.detect_stack_drift(StackName="one")["StackDriftDetectionId"]
    for _ in range(2):
        found = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
    return str(found["StackDriftStatus"])


def retention(sandbox: Embedded) -> list[int]:
    return [group["retentionInDays"] for group in sandbox.client("logs").describe_log_groups()["logGroups"]]


def test_a_drifted_property_is_reverted(sandbox: Embedded) -> None:
    """The change set tells the live and the deployed value; executing it brings the template's back, without other changes."""
    cloudformation = created(sandbox)
    sandbox.client("logs").put_retention_policy(logGroupName="/group", retentionInDays=30)
    seen = described(cloudformation)
    assert (seen["Status"], seen["StackDriftStatus"], seen["DeploymentMode"]) == (
        "CREATE_COMPLETE",
        "DRIFTED",
        "REVERT_DRIFT",
    )
    (change,) = (one["ResourceChange"] for one in seen["Changes"])
    assert (change["LogicalResourceId"], change["Action"], change["ResourceDriftStatus"]) == (
        "Group",
        "Modify",
        "MODIFIED",
    )
    (detail,) = change["Details"]
    target = detail["Target"]
    assert (target["Name"], target["BeforeValue"], target["AfterValue"]) == ("RetentionInDays", "30", "7")
    assert (target["BeforeValueFrom"], target["AfterValueFrom"]) == ("ACTUAL_STATE", "TEMPLATE")
    assert (target["Drift"]["PreviousValue"], target["Drift"]["ActualValue"]) == ("7", "30")
    assert json.loads(change["BeforeContext"])["Properties"]["RetentionInDays"] == 30
    assert json.loads(change["PreviousDeploymentContext"])["Properties"]["RetentionInDays"] == 7
    assert execute(cloudformation) == "UPDATE_COMPLETE"
    assert retention(sandbox) == [7]
    assert drift_status(cloudformation) == "IN_SYNC"


def test_a_deleted_resource_is_made_again(sandbox: Embedded) -> None:
    """What was deleted outside CloudFormation is added; what refers to it by its fixed name does not change."""
    user = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Group"}}}
    cloudformation = created(sandbox, template(User=user))
    sandbox.client("logs").delete_log_group(logGroupName="/group")
    (change,) = (one["ResourceChange"] for one in described(cloudformation)["Changes"])
    assert (change["Action"], change["ResourceDriftStatus"]) == ("Add", "DELETED")
    assert execute(cloudformation) == "UPDATE_COMPLETE"
    assert retention(sandbox) == [7]
    assert drift_status(cloudformation) == "IN_SYNC"


def test_a_template_that_says_what_is_resets_the_drift(sandbox: Embedded) -> None:
    """A template changed to the live value: SyncWithActual, nothing is done to the resource, and the drift is gone."""
    cloudformation = created(sandbox)
    sandbox.client("logs").put_retention_policy(logGroupName="/group", retentionInDays=30)
    (change,) = (one["ResourceChange"] for one in described(cloudformation, TemplateBody=template(30))["Changes"])
    assert change["Action"] == "SyncWithActual"
    (detail,) = change["Details"]
    assert (detail["ChangeSource"], detail["Target"]["AttributeChangeType"]) == ("NoModification", "SyncWithActual")
    assert execute(cloudformation) == "UPDATE_COMPLETE"
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    assert ("Group", "UPDATE_COMPLETE") not in {(one["LogicalResourceId"], one["ResourceStatus"]) for one in events}
    assert drift_status(cloudformation) == "IN_SYNC"


def test_drift_and_a_new_value_together_give_the_new_value(sandbox: Embedded) -> None:
    """Three ways are compared: live, deployed and desired; the desired value wins."""
    cloudformation = created(sandbox)
    sandbox.client("logs").put_retention_policy(logGroupName="/group", retentionInDays=30)
    (change,) = (one["ResourceChange"] for one in described(cloudformation, TemplateBody=template(14))["Changes"])
    target = change["Details"][0]["Target"]
    assert (target["BeforeValue"], target["AfterValue"], target["Drift"]["PreviousValue"]) == ("30", "14", "7")
    assert execute(cloudformation) == "UPDATE_COMPLETE"
    assert retention(sandbox) == [14]


def test_without_drift_there_is_nothing_to_revert(sandbox: Embedded) -> None:
    """FAILED: the submitted information didn't contain changes; drift that an ordinary change set would not see, neither."""
    cloudformation = created(sandbox)
    seen = described(cloudformation)
    assert (seen["Status"], seen["StackDriftStatus"], seen["Changes"]) == ("FAILED", "IN_SYNC", [])
    assert "didn't contain changes" in seen["StatusReason"]
    sandbox.client("logs").put_retention_policy(logGroupName="/group", retentionInDays=30)
    cloudformation.create_change_set(StackName="one", ChangeSetName="plain", UsePreviousTemplate=True)
    for _ in range(2):
        plain = cloudformation.describe_change_set(StackName="one", ChangeSetName="plain")
    assert (plain["Status"], "StackDriftStatus" in plain) == ("FAILED", False)


def test_a_failure_restores_what_was_live_before(sandbox: Embedded) -> None:
    """A drift-aware deployment that fails puts the live state back, not the previous template's."""
    cloudformation = created(sandbox)
    sandbox.client("logs").put_retention_policy(logGroupName="/group", retentionInDays=30)
    described(cloudformation, TemplateBody=template(14, bad=True), DisableValidation=True)
    assert execute(cloudformation) == "UPDATE_ROLLBACK_COMPLETE"
    assert retention(sandbox) == [30]
    assert drift_status(cloudformation) == "DRIFTED"


@pytest.mark.parametrize("deployed", [[], [{"Key": "team", "Value": "blue"}]])
def test_tags_put_on_by_hand_are_drift(sandbox: Embedded, deployed: list[dict[str, str]]) -> None:
    """Tags that were changed outside CloudFormation go back to what template and stack say."""
    properties = {"LogGroupName": "/group", "Tags": [*deployed, {"Key": "own", "Value": "1"}]}
    body = json.dumps({"Resources": {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": properties}}})
    cloudformation, logs = created(sandbox, body), sandbox.client("logs")
    arn = logs.describe_log_groups()["logGroups"][0]["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"own": "2"})
    (change,) = (one["ResourceChange"] for one in described(cloudformation)["Changes"])
    assert change["Scope"] == ["Tags"]
    assert execute(cloudformation) == "UPDATE_COMPLETE"
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"]["own"] == "1"
