import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

TEMPLATE = json.dumps(
    {
        "Description": "a topic",
        "Parameters": {"Secret": {"Type": "String", "NoEcho": True, "Default": "x"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Group": {"Type": "AWS::Logs::LogGroup"}},
        "Outputs": {"Arn": {"Value": {"Ref": "Topic"}, "Description": "the topic"}},
    }
)


def stack(sandbox: Embedded, name: str = "one") -> Any:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=TEMPLATE)
    for _ in range(2):
        cloudformation.describe_stacks(StackName=name)
    return cloudformation


def test_a_stack_is_described(sandbox: Embedded) -> None:
    """Description, masked NoEcho parameters and described outputs are shown.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
    """
    (found,) = stack(sandbox).describe_stacks()["Stacks"]
    assert (found["Description"], found["EnableTerminationProtection"]) == ("a topic", False)
    assert found["Parameters"] == [{"ParameterKey": "Secret", "ParameterValue": "****"}]
    assert found["Outputs"][0]["Description"] == "the topic"
    assert found["DriftInformation"] == {"StackDriftStatus": "NOT_CHECKED"}


def test_a_deleted_stack_is_found_by_id_only(sandbox: Embedded) -> None:
    """After its deletion a stack is described by its id and listed; its name is unknown.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    """
    cloudformation = stack(sandbox)
    stack_id = cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="one")
    looks = [cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"] for _ in range(2)]
    assert looks == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    with pytest.raises(ClientError, match="Stack with id one does not exist") as refused:
        cloudformation.describe_stacks(StackName="one")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert cloudformation.describe_stacks()["Stacks"] == []
    summaries = cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert [summary["StackId"] for summary in summaries] == [stack_id]


def test_events_are_shown_as_they_come(sandbox: Embedded) -> None:
    """While a creation is in progress its end is not in the history yet."""
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=TEMPLATE)
    first, second = (cloudformation.describe_stack_events(StackName="one")["StackEvents"] for _ in range(2))
    assert [event["ResourceStatus"] for event in first] == ["CREATE_IN_PROGRESS"]
    assert (second[0]["LogicalResourceId"], second[0]["ResourceStatus"]) == ("one", "CREATE_COMPLETE")


def test_resources_are_listed(sandbox: Embedded) -> None:
    """Every resource has its physical id, type and status in all three calls."""
    cloudformation = stack(sandbox)
    listed = cloudformation.list_stack_resources(StackName="one")["StackResourceSummaries"]
    assert [(one["LogicalResourceId"], one["ResourceStatus"]) for one in listed] == [
        ("Topic", "CREATE_COMPLETE"),
        ("Group", "CREATE_COMPLETE"),
    ]
    described = cloudformation.describe_stack_resources(StackName="one", LogicalResourceId="Topic")["StackResources"]
    assert [one["PhysicalResourceId"] for one in described] == [listed[0]["PhysicalResourceId"]]
    with pytest.raises(ClientError, match="Resource Absent does not exist for stack one"):
        cloudformation.describe_stack_resource(StackName="one", LogicalResourceId="Absent")


def test_resources_are_found_by_their_physical_id(sandbox: Embedded) -> None:
    """A physical id leads to all resources of its stack; together with a stack's name it is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
    """
    cloudformation = stack(sandbox)
    topic = sandbox.client("sns").list_topics()["Topics"][0]["TopicArn"]
    found = cloudformation.describe_stack_resources(PhysicalResourceId=topic)["StackResources"]
    assert [one["LogicalResourceId"] for one in found] == ["Topic", "Group"]
    with pytest.raises(ClientError, match="Stack for absent does not exist"):
        cloudformation.describe_stack_resources(PhysicalResourceId="absent")
    with pytest.raises(ClientError, match="but not both"):
        cloudformation.describe_stack_resources(PhysicalResourceId=topic, StackName="one")


def test_stacks_lie_in_one_account_and_region(sandbox: Embedded) -> None:
    """A stack is not seen from another region."""
    stack(sandbox)
    assert sandbox.client("cloudformation", region="us-east-1").describe_stacks()["Stacks"] == []
