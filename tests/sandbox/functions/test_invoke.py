import base64
import json

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.conftest import NewAccount, Refused
from tests.sandbox.functions.conftest import Invoke, packed

RAISES = "def handler(event, context):\n    raise ValueError(event)"
ECHO = "def handler(event, context):\n    print('seen')\n    return {'event': event}"


def test_a_function_runs_and_its_result_comes_back(invoke: Invoke) -> None:
    """The handler is called with the event, and what it returns is the payload.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    answer = invoke(ECHO, {"a": [1, None]})
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert answer["Payload"] == {"event": {"a": [1, None]}}
    assert "FunctionError" not in answer
    assert "LogResult" not in answer


def test_an_error_comes_back_as_a_function_error(invoke: Invoke) -> None:
    """What a handler raises is FunctionError Unhandled; the payload tells type, message and trace.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    answer = invoke(RAISES, "because")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    error = answer["Payload"]
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "because")
    assert 'File "/var/task/index.py", line 2, in handler' in error["stackTrace"][0]


def test_the_tail_of_the_log_comes_back_when_asked_for(invoke: Invoke) -> None:
    """LogType Tail answers the last of the log, base64-encoded, between START and REPORT.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    """
    answer = invoke(ECHO, None, {"LogType": "Tail"})
    start, seen, end, report = base64.b64decode(answer["LogResult"]).decode().splitlines()
    assert start.startswith("START RequestId: ")
    assert start.endswith("Version: $LATEST")
    assert seen == "seen"
    assert end.startswith("END RequestId: ")
    assert "Memory Size: 128 MB" in report


def test_an_event_invocation_answers_nothing(sandbox: Embedded, invoke: Invoke) -> None:
    """InvocationType Event answers 202 and no payload; the function runs.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
    """
    answer = invoke(ECHO, None, {"InvocationType": "Event"})
    assert (answer["StatusCode"], answer["Payload"]) == (202, None)
    assert sandbox.client("logs").describe_log_streams(logGroupName="/aws/lambda/one")["logStreams"]


def test_a_dry_run_runs_nothing(sandbox: Embedded, invoke: Invoke) -> None:
    """InvocationType DryRun answers 204 and the function does not run.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    assert invoke(ECHO, None, {"InvocationType": "DryRun"})["StatusCode"] == 204
    assert sandbox.client("logs").describe_log_groups()["logGroups"] == []


def test_what_cannot_be_invoked_is_refused(sandbox: Embedded, role: str, refused: Refused) -> None:
    """No such function or version, another region's, a payload that is no JSON: refused with Lambda's codes.

    Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    client = sandbox.client("lambda")
    made = client.create_function(
        FunctionName="one", Runtime="python3.13", Handler="index.handler", Role=role, Code={"ZipFile": packed(index="")}
    )
    elsewhere = sandbox.client("lambda", region="us-east-1")
    assert refused(client.invoke, FunctionName="none") == "ResourceNotFoundException"
    assert refused(client.invoke, FunctionName="one", Qualifier="7") == "ResourceNotFoundException"
    assert refused(elsewhere.invoke, FunctionName=made["FunctionArn"]) == "ResourceNotFoundException"
    assert refused(client.invoke, FunctionName="one", Payload="{") == "InvalidRequestContentException"


def test_a_function_of_another_account_needs_its_permission(
    sandbox: Embedded, invoke: Invoke, new_account: NewAccount, refused: Refused
) -> None:
    """By ARN, from another account: AccessDeniedException until the function's policy names that account.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    invoke(ECHO)
    arn = sandbox.client("lambda").get_function(FunctionName="one")["Configuration"]["FunctionArn"]
    other = new_account("other")
    theirs = sandbox.client("lambda", account=other)
    assert refused(theirs.invoke, FunctionName=arn) == "AccessDeniedException"
    sandbox.client("lambda").add_permission(
        FunctionName="one", StatementId="other", Action="lambda:InvokeFunction", Principal=other
    )
    assert theirs.invoke(FunctionName=arn)["StatusCode"] == 200


def test_no_concurrency_is_no_invocation(sandbox: Embedded, invoke: Invoke, refused: Refused) -> None:
    """A function with no reserved concurrency left at all is throttled.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    invoke(ECHO)
    client = sandbox.client("lambda")
    client.put_function_concurrency(FunctionName="one", ReservedConcurrentExecutions=0)
    said = refused(client.invoke, FunctionName="one")
    assert said == "TooManyRequestsException:ReservedFunctionConcurrentInvocationLimitExceeded"


def test_a_role_that_lost_its_trust_ends_it(sandbox: Embedded, invoke: Invoke, refused: Refused) -> None:
    """A function whose role no longer trusts Lambda cannot run.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """
    invoke(ECHO)
    other = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    nobody = json.dumps({"Version": "2012-10-17", "Statement": [other]})
    sandbox.client("iam").update_assume_role_policy(RoleName="runs", PolicyDocument=nobody)
    assert refused(sandbox.client("lambda").invoke, FunctionName="one") == "InvalidParameterValueException"


@pytest.mark.not_kept
@pytest.mark.parametrize("runtime", ["nodejs22.x", "java21"])
def test_other_languages_are_refused(invoke: Invoke, runtime: str) -> None:
    """Functions of other runtimes than Python's run.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    with pytest.raises(Exception, match=f"The sandbox does not implement the runtime {runtime}"):
        invoke(ECHO, Runtime=runtime)
