import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.conftest import Requests
from tests.sandbox.cloudformation.provider import resources
from tests.sandbox.conftest import NewAccount, Refused

REGIONS = ["eu-west-1", "us-east-1"]
WAITING = """
import os
import cfnresponse

def handler(event, context):
    asked = event["ResourceProperties"]
    open(asked["Begun"], "w").close()
    while not os.path.exists(asked["Go"]) and context.get_remaining_time_in_millis() > 9000:
        pass
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "x")
"""


def template(**properties: Any) -> dict[str, Any]:
    return {"TemplateBody": json.dumps({"Resources": resources(**properties)}), "Capabilities": ["CAPABILITY_IAM"]}


def ended(cloudformation: Any, operation: str) -> list[tuple[str, str]]:
    """How an operation ended, in each place."""
    for _ in range(2):
        cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
    results = cloudformation.list_stack_set_operation_results(StackSetName="set", OperationId=operation)["Summaries"]
    return [(result["Status"], result.get("StatusReason", "")) for result in results]


def test_custom_resources_live_in_every_instance(
    sandbox: Embedded, new_account: NewAccount, root_id: str, requests: Requests
) -> None:
    """In each account and region of a stack set the function is asked for Create, Update and Delete; a failure tells its reason.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-ops.html
    """
    account = new_account("one")
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    cloudformation.create_stack_set(
        StackSetName="set", PermissionModel="SERVICE_MANAGED", AutoDeployment={"Enabled": False}, **template(Id="first")
    )
    target = {"StackSetName": "set", "DeploymentTargets": {"OrganizationalUnitIds": [root_id]}, "Regions": REGIONS}
    created = cloudformation.create_stack_instances(**target)["OperationId"]
    assert ended(cloudformation, created) == [("SUCCEEDED", "")] * 2

    replaced = cloudformation.update_stack_set(StackSetName="set", **template(Id="second"))["OperationId"]
    assert ended(cloudformation, replaced) == [("SUCCEEDED", "")] * 2

    failed = cloudformation.update_stack_set(StackSetName="set", **template(Id="second", Fail="Update"))["OperationId"]
    status, reason = ended(cloudformation, failed)[0]
    assert (status, "Message returned: as you wished" in reason) == ("FAILED", True)

    deleted = cloudformation.delete_stack_instances(RetainStacks=False, **target)["OperationId"]
    assert ended(cloudformation, deleted) == [("SUCCEEDED", "")] * 2
    asked = [
        (one["RequestType"], one.get("PhysicalResourceId")) for one in requests(account=account, region="eu-west-1")
    ]
    assert asked == [
        ("Create", None),
        ("Update", "first"),
        ("Delete", "first"),
        ("Update", "second"),
        ("Update", "second"),
        ("Delete", "second"),
    ]


def test_an_operation_is_running_while_its_function_runs(
    sandbox: Embedded, new_account: NewAccount, root_id: str, tmp_path: Path, refused: Refused
) -> None:
    """Until the function has answered everybody sees the operation RUNNING and the stack CREATE_IN_PROGRESS; others conflict.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts-stackset-status-codes.html
    """
    member = sandbox.client("cloudformation", account=new_account("one"))
    begun, go = tmp_path / "begun", tmp_path / "go"
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    body = json.dumps({"Resources": resources(WAITING, Begun=str(begun), Go=str(go))})
    cloudformation.create_stack_set(
        StackSetName="set",
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
        TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"],
    )
    target = {"StackSetName": "set", "DeploymentTargets": {"OrganizationalUnitIds": [root_id]}, "Regions": REGIONS[:1]}
    operation = cloudformation.create_stack_instances(**target)["OperationId"]
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(sandbox.client("s3").list_buckets)
        while not begun.exists():
            assert not working.done()
        seen = cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=operation)
        (stack,) = member.describe_stacks()["Stacks"]
        conflict = refused(cloudformation.create_stack_instances, **target)
        untouched = refused(member.delete_stack, StackName=stack["StackName"])
        go.touch()
        working.result()
    assert (seen["StackSetOperation"]["Status"], stack["StackStatus"]) == ("RUNNING", "CREATE_IN_PROGRESS")
    assert (conflict, untouched) == ("OperationInProgressException", "ValidationError")
    assert ended(cloudformation, operation) == [("SUCCEEDED", "")]
    assert [one["StackStatus"] for one in member.describe_stacks()["Stacks"]] == ["CREATE_COMPLETE"]


def test_an_operation_is_stopped_while_its_function_runs(
    sandbox: Embedded, new_account: NewAccount, root_id: str, tmp_path: Path
) -> None:
    """The instance that is worked on is RUNNING, the next PENDING; stopping lets the first come to its end and cancels the other.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StopStackSetOperation.html
    """
    for name in ("one", "two"):
        new_account(name)
    begun, go = tmp_path / "begun", tmp_path / "go"
    cloudformation = sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    definition = {
        "TemplateBody": json.dumps({"Resources": resources(WAITING, Begun=str(begun), Go=str(go))}),
        "Capabilities": ["CAPABILITY_IAM"],
    }
    managed = {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
    cloudformation.create_stack_set(StackSetName="set", **managed, **definition)
    target = {"StackSetName": "set", "DeploymentTargets": {"OrganizationalUnitIds": [root_id]}, "Regions": REGIONS[:1]}
    asked = {"StackSetName": "set", "OperationId": cloudformation.create_stack_instances(**target)["OperationId"]}
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(sandbox.client("s3").list_buckets)
        while not begun.exists():
            assert not working.done()
        found = cloudformation.list_stack_set_operation_results(**asked)["Summaries"]
        cloudformation.stop_stack_set_operation(**asked)
        shown = cloudformation.describe_stack_set_operation(**asked)["StackSetOperation"]["Status"]
        go.touch()
        working.result()
    assert ([one["Status"] for one in found], shown) == (["RUNNING", "PENDING"], "STOPPING")
    assert cloudformation.describe_stack_set_operation(**asked)["StackSetOperation"]["Status"] == "STOPPED"
    assert [status for status, _ in ended(cloudformation, asked["OperationId"])] == ["SUCCEEDED", "CANCELLED"]


def test_an_instance_needs_its_region_in_both_accounts(
    sandbox: Embedded, new_account: NewAccount, root_id: str
) -> None:
    """In an opt-in Region an instance fails until its own account, and the one that manages the organization, have enabled it.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-opt-in-regions.html
    """
    one, cloudformation = new_account("one"), sandbox.client("cloudformation")
    cloudformation.activate_organizations_access()
    definition = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation.create_stack_set(
        StackSetName="set",
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": False},
        TemplateBody=definition,
    )
    target = {"DeploymentTargets": {"OrganizationalUnitIds": [root_id]}, "Regions": ["eu-south-1"]}
    statuses = []
    for account in (one, sandbox.running.account_id, None):
        (ending,) = ended(
            cloudformation, cloudformation.create_stack_instances(StackSetName="set", **target)["OperationId"]
        )
        statuses.append((ending[0], "is not enabled" in ending[1], (account or "-") in ending[1]))
        own = sandbox.client("account", account=account)
        own.enable_region(RegionName="eu-south-1")
        for _ in range(2):
            own.get_region_opt_status(RegionName="eu-south-1")
    assert statuses == [("FAILED", True, True), ("FAILED", True, True), ("SUCCEEDED", False, False)]
