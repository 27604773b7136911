"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentTargets.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


@pytest.fixture
def cloudformation(sandbox: Embedded) -> Any:
    """A client with an empty stack set in an organization that has StackSets activated."""
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    definition = {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
    client.create_stack_set(StackSetName="set", TemplateBody=TEMPLATE, **definition)
    return client


def put(sandbox: Embedded, key: str, content: str) -> None:
    s3 = sandbox.client("s3", region="us-east-1")
    s3.create_bucket(Bucket="lists")
    s3.put_object(Bucket="lists", Key=key, Body=content.encode())


@pytest.mark.parametrize(("key", "separator"), [("accounts.csv", ","), ("accounts.txt", "\n")])
def test_accounts_are_read_from_s3(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount, key: str, separator: str
) -> None:
    """AccountsUrl points to a .csv or .txt file of account ids, by commas or lines; the operation shows the URL."""
    accounts = [new_account(name) for name in ("a", "b", "c")]
    put(sandbox, key, separator.join(accounts[:2]))
    url = f"s3://lists/{key}"
    targets = {"OrganizationalUnitIds": [root_id], "AccountsUrl": url, "AccountFilterType": "INTERSECTION"}
    asked = {"StackSetName": "set", "DeploymentTargets": targets, "Regions": ["eu-west-1"]}
    operation = cloudformation.create_stack_instances(**asked)["OperationId"]
    instances = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert [one["Account"] for one in instances] == accounts[:2]
    shown = cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
    assert shown["StackSetOperation"]["DeploymentTargets"] == targets


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"AccountsUrl": "s3://lists/accounts.json"}, "must be .csv or .txt"),
        ({"AccountsUrl": "s3://lists/none.csv"}, "S3 error: The specified key does not exist"),
        ({"AccountsUrl": "https://example.com/accounts.csv"}, "AccountsUrl must be a supported URL"),
        ({"AccountsUrl": "s3://lists/accounts.csv", "Accounts": ["111111111111"]}, "not both"),
    ],
)
def test_a_wrong_list_is_refused(
    sandbox: Embedded, cloudformation: Any, root_id: str, targets: dict[str, Any], message: str
) -> None:
    """The list must be there, of a known form, and the only one."""
    put(sandbox, "accounts.csv", "")
    asked = {"OrganizationalUnitIds": [root_id], "AccountFilterType": "INTERSECTION", **targets}
    with pytest.raises(ClientError, match=message):
        cloudformation.create_stack_instances(StackSetName="set", DeploymentTargets=asked, Regions=["eu-west-1"])
