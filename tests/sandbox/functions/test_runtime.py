import logging
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.functions.conftest import Invoke

CONTEXT = """
def handler(event, context):
    names = "function_name function_version invoked_function_arn memory_limit_in_mb log_group_name log_stream_name"
    return {
        **{name: getattr(context, name) for name in names.split()},
        "left": context.get_remaining_time_in_millis(),
        "ids": [context.aws_request_id, event["id"]],
    }
"""
IDENTITY = """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
LOGGING = """
import logging
logger = logging.getLogger()
logger.setLevel("INFO")
def handler(event, context):
    logger.info("told")
    logger.debug("not told")
"""
BLOCK = """
import boto3
def handler(event, context):
    account = boto3.client("sts").get_caller_identity()["Account"]
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    boto3.client("s3control").put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=block)
    boto3.client("s3").create_bucket(Bucket="made-here", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
"""


def test_a_handler_knows_its_invocation(invoke: Invoke) -> None:
    """The context names the function, its version, its log and the time left.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """
    seen = invoke(CONTEXT, {"id": 7}, Timeout=20, MemorySize=256)["Payload"]
    assert seen["function_name"] == "one"
    assert seen["invoked_function_arn"] == "arn:aws:lambda:eu-west-1:111111111111:function:one"
    assert (seen["function_version"], seen["memory_limit_in_mb"]) == ("$LATEST", "256")
    assert (seen["log_group_name"], "[$LATEST]" in seen["log_stream_name"]) == ("/aws/lambda/one", True)
    assert 10_000 < seen["left"] <= 20_000


def test_a_function_acts_as_its_role(invoke: Invoke) -> None:
    """Its calls come from a session of the execution role that bears the function's name.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    assert invoke(IDENTITY)["Payload"] == "arn:aws:sts::111111111111:assumed-role/runs/one"


def test_a_function_sees_its_own_environment_only(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment holds Lambda's variables and the function's own, and nothing of whoever runs the sandbox.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    monkeypatch.setenv("SECRET_OF_MINE", "x")
    source = "import os\ndef handler(event, context):\n    return dict(os.environ)"
    seen = invoke(source, Environment={"Variables": {"LEVEL": "3"}})["Payload"]
    assert (seen["LEVEL"], seen["AWS_REGION"], seen["AWS_LAMBDA_FUNCTION_NAME"]) == ("3", "eu-west-1", "one")
    assert {"SECRET_OF_MINE", "HOME", "PYTHONPATH", "USER"} & set(seen) == set()


def test_what_is_logged_can_be_read(sandbox: Embedded, invoke: Invoke) -> None:
    """The root logger writes to the function's log group, with level, time and request id.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    invoke(LOGGING)
    events = sandbox.client("logs").filter_log_events(logGroupName="/aws/lambda/one")["events"]
    level, _, request_id, text = events[1]["message"].split("\t")
    assert (level, text) == (f"[{logging.getLevelName(logging.INFO)}]", "told")
    assert events[0]["message"] == f"START RequestId: {request_id} Version: $LATEST"
    assert len(events) == 4


def test_s3_control_is_reached_without_ado(sandbox: Embedded, invoke: Invoke) -> None:
    """A function blocks public access for its account, and makes a bucket, with unmodified clients.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html
    """
    assert "FunctionError" not in invoke(BLOCK, Timeout=20)
    seen = sandbox.client("s3control").get_public_access_block(AccountId="111111111111")
    assert set(seen["PublicAccessBlockConfiguration"].values()) == {True}
    assert [bucket["Name"] for bucket in sandbox.client("s3").list_buckets()["Buckets"]] == ["made-here"]


@pytest.mark.parametrize(
    ("source", "settings", "error"),
    [
        ("import nothing_of_the_kind", {}, ("Runtime.ImportModuleError", "No module named 'nothing_of_the_kind'")),
        ("def handler(:", {}, ("Runtime.UserCodeSyntaxError", "Syntax error in module 'index'")),
        ("", {}, ("Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'")),
        ("", {"Handler": "handler"}, ("Runtime.MalformedHandlerName", "Bad handler 'handler'")),
        ("handler = lambda event, context: object()", {}, ("Runtime.MarshalError", "Unable to marshal response")),
        ("import sys\nhandler = lambda *_: sys.exit(0)", {}, ("Runtime.ExitError", "Runtime exited")),
        (
            "def handler(*_):\n    while True: pass",
            {"Timeout": 1},
            ("Sandbox.Timedout", "timed out after 1.00 seconds"),
        ),
        ("import moto", {}, ("Runtime.ImportModuleError", "No module named 'moto'")),
    ],
)
def test_code_that_cannot_run_is_told_in_lambdas_words(
    invoke: Invoke, source: str, settings: dict[str, Any], error: tuple[str, str]
) -> None:
    """Missing modules, syntax errors, a missing handler, results that are no JSON, exits, the time limit: told by type.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
    """
    answer = invoke(source, **settings)
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == error[0]
    assert error[1] in answer["Payload"]["errorMessage"]
