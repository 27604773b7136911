"""Drift of plain stacks: detection, what it finds, where that is shown.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.cloudformation.resource_types import ResourceFailed, logs
from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.specimens import document

Refused = Callable[..., str]
GROUPS = {
    name: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": {"Ref": "Days"}}}
    for name in ("One", "Two")
}
TOPIC: dict[str, Any] = {
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Policy": {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": []}},
    },
}


def deploy(sandbox: Embedded, resources: dict[str, Any], *, update: bool = False, **parameters: Any) -> Any:
    cloudformation = sandbox.client("cloudformation")
    template = {"Parameters": {"Days": {"Type": "Number", "Default": 30}}, "Resources": resources}
    call = cloudformation.update_stack if update else cloudformation.create_stack
    call(StackName="one", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"], **parameters)
    cloudformation.describe_stacks(StackName="one")
    return cloudformation


def detected(cloudformation: Any, **parameters: Any) -> dict[str, Any]:
    asked = {
        "StackDriftDetectionId": cloudformation.detect_stack_drift(StackName="one", **parameters)[
            "StackDriftDetectionId"
        ]
    }
    cloudformation.describe_stack_drift_detection_status(**asked)
    status: dict[str, Any] = cloudformation.describe_stack_drift_detection_status(**asked)
    return status


def drifts(cloudformation: Any, **parameters: Any) -> dict[str, str]:
    found = cloudformation.describe_stack_resource_drifts(StackName="one", **parameters)["StackResourceDrifts"]
    return {one["LogicalResourceId"]: one["StackResourceDriftStatus"] for one in found}


def test_detection_is_asynchronous(sandbox: Embedded) -> None:
    """DetectStackDrift answers with an id; its status is in progress first, then complete, with the number of drifted resources."""
    cloudformation = deploy(sandbox, GROUPS)
    asked = {"StackDriftDetectionId": cloudformation.detect_stack_drift(StackName="one")["StackDriftDetectionId"]}
    first = cloudformation.describe_stack_drift_detection_status(**asked)
    assert first["DetectionStatus"] == "DETECTION_IN_PROGRESS"
    assert "DriftedStackResourceCount" not in first
    last = cloudformation.describe_stack_drift_detection_status(**asked)
    assert (last["DetectionStatus"], last["StackDriftStatus"]) == ("DETECTION_COMPLETE", "IN_SYNC")
    assert last["DriftedStackResourceCount"] == 0
    assert last["StackId"].startswith("arn:aws:cloudformation:eu-west-1:111111111111:stack/one/")


def test_what_changed_is_told_property_by_property(sandbox: Embedded) -> None:
    """A changed resource is MODIFIED, with expected and actual properties and each difference by its path; a missing one DELETED.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceDrift.html
    """
    cloudformation = deploy(sandbox, GROUPS)
    sandbox.client("logs").put_retention_policy(logGroupName="One", retentionInDays=7)
    sandbox.client("logs").delete_log_group(logGroupName="Two")
    status = detected(cloudformation)
    assert (status["StackDriftStatus"], status["DriftedStackResourceCount"]) == ("DRIFTED", 2)
    one, two = cloudformation.describe_stack_resource_drifts(StackName="one")["StackResourceDrifts"]
    assert one["StackResourceDriftStatus"] == "MODIFIED"
    assert json.loads(one["ExpectedProperties"]) == {"LogGroupName": "One", "RetentionInDays": 30}
    assert json.loads(one["ActualProperties"]) == {"LogGroupName": "One", "RetentionInDays": 7}
    assert one["PropertyDifferences"] == [
        {"PropertyPath": "/RetentionInDays", "ExpectedValue": "30", "ActualValue": "7", "DifferenceType": "NOT_EQUAL"}
    ]
    assert (two["StackResourceDriftStatus"], two["PropertyDifferences"]) == ("DELETED", [])
    assert "ExpectedProperties" not in two


def test_what_was_found_is_filtered_and_paged(sandbox: Embedded) -> None:
    """DescribeStackResourceDrifts filters by status and gives pages; resources that were not checked are left out."""
    cloudformation = deploy(sandbox, {**GROUPS, **TOPIC})
    assert drifts(cloudformation) == {}
    sandbox.client("logs").delete_log_group(logGroupName="Two")
    detected(cloudformation)
    assert drifts(cloudformation) == {"One": "IN_SYNC", "Two": "DELETED", "Topic": "IN_SYNC"}
    assert drifts(cloudformation, StackResourceDriftStatusFilters=["DELETED", "MODIFIED"]) == {"Two": "DELETED"}
    page = cloudformation.describe_stack_resource_drifts(StackName="one", MaxResults=2)
    assert len(page["StackResourceDrifts"]) == 2
    assert drifts(cloudformation, NextToken=page["NextToken"]) == {"Topic": "IN_SYNC"}


def test_types_that_cannot_be_read_are_not_checked(sandbox: Embedded, refused: Refused) -> None:
    """A type whose registry schema has no read handler has no drift detection: NOT_CHECKED in a stack, refused by itself.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import-supported-resources.html
    """
    cloudformation = deploy(sandbox, TOPIC)
    detected(cloudformation)
    resources = cloudformation.list_stack_resources(StackName="one")["StackResourceSummaries"]
    statuses = {one["LogicalResourceId"]: one["DriftInformation"]["StackResourceDriftStatus"] for one in resources}
    assert statuses == {"Topic": "IN_SYNC", "Policy": "NOT_CHECKED"}
    code = refused(cloudformation.detect_stack_resource_drift, StackName="one", LogicalResourceId="Policy")
    assert code == "ValidationError"


def test_stacks_and_resources_show_their_drift_until_they_are_updated(sandbox: Embedded) -> None:
    """DriftInformation in every description is NOT_CHECKED, then what was found and when; after an update NOT_CHECKED again.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackDriftInformation.html
    """
    cloudformation = deploy(sandbox, GROUPS)

    def shown() -> list[tuple[str, bool]]:
        stack = [
            cloudformation.describe_stacks(StackName="one")["Stacks"][0],
            cloudformation.list_stacks()["StackSummaries"][0],
        ]
        resource = [
            cloudformation.describe_stack_resource(StackName="one", LogicalResourceId="One")["StackResourceDetail"],
            cloudformation.describe_stack_resources(StackName="one")["StackResources"][0],
            cloudformation.list_stack_resources(StackName="one")["StackResourceSummaries"][0],
        ]
        found = [one["DriftInformation"] for one in stack + resource]
        return [
            (one.get("StackDriftStatus", one.get("StackResourceDriftStatus")), "LastCheckTimestamp" in one)
            for one in found
        ]

    assert shown() == [("NOT_CHECKED", False)] * 5
    detected(cloudformation)
    assert shown() == [("IN_SYNC", True)] * 5
    sandbox.client("logs").delete_retention_policy(logGroupName="One")
    detected(cloudformation)
    assert shown() == [("DRIFTED", True)] * 2 + [("MODIFIED", True)] * 3
    deploy(sandbox, GROUPS, update=True, Parameters=[{"ParameterKey": "Days", "ParameterValue": "60"}])
    assert shown() == [("NOT_CHECKED", False)] * 5


def test_one_resource_is_checked_at_once(sandbox: Embedded, refused: Refused) -> None:
    """DetectStackResourceDrift answers with what it found; a whole detection may be limited to logical ids too."""
    cloudformation = deploy(sandbox, GROUPS)
    found = cloudformation.detect_stack_resource_drift(StackName="one", LogicalResourceId="One")["StackResourceDrift"]
    assert (found["StackResourceDriftStatus"], found["ResourceType"]) == ("IN_SYNC", "AWS::Logs::LogGroup")
    assert drifts(cloudformation) == {"One": "IN_SYNC"}
    sandbox.client("logs").delete_log_group(logGroupName="Two")
    assert detected(cloudformation, LogicalResourceIds=["One"])["DriftedStackResourceCount"] == 0
    assert detected(cloudformation, LogicalResourceIds=["Two"])["StackDriftStatus"] == "DRIFTED"
    for operation in (
        lambda: cloudformation.detect_stack_drift(StackName="one", LogicalResourceIds=["Three"]),
        lambda: cloudformation.detect_stack_resource_drift(StackName="one", LogicalResourceId="Three"),
    ):
        assert refused(operation) == "ValidationError"


def test_one_detection_at_a_time(sandbox: Embedded) -> None:
    """While a detection is in progress another one on the same stack is refused."""
    cloudformation = deploy(sandbox, GROUPS)
    cloudformation.detect_stack_drift(StackName="one")
    with pytest.raises(ClientError, match="Drift detection is already in progress for stack"):
        cloudformation.detect_stack_drift(StackName="one")
    cloudformation.detect_stack_drift(StackName="one")
    cloudformation.describe_stack_resource_drifts(StackName="one")
    cloudformation.detect_stack_drift(StackName="one")


def test_only_settled_stacks_are_checked(sandbox: Embedded, refused: Refused) -> None:
    """A stack that is not there, in progress or rolled back is refused, and so is an unknown detection."""
    cloudformation = sandbox.client("cloudformation")
    assert refused(cloudformation.detect_stack_drift, StackName="one") == "ValidationError"
    assert refused(cloudformation.describe_stack_resource_drifts, StackName="one") == "ValidationError"
    unknown = {"StackDriftDetectionId": "00000000-0000-0000-0000-000000000000"}
    assert refused(cloudformation.describe_stack_drift_detection_status, **unknown) == "ValidationError"
    cloudformation.create_stack(StackName="two", TemplateBody=json.dumps({"Resources": TOPIC}))
    assert refused(cloudformation.detect_stack_drift, StackName="two") == "ValidationError"
    cloudformation.detect_stack_drift(StackName="two")
    sandbox.client("logs").create_log_group(logGroupName="Two")
    deploy(sandbox, GROUPS)
    with pytest.raises(ClientError, match=r"while it is in \[ROLLBACK_COMPLETE\] stack state"):
        cloudformation.detect_stack_drift(StackName="one")


def test_only_what_the_template_sets_is_compared(sandbox: Embedded) -> None:
    """A property that the template leaves to its default may change without drift.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
    """
    cloudformation = deploy(sandbox, {"One": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "One"}}})
    sandbox.client("logs").put_retention_policy(logGroupName="One", retentionInDays=7)
    assert detected(cloudformation)["StackDriftStatus"] == "IN_SYNC"


def test_the_tags_of_the_stack_are_expected_on_its_resources(sandbox: Embedded) -> None:
    """Stack tags reach the resources, and one that is taken off is drift; CloudFormation's own tags are not compared.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
    """
    cloudformation = deploy(sandbox, TOPIC, Tags=[{"Key": "team", "Value": "platform"}])
    assert detected(cloudformation)["StackDriftStatus"] == "IN_SYNC"
    arn = sandbox.client("sns").list_topics()["Topics"][0]["TopicArn"]
    sandbox.client("sns").untag_resource(ResourceArn=arn, TagKeys=["team"])
    detected(cloudformation)
    (found,) = cloudformation.describe_stack_resource_drifts(StackName="one")["StackResourceDrifts"]
    assert [(one["PropertyPath"], one["DifferenceType"]) for one in found["PropertyDifferences"]] == [
        ("/Tags/0", "REMOVE")
    ]


def test_attachments_that_another_resource_makes_are_no_drift(sandbox: Embedded) -> None:
    """A policy that names its roles is no drift of a role that names other policies; one from outside is.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
    """
    audit, admin = (f"arn:aws:iam::aws:policy/{name}" for name in ("SecurityAudit", "AdministratorAccess"))
    own = [{"PolicyName": "own", "PolicyDocument": document("s3:ListBucket")}]
    role = {"RoleName": "one", "AssumeRolePolicyDocument": {"Statement": []}, "ManagedPolicyArns": [audit]}
    inline = {"PolicyName": "more", "PolicyDocument": document("s3:*"), "Roles": [{"Ref": "Role"}]}
    policy = {"PolicyDocument": document("s3:ListBucket"), "Roles": [{"Ref": "Role"}]}
    cloudformation = deploy(
        sandbox,
        {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {**role, "Policies": own}},
            "Inline": {"Type": "AWS::IAM::Policy", "Properties": inline},
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy},
        },
    )
    assert detected(cloudformation)["StackDriftStatus"] == "IN_SYNC"
    sandbox.client("iam").attach_role_policy(RoleName="one", PolicyArn=admin)
    detected(cloudformation)
    assert drifts(cloudformation) == {"Role": "MODIFIED", "Policy": "IN_SYNC"}


def test_a_resource_that_cannot_be_read_fails_the_detection(sandbox: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource that its service does not let be read is UNKNOWN, the detection FAILED, and the others' results are there."""

    def unreadable(*_: object) -> None:
        raise ResourceFailed("Access denied")

    cloudformation = deploy(sandbox, {**GROUPS, **TOPIC})
    monkeypatch.setattr(logs.LogsLogGroup, "read", unreadable)
    status = detected(cloudformation)
    assert (status["DetectionStatus"], status["StackDriftStatus"]) == ("DETECTION_FAILED", "UNKNOWN")
    assert "One: Access denied" in status["DetectionStatusReason"]
    assert drifts(cloudformation) == {"One": "UNKNOWN", "Two": "UNKNOWN", "Topic": "IN_SYNC"}
