"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded


def template(value: str) -> str:
    properties = {"Name": "/made", "Type": "String", "Value": value}
    return json.dumps({"Resources": {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}})


def looks(cloudformation: Any) -> str:
    seen = [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]
    return str(seen[1])


def created(sandbox: Embedded, value: str) -> Any:
    cloudformation = sandbox.client("cloudformation")
    cloudformation.create_stack(StackName="one", TemplateBody=template(value))
    looks(cloudformation)
    return cloudformation


def made(sandbox: Embedded) -> str:
    return str(sandbox.client("ssm").get_parameter(Name="/made")["Parameter"]["Value"])


def stored(sandbox: Embedded, *values: str, **parameter: str) -> None:
    for value in values:
        sandbox.client("ssm").put_parameter(
            **{"Name": "/source", "Type": "String", "Value": value, "Overwrite": True, **parameter}
        )


def test_a_parameter_is_taken_from_parameter_store(sandbox: Embedded) -> None:
    """ssm gives the latest version, or the one that is named, also in the middle of a text.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
    """
    stored(sandbox, "a", "b")
    created(sandbox, "{{resolve:ssm:/source:1}} and {{resolve:ssm:/source}}")
    assert made(sandbox) == "a and b"


def test_an_update_takes_the_latest_version(sandbox: Embedded) -> None:
    """A new value of a parameter that is referred to without version is a change; the same value is none."""
    stored(sandbox, "a")
    cloudformation = created(sandbox, "{{resolve:ssm:/source}}")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(StackName="one", UsePreviousTemplate=True)
    stored(sandbox, "b")
    cloudformation.update_stack(StackName="one", UsePreviousTemplate=True)
    assert looks(cloudformation) == "UPDATE_COMPLETE"
    assert made(sandbox) == "b"


def test_a_secret_is_given_to_the_service_alone(sandbox: Embedded) -> None:
    """secretsmanager gives a secret or one of its keys; change sets and drift show and compare the reference only.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """
    secrets = sandbox.client("secretsmanager")
    arn = secrets.create_secret(Name="db", SecretString=json.dumps({"password": "hidden"}))["ARN"]
    cloudformation = created(sandbox, "{{resolve:secretsmanager:db:SecretString:password}}")
    assert made(sandbox) == "hidden"
    whole = f"{{{{resolve:secretsmanager:{arn}}}}}"
    names = {"StackName": "one", "ChangeSetName": "changes"}
    cloudformation.create_change_set(**names, TemplateBody=template(whole))
    for _ in range(2):
        described = cloudformation.describe_change_set(**names, IncludePropertyValues=True)
    assert whole in str(described["Changes"])
    assert "hidden" not in str(described["Changes"])
    cloudformation.execute_change_set(**names)
    assert looks(cloudformation) == "UPDATE_COMPLETE"
    assert json.loads(made(sandbox)) == {"password": "hidden"}
    drift = cloudformation.detect_stack_resource_drift(StackName="one", LogicalResourceId="Parameter")
    assert drift["StackResourceDrift"]["StackResourceDriftStatus"] == "IN_SYNC"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("{{resolve:ssm:/absent}}", "cannot be found"),
        ("{{resolve:ssm:/source}}", "SecureString"),
        ("{{resolve:ssm-secure:/source:1}}", "SSM Secure reference is not supported in"),
        ("{{resolve:secretsmanager:absent}}", "can't find the specified secret"),
        ("{{resolve:secretsmanager:db:SecretString:absent}}", "Could not find a value associated with JSONKey"),
        ("{{resolve:secretsmanager:db:Binary}}", "Incorrect format"),
    ],
)
def test_references_that_lead_nowhere_fail_the_resource(sandbox: Embedded, reference: str, reason: str) -> None:
    """Unknown parameters, secrets and keys, and secure strings where they are not supported, are told as the reason."""
    stored(sandbox, "a", Type="SecureString")
    sandbox.client("secretsmanager").create_secret(Name="db", SecretString="{}")
    cloudformation = created(sandbox, reference)
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert reason in failed[0]["ResourceStatusReason"]


def test_a_template_holds_sixty_references_at_most(sandbox: Embedded) -> None:
    """The sixty-first dynamic reference is refused."""
    with pytest.raises(ClientError, match="60 dynamic references"):
        sandbox.client("cloudformation").validate_template(TemplateBody=template("{{resolve:ssm:/a}}" * 61))
