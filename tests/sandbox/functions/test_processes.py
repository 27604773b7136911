import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.functions import deployment_packages, processes
from guardrails.sandbox.serving import lifecycle
from tests.sandbox.cloudformation.provider import resources
from tests.sandbox.functions.conftest import Invoke, packed

INSIDE = """
import boto3
import cfnresponse
from botocore.exceptions import ClientError

def refusal(call, **request):
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Message"]

def handler(event, context):
    if event["RequestType"] == "Delete":
        return cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "x")
    client = boto3.client("cloudformation")
    name = event["StackId"].split("/")[1]
    data = {
        "Status": client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        "Again": client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        "Update": refusal(client.update_stack, StackName=name, UsePreviousTemplate=True, Tags=[]),
        "Delete": refusal(client.delete_stack, StackName=name),
        "Create": refusal(client.create_stack, StackName=name, TemplateBody="{}"),
    }
    other = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    client.create_stack(StackName="other", TemplateBody=other)
    client.get_waiter("stack_create_complete").wait(StackName="other", WaiterConfig={"Delay": 0})
    data["Other"] = client.describe_stacks(StackName="other")["Stacks"][0]["StackStatus"]
    cfnresponse.send(event, context, cfnresponse.SUCCESS, data, "x")
"""
WAITS_FOR_A_FILE = """
import os
def handler(event, context):
    while event and not os.path.exists(event):
        pass
"""
WAITS = """
import time
def handler(event, context):
    open(event, "w").close()
    time.sleep(60)
"""


def test_a_function_may_look_at_its_own_stack_and_not_touch_it(sandbox: Embedded) -> None:
    """While a stack's function runs the stack is CREATE_IN_PROGRESS to everybody, and an update of it is refused; others are free.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
    """
    cloudformation = sandbox.client("cloudformation")
    names = ("Status", "Again", "Update", "Delete", "Create", "Other")
    outputs = {name: {"Value": {"Fn::GetAtt": ["Own", name]}} for name in names}
    template = json.dumps({"Resources": resources(INSIDE), "Outputs": outputs})
    cloudformation.create_stack(StackName="one", TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    for _ in range(2):
        (stack,) = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    seen = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert (seen["Status"], seen["Again"], seen["Other"]) == (
        "CREATE_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    )
    assert "is in CREATE_IN_PROGRESS state and can not be updated" in seen["Update"]
    assert "the sandbox does not interrupt its functions" in seen["Delete"]
    assert seen["Create"] == "Stack [one] already exists"


def test_functions_run_side_by_side(sandbox: Embedded, invoke: Invoke, tmp_path: Path) -> None:
    """Invocations of a function do not wait for each other.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
    """
    go = tmp_path / "go"
    invoke(WAITS_FOR_A_FILE, Timeout=10)
    client = sandbox.client("lambda")
    with ThreadPoolExecutor(4) as threads:
        slow = threads.submit(client.invoke, FunctionName="one", Payload=json.dumps(str(go)))
        quick = [threads.submit(client.invoke, FunctionName="one") for _ in range(3)]
        assert [one.result()["StatusCode"] for one in quick] == [200] * 3
        assert not slow.done()
        go.touch()
        assert "FunctionError" not in slow.result()


def test_a_reset_ends_what_runs(sandbox: Embedded, invoke: Invoke, tmp_path: Path) -> None:
    """A reset kills running functions, and the requests that wait for them are refused; nothing of them is left."""
    invoke("handler = lambda event, context: None")
    client = sandbox.client("lambda")
    begun = tmp_path / "begun"
    client.update_function_configuration(FunctionName="one", Timeout=60)
    client.update_function_code(FunctionName="one", ZipFile=packed(index=WAITS))
    refused: list[Any] = []
    seen = Event()

    def call() -> None:
        try:
            client.invoke(FunctionName="one", Payload=json.dumps(str(begun)))
        except ClientError as error:
            refused.append(error.response["Error"]["Code"])
        seen.set()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(call)
        while not begun.exists():
            sandbox.client("sts").get_caller_identity()
        sandbox.reset()
        assert seen.wait(10)
    assert refused == ["SandboxReset"]
    assert sandbox.client("logs").describe_log_groups()["logGroups"] == []


def test_what_a_function_remembers_is_gone_with_it(sandbox: Embedded, invoke: Invoke) -> None:
    """Each invocation is a process of its own: what one leaves in memory the next does not see."""
    invoke("seen = []\ndef handler(event, context):\n    seen.append(1)\n    return len(seen)")
    client = sandbox.client("lambda")
    counts = [json.loads(client.invoke(FunctionName="one")["Payload"].read()) for _ in range(2)]
    assert counts == [1, 1]


def test_nothing_is_left_at_the_end(sandbox: Embedded, invoke: Invoke) -> None:
    """The end takes the processes with it, and the unpacked code; the next invocation starts afresh."""
    invoke("handler = lambda event, context: __file__")
    (zygote,) = processes._zygotes
    lifecycle.end()
    assert zygote.process.poll() is not None
    assert deployment_packages._folders == {}
    folder = Path(json.loads(sandbox.client("lambda").invoke(FunctionName="one")["Payload"].read())).parent
    assert list(deployment_packages._folders.values()) == [folder]
