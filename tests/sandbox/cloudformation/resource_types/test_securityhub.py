from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]


def hub(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SecurityHub::Hub", "Properties": properties}


def test_a_hub_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Security Hub is on with or without the default standards, and off again; a second hub is refused.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-hub.html
    """
    client = sandbox.client("securityhub")
    stack = deploy({"Hub": hub(EnableDefaultStandards=False, AutoEnableControls=False)}, {"Arn": {"Ref": "Hub"}})
    shown = client.describe_hub()
    assert (shown["HubArn"], shown["AutoEnableControls"]) == (stack["outputs"]["Arn"], False)
    assert client.get_enabled_standards()["StandardsSubscriptions"] == []
    deploy({"Hub": hub(ControlFindingGenerator="STANDARD_CONTROL")})
    shown = client.describe_hub()
    assert (shown["ControlFindingGenerator"], shown["AutoEnableControls"]) == ("STANDARD_CONTROL", True)
    assert "already subscribed" in deploy({"Hub": hub(), "Other": hub()})["reasons"][0]
    delete()
    with pytest.raises(ClientError, match="not subscribed"):
        client.describe_hub()
