"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-samples.html"""

import json
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}, "RetentionInDays": 7}}
PARAMETERS = {
    "Name": {"Type": "String", "Default": "/first"},
    "Secret": {"Type": "String", "Default": "hidden", "NoEcho": True},
}
OTHER = [{"ParameterKey": "Name", "ParameterValue": "/second"}]


def changed(
    sandbox: Embedded, before: dict[str, Any], after: dict[str, Any] | None = None, **request: Any
) -> dict[str, Any]:
    """The changes, by logical id, of an update from one set of resources to another."""
    cloudformation = sandbox.client("cloudformation")
    templates = [json.dumps({"Parameters": PARAMETERS, "Resources": one}) for one in (before, after or before)]
    cloudformation.create_stack(StackName="one", TemplateBody=templates[0])
    for _ in range(2):
        cloudformation.describe_stacks(StackName="one")
    values = request.pop("IncludePropertyValues", False)
    asked = {"StackName": "one", "ChangeSetName": "changes", "TemplateBody": templates[1], **request}
    arn = cloudformation.create_change_set(**asked)["Id"]
    cloudformation.describe_change_set(ChangeSetName=arn)
    described = cloudformation.describe_change_set(ChangeSetName=arn, IncludePropertyValues=values)
    return {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in described["Changes"]}


def group(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/group", **properties}}


def test_a_direct_modification_is_static(sandbox: Embedded) -> None:
    """A property changed in the template: Modify without replacement, evaluated statically.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
    """
    changes = changed(sandbox, {"Group": group(RetentionInDays=7)}, {"Group": group(RetentionInDays=14)})
    assert changes == {
        "Group": {
            "Action": "Modify",
            "LogicalResourceId": "Group",
            "PhysicalResourceId": "/group",
            "ResourceType": "AWS::Logs::LogGroup",
            "Replacement": "False",
            "Scope": ["Properties"],
            "Details": [
                {
                    "Target": {"Attribute": "Properties", "Name": "RetentionInDays", "RequiresRecreation": "Never"},
                    "Evaluation": "Static",
                    "ChangeSource": "DirectModification",
                }
            ],
        }
    }


def test_a_parameter_change_names_the_parameter(sandbox: Embedded) -> None:
    """A changed parameter gives two details, a dynamic and a static one; on a create-only property it replaces.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets-samples.html
    """
    change = changed(sandbox, {"Group": GROUP}, Parameters=OTHER)["Group"]
    assert (change["Replacement"], change["PolicyAction"]) == ("True", "ReplaceAndDelete")
    target = {"Attribute": "Properties", "Name": "LogGroupName", "RequiresRecreation": "Always"}
    assert change["Details"] == [
        {"Target": target, "Evaluation": "Dynamic", "ChangeSource": "DirectModification"},
        {
            "Target": target,
            "Evaluation": "Static",
            "ChangeSource": "ParameterReference",
            "CausingEntity": "Name",
        },
    ]


def test_what_depends_on_a_replaced_resource_is_dynamic(sandbox: Embedded) -> None:
    """A reference to a resource that is replaced changes with it; its value is known only afterwards."""
    user = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Group"}}}
    changes = changed(sandbox, {"Group": GROUP, "User": user}, Parameters=OTHER, IncludePropertyValues=True)
    assert changes["User"]["Replacement"] == "False"
    (detail,) = changes["User"]["Details"]
    assert (detail["Evaluation"], detail["ChangeSource"], detail["CausingEntity"]) == (
        "Dynamic",
        "ResourceReference",
        "Group",
    )
    assert detail["Target"]["BeforeValue"] == "/first"
    assert detail["Target"]["AfterValue"] == "{{changeSet:KNOWN_AFTER_APPLY}}"


def test_an_attribute_of_a_changed_resource_is_dynamic(sandbox: Embedded) -> None:
    """What uses Fn::GetAtt of a resource that changes in place may change; where that would replace, it is conditional."""
    user = group(LogGroupName={"Fn::Sub": "/of${Parameter.Value}"})

    def resources(value: str) -> dict[str, Any]:
        parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
        return {"Parameter": parameter, "User": user}

    changes = changed(sandbox, resources("a"), resources("b"))
    assert changes["Parameter"]["Replacement"] == "False"
    assert changes["User"]["Replacement"] == "Conditional"
    (detail,) = changes["User"]["Details"]
    assert (detail["ChangeSource"], detail["CausingEntity"]) == ("ResourceAttribute", "Parameter.Value")


@pytest.mark.parametrize(("policy", "action"), [("Delete", "Delete"), ("Retain", "Retain")])
def test_added_and_removed_resources_are_told(sandbox: Embedded, policy: str, action: str) -> None:
    """Add and Remove, the latter with what its DeletionPolicy makes of it; sorted by logical id.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    removed = {"Type": "AWS::SNS::Topic", "DeletionPolicy": policy}
    changes = changed(sandbox, {"Old": removed}, {"New": group()})
    assert list(changes) == ["New", "Old"]
    assert (changes["New"]["Action"], changes["Old"]["Action"]) == ("Add", "Remove")
    assert changes["Old"]["PolicyAction"] == action
    assert changes["Old"]["PhysicalResourceId"].startswith("arn:aws:sns:")


def test_values_before_and_after_are_shown_on_request(sandbox: Embedded) -> None:
    """IncludePropertyValues adds path, both values and the kind of change, and the whole context of the resource.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceTargetDefinition.html
    """
    before, after = (
        {"Group": group(RetentionInDays=7)},
        {"Group": group(KmsKeyId="arn:aws:kms:eu-west-1:111111111111:key/one", RetentionInDays=14)},
    )
    change = changed(sandbox, before, after, IncludePropertyValues=True)["Group"]
    targets = {detail["Target"]["Name"]: detail["Target"] for detail in change["Details"]}
    assert targets["RetentionInDays"]["Path"] == "/Properties/RetentionInDays"
    assert (targets["RetentionInDays"]["BeforeValue"], targets["RetentionInDays"]["AfterValue"]) == ("7", "14")
    assert (targets["RetentionInDays"]["AttributeChangeType"], targets["KmsKeyId"]["AttributeChangeType"]) == (
        "Modify",
        "Add",
    )
    assert json.loads(change["BeforeContext"]) == {"Properties": {"LogGroupName": "/group", "RetentionInDays": 7}}
    assert json.loads(change["AfterContext"])["Properties"]["RetentionInDays"] == 14


def test_values_of_secret_parameters_are_masked(sandbox: Embedded) -> None:
    """What is made with a NoEcho parameter shows as asterisks, before and after.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    secret = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}}
    other = [{"ParameterKey": "Secret", "ParameterValue": "veiled"}]
    change = changed(sandbox, {"Made": secret}, Parameters=other, IncludePropertyValues=True)["Made"]
    assert "hidden" not in str(change)
    assert "veiled" not in str(change)
    assert json.loads(change["AfterContext"])["Properties"]["Value"] == "****"


