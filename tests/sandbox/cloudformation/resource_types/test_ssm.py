from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]


def parameter(**properties: Any) -> dict[str, Any]:
    properties = {"Name": "/landing-zone/version", "Type": "String", "Value": "1", **properties}
    return {"Type": "AWS::SSM::Parameter", "Properties": properties}


def test_a_parameter_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Value and tags are what plain Systems Manager calls show; an update is a new version.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
    """
    stack = deploy({"One": parameter(Tags={"team": "platform"})}, {"Value": {"Fn::GetAtt": "One.Value"}})
    assert stack["outputs"] == {"Value": "1"}
    ssm = sandbox.client("ssm")
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/landing-zone/version")["TagList"]
    assert {"Key": "team", "Value": "platform"} in tags
    deploy({"One": parameter(Value="2")})
    found = ssm.get_parameter(Name="/landing-zone/version")["Parameter"]
    assert (found["Value"], found["Version"]) == ("2", 2)
    delete()
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name="/landing-zone/version")
