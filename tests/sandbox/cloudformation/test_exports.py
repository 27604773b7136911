"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

TOPIC = {"Type": "AWS::SNS::Topic"}


def exporting(value: Any = "value", name: Any = "shared") -> str:
    outputs = {"Out": {"Value": value, "Export": {"Name": name}}}
    return json.dumps({"Resources": {"Topic": TOPIC}, "Outputs": outputs})


def importing(name: Any = "shared") -> str:
    properties = {"Name": "/imported", "Type": "String", "Value": {"Fn::ImportValue": name}}
    return json.dumps({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}})


def status(cloudformation: Any, name: str) -> str:
    found = [cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] for _ in range(2)]
    return str(found[1])


def reasons(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return " ".join(event.get("ResourceStatusReason", "") for event in events)


def stacks(sandbox: Embedded, **bodies: str) -> Any:
    cloudformation = sandbox.client("cloudformation")
    for name, body in bodies.items():
        cloudformation.create_stack(StackName=name, TemplateBody=body)
        status(cloudformation, name)
    return cloudformation


def test_a_stack_imports_what_another_exports(sandbox: Embedded) -> None:
    """Fn::ImportValue gives the exported value; names may be built with functions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
    """
    cloudformation = stacks(
        sandbox,
        network=exporting({"Ref": "Topic"}, {"Fn::Sub": "${AWS::StackName}-topic"}),
        user=importing({"Fn::Join": ["-", ["network", "topic"]]}),
    )
    assert status(cloudformation, "user") == "CREATE_COMPLETE"
    value = sandbox.client("ssm").get_parameter(Name="/imported")["Parameter"]["Value"]
    assert value.startswith("arn:aws:sns:")
    (output,) = cloudformation.describe_stacks(StackName="network")["Stacks"][0]["Outputs"]
    assert output["ExportName"] == "network-topic"


def test_exports_and_imports_are_listed(sandbox: Embedded) -> None:
    """ListExports tells name, value and stack; ListImports who uses one, and an error when nobody does.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html
    """
    cloudformation = stacks(sandbox, network=exporting())
    (export,) = cloudformation.list_exports()["Exports"]
    assert (export["Name"], export["Value"]) == ("shared", "value")
    assert ":stack/network/" in export["ExportingStackId"]
    with pytest.raises(ClientError, match="is not imported by any stack"):
        cloudformation.list_imports(ExportName="shared")
    stacks(sandbox, user=importing())
    assert cloudformation.list_imports(ExportName="shared")["Imports"] == ["user"]
    assert sandbox.client("cloudformation", region="us-east-1").list_exports()["Exports"] == []


def test_an_export_in_use_cannot_be_deleted(sandbox: Embedded) -> None:
    """The deletion of the exporting stack is cancelled as long as another imports from it; the stack stays as it was.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """
    cloudformation = stacks(sandbox, network=exporting(), user=importing())
    cloudformation.delete_stack(StackName="network")
    assert status(cloudformation, "network") == "CREATE_COMPLETE"
    (stack,) = cloudformation.describe_stacks(StackName="network")["Stacks"]
    assert stack["StackStatusReason"] == "Delete canceled. Cannot delete export shared as it is in use by user"
    assert len(sandbox.client("sns").list_topics()["Topics"]) == 1
    cloudformation.delete_stack(StackName="user")
    cloudformation.describe_stacks(StackName="user")
    cloudformation.delete_stack(StackName="network")
    assert sandbox.client("sns").list_topics()["Topics"] == []


@pytest.mark.parametrize(
    ("body", "what"),
    [(exporting("other"), "updated"), (json.dumps({"Resources": {"Topic": TOPIC}}), "deleted")],
    ids=["changed", "removed"],
)
def test_an_export_in_use_cannot_be_changed(sandbox: Embedded, body: str, what: str) -> None:
    """An update that changes or removes an imported value rolls back.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """
    cloudformation = stacks(sandbox, network=exporting(), user=importing())
    cloudformation.update_stack(StackName="network", TemplateBody=body)
    assert status(cloudformation, "network") == "UPDATE_ROLLBACK_COMPLETE"
    assert f"Export shared cannot be {what} as it is in use by user" in reasons(cloudformation, "network")
    assert cloudformation.list_exports()["Exports"][0]["Value"] == "value"


def test_an_export_has_one_stack(sandbox: Embedded) -> None:
    """A name that is exported already in the account and region fails the second stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/outputs-section-structure.html
    """
    cloudformation = stacks(sandbox, network=exporting(), second=exporting("other"))
    assert status(cloudformation, "second") == "ROLLBACK_COMPLETE"
    assert "Export with name shared is already exported by stack network" in reasons(cloudformation, "second")


def test_what_is_not_exported_cannot_be_imported(sandbox: Embedded) -> None:
    """A stack that imports an unknown name rolls back, and a change set fails.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html
    """
    cloudformation = stacks(sandbox, user=importing())
    assert status(cloudformation, "user") == "ROLLBACK_COMPLETE"
    assert "No export named shared found" in reasons(cloudformation, "user")
    asked = {"StackName": "other", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**asked, ChangeSetType="CREATE", TemplateBody=importing())
    cloudformation.describe_change_set(**asked)
    described = cloudformation.describe_change_set(**asked)
    assert (described["Status"], described["StatusReason"]) == ("FAILED", "No export named shared found.")


def test_an_output_is_text(sandbox: Embedded) -> None:
    """A stack with an output that is a list fails; a number or a boolean is given as text.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/outputs-section-structure.html
    """
    cloudformation = stacks(sandbox, listed=exporting(["a", "b"]), flag=exporting(True))
    assert status(cloudformation, "listed") == "ROLLBACK_COMPLETE"
    assert "must evaluate to a String and not a List" in reasons(cloudformation, "listed")
    assert cloudformation.list_exports()["Exports"][0]["Value"] == "true"