def test_tags_and_metadata_have_their_own_scope(sandbox: Embedded) -> None:
    """Changed stack tags show as Tags, changed metadata as Metadata; neither replaces anything.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    tagged = {"Group": {**group(), "Metadata": {"a": 1}}}
    changes = changed(sandbox, {"Group": group()}, tagged, Tags=[{"Key": "team", "Value": "blue"}])
    assert changes["Group"]["Scope"] == ["Tags", "Metadata"]
    assert changes["Group"]["Replacement"] == "False"


def test_a_condition_that_becomes_false_removes(sandbox: Embedded) -> None:
    """A resource whose condition no longer holds is removed."""
    cloudformation = sandbox.client("cloudformation")
    template = {
        "Parameters": {"Wanted": {"Type": "String", "Default": "yes"}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
        "Resources": {"Kept": {"Type": "AWS::SNS::Topic"}, "Group": {**group(), "Condition": "Wanted"}},
    }
    cloudformation.create_stack(StackName="one", TemplateBody=json.dumps(template))
    for _ in range(2):
        cloudformation.describe_stacks(StackName="one")
    no = [{"ParameterKey": "Wanted", "ParameterValue": "no"}]
    asked = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**asked, UsePreviousTemplate=True, Parameters=no)
    cloudformation.describe_change_set(**asked)
    (change,) = cloudformation.describe_change_set(**asked)["Changes"]
    assert (change["ResourceChange"]["Action"], change["ResourceChange"]["LogicalResourceId"]) == ("Remove", "Group")
