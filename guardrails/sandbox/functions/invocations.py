"""One invocation of a function from end to end: its role's credentials, its environment, its log, what came out.

Each invocation has an execution environment, and so a log stream, of its own, as after a cold start. The interpreter is
the sandbox's own, whichever of Python's runtimes the function names; MemorySize is told to the function, and no limit.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
Source: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from moto.awslambda.models import LambdaFunction
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

from guardrails.sandbox.functions import deployment_packages, execution_roles, processes
from guardrails.sandbox.functions.processes import Ending
from guardrails.sandbox.running import Running, environment
from guardrails.sandbox.serving import endpoint
from guardrails.sandbox.serving.refusals import Refusal

LARGEST_RESULT: Final = 6_291_556
TAIL_BYTES: Final = 4_096
_TOO_LARGE: Final = {
    "errorType": "Function.ResponseSizeTooLarge",
    "errorMessage": f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESULT} bytes).",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation gave: the payload as JSON text, `error` when that tells of an error, the end of the log."""

    payload: str
    error: bool
    log_tail: bytes


def invoke(function: LambdaFunction, event: str) -> Outcome:
    """Run a function with an event (JSON text). Other requests are answered meanwhile.

    Raises:
        Refusal: it cannot be run here, or its role cannot be assumed.
    """
    check_runnable(function.package_type, str(function.run_time), bool(function.layers))
    if function.reserved_concurrency == 0:
        raise Refusal(
            "TooManyRequestsException",
            "Rate Exceeded.",
            status=429,
            Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
        )
    request_id = str(mock_random.uuid4())
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{mock_random.uuid4().hex}"
    task_root = str(deployment_packages.unpacked(function.code_bytes))
    job = {
        "task_root": task_root,
        "handler": function.handler,
        "event": event,
        "environment": _environment(function, task_root, stream),
        "context": _context(function, request_id, stream),
        "seconds": function.timeout,
    }
    ending = processes.run(job, float(function.timeout))
    payload = _payload(ending, function, request_id)
    log = _log(ending, function, request_id)
    _write(function, stream, log)
    error = not (ending.message and "result" in ending.message and payload is not _TOO_LARGE)
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return Outcome(text, error, "\n".join([*log, ""]).encode()[-TAIL_BYTES:])


def check_runnable(package_type: str, runtime: str, layers: bool) -> None:
    """Refuse plainly what the sandbox cannot run: other runtimes than Python's, container images, layers."""
    if package_type != "Zip":
        raise Refusal("InvalidParameterValueException", "The sandbox does not implement functions of container images.")
    if not runtime.startswith("python3."):
        message = f"The sandbox does not implement the runtime {runtime}: it runs functions of python3.* only."
        raise Refusal("InvalidParameterValueException", message)
    if layers:
        raise Refusal("InvalidParameterValueException", "The sandbox does not implement layers.")


def _environment(function: LambdaFunction, task_root: str, stream: str) -> dict[str, str]:
    region = function.region
    return {
        **{str(name): str(value) for name, value in function.environment_vars.items()},
        **environment(Running(endpoint.current(), pid=0, region=region)),
        **execution_roles.credentials(function),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": task_root,
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        "_HANDLER": str(function.handler),
    }


def _context(function: LambdaFunction, request_id: str, stream: str) -> dict[str, str]:
    return {
        "function_name": function.function_name,
        "function_version": str(function.version),
        "invoked_function_arn": function.function_arn,
        "memory_limit_in_mb": str(function.memory_size),
        "aws_request_id": request_id,
        "log_group_name": function.logs_group_name,
        "log_stream_name": stream,
    }


def _payload(ending: Ending, function: LambdaFunction, request_id: str) -> Any:
    """What the function returned, as text; or an error, as AWS describes it."""
    if ending.timed_out:
        message = f"RequestId: {request_id} Error: {_timed_out(function)}"
        return {"errorType": "Sandbox.Timedout", "errorMessage": message}
    if ending.message is None:
        message = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        return {"errorType": "Runtime.ExitError", "errorMessage": message}
    if "error" in ending.message:
        return ending.message["error"]
    result = str(ending.message["result"])
    return _TOO_LARGE if len(result.encode()) > LARGEST_RESULT else result


def _timed_out(function: LambdaFunction) -> str:
    return f"Task timed out after {function.timeout:.2f} seconds"


def _log(ending: Ending, function: LambdaFunction, request_id: str) -> list[str]:
    milliseconds = ending.seconds * 1000
    lines = [f"START RequestId: {request_id} Version: {function.version}", *ending.output.splitlines()]
    if ending.timed_out:
        lines.append(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + f"Z {request_id} {_timed_out(function)}")
    duration = f"Duration: {milliseconds:.2f} ms\tBilled Duration: {math.ceil(milliseconds)} ms"
    report = f"REPORT RequestId: {request_id}\t{duration}\tMemory Size: {function.memory_size} MB"
    return [*lines, f"END RequestId: {request_id}", report]


def _write(function: LambdaFunction, stream: str, lines: list[str]) -> None:
    """Put the log where CloudWatch Logs shows it; the role's permission to write logs is not asked for."""
    logs, group = logs_backends[function.account_id][function.region], function.logs_group_name
    logs.ensure_log_group(group)
    logs.create_log_stream(group, stream)
    now = int(datetime.now(UTC).timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line or " "} for line in lines])
