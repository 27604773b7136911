"""What happens in the process of one invocation: it reads its job, finds the handler, calls it, and says what came out.

Errors are told in the shape and the words of AWS's own Python runtime.

Source: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
Source: https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

import importlib
import json
import logging
import os
import signal
import socket
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from botocore.loaders import Loader

from guardrails.sandbox.functions.confinement import confine

TASK_ROOT: Final = "/var/task"
"""Where AWS unpacks a function's code; tracebacks show this in place of the folder it really lies in."""


@dataclass
class Context:
    """What a handler is told about its invocation.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds left before the function times out."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Unusable(Exception):
    """The code cannot be run at all: `kind` is the error's type in AWS's words."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass
class Invocation:
    """One invocation, in the process that is its own."""

    channel: socket.socket
    job: Mapping[str, Any]
    loader: Loader

    def carry_out(self) -> NoReturn:
        """Call the handler and send what it returns. What it raises goes to the interpreter, which hands it to `fail`."""
        sys.excepthook = self.fail
        handler = self._handler()
        context = Context(**self.job["context"], deadline=time.monotonic() + self.job["seconds"])
        result = handler(json.loads(self.job["event"]), context)
        try:
            self._end({"result": json.dumps(result)})
        except (TypeError, ValueError) as unserializable:
            raise Unusable("Runtime.MarshalError", f"Unable to marshal response: {unserializable}") from None

    def fail(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Send an error as AWS writes it, with the frames of the function's own code, and log it."""
        frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith(_OWN_CODE)]
        stack = [text.replace(self.job["task_root"], TASK_ROOT) for text in traceback.format_list(frames)]
        name = error.kind if isinstance(error, Unusable) else kind.__name__
        shown = ["Traceback (most recent call last):\n", *stack] if stack else []
        os.write(2, "".join([f"[ERROR] {name}: {error}\n", *shown]).encode())
        request_id = self.job["context"]["aws_request_id"]
        self._end(
            {
                "error": {
                    "errorMessage": str(error),
                    "errorType": name,
                    "requestId": request_id,
                    "stackTrace": stack,
                }
            }
        )

    def _end(self, message: Mapping[str, Any]) -> NoReturn:
        self.channel.sendall(json.dumps({**message, "services": sorted(services(self.loader))}).encode() + b"\n")
        os._exit(0)

    def _handler(self) -> Callable[[Any, Context], Any]:
        name = str(self.job["handler"])
        module_name, dot, function_name = name.rpartition(".")
        if not dot:
            raise Unusable("Runtime.MalformedHandlerName", f"Bad handler '{name}': it names no module and function")
        module_name = module_name.replace("/", ".")
        try:
            module = importlib.import_module(module_name)
        except ImportError as missing:
            message = f"Unable to import module '{module_name}': {missing.msg}"
            raise Unusable("Runtime.ImportModuleError", message) from None
        except SyntaxError as wrong:
            message = f"Syntax error in module '{module_name}': {wrong}"
            raise Unusable("Runtime.UserCodeSyntaxError", message) from None
        if not hasattr(module, function_name):
            message = f"Handler '{function_name}' missing on module '{module_name}'"
            raise Unusable("Runtime.HandlerNotFound", message)
        handler: Callable[[Any, Context], Any] = getattr(module, function_name)
        return handler


def run(channel: socket.socket, output: int, loader: Loader) -> NoReturn:
    """Be the process of one invocation: say which process this is, read the job, carry it out."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(output, 1)
    os.dup2(output, 2)
    channel.sendall(f"{os.getpid()}\n".encode())
    with channel.makefile("rb") as reader:
        job = json.loads(reader.readline())
    threading.Thread(target=_end_with_the_sandbox, args=(channel,), daemon=True).start()
    _settle(job)
    Invocation(channel, job, loader).carry_out()


def without_account_in_host(request: Any, **_: Any) -> None:
    """S3 Control puts the account id before the host name, and such a name does not resolve; the same id travels in a header."""
    endpoint = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    request.url = urlsplit(request.url)._replace(netloc=endpoint.netloc).geturl()


def services(loader: Loader) -> set[str]:
    """The services whose models are loaded. botocore's loader keeps what it has loaded by method and arguments."""
    cache: Mapping[tuple[Any, ...], Any] = vars(loader)["_cache"]
    return {str(key[1]) for key in cache if key[0] == "load_service_model"}


def _end_with_the_sandbox(channel: socket.socket) -> None:
    """Nothing more is ever said on the channel: it closes when nobody waits for the function any more, in whatever way that came."""
    while channel.recv(1):
        pass
    os.killpg(0, signal.SIGKILL)


def _settle(job: Mapping[str, Any]) -> None:
    """Leave nothing of the sandbox to the function: its own environment, folder, modules and log, and one address to reach."""
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    os.chdir(job["task_root"])
    library = sysconfig.get_path("stdlib")
    sys.path[:] = [
        job["task_root"],
        *(path for path in sys.path if path.startswith(library) and "-packages" not in path),
    ]
    for name in [name for name in sys.modules if name.partition(".")[0] == "guardrails"]:
        del sys.modules[name]
    _log(job["context"]["aws_request_id"])
    endpoint = urlsplit(job["environment"]["AWS_ENDPOINT_URL"])
    confine(endpoint.hostname or "", endpoint.port or 80)


def _log(request_id: str) -> None:
    """The root logger as Lambda sets it up: to the function's log, with the request id, from WARNING on."""
    handler = logging.StreamHandler()
    line = logging.Formatter(
        f"[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{request_id}\t%(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    line.converter = time.gmtime
    handler.setFormatter(line)
    logging.getLogger().addHandler(handler)


_OWN_CODE: Final = (os.path.dirname(__file__), "<frozen ")  # noqa: PTH120 -- compared with file names as tracebacks have them
