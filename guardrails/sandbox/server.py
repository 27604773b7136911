"""The WSGI application: every request to any AWS service comes in here, one at a time.

A request is answered by the sandbox's own operation where there is one, else by moto; what neither knows is refused
at once, in the service's protocol and with a code that no client retries. Nothing is ever sent out to the network.
"""

import importlib
from collections.abc import Iterable
from functools import cache
from socket import SHUT_RDWR
from typing import Any, Final, NoReturn

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Response

from guardrails.sandbox import control
from guardrails.sandbox.account_services import account_regions
from guardrails.sandbox.cloudformation import response_urls
from guardrails.sandbox.enforcement import gate
from guardrails.sandbox.enforcement.gate import GATE
from guardrails.sandbox.faults import injection
from guardrails.sandbox.faults.standing import STANDING
from guardrails.sandbox.seed import laying
from guardrails.sandbox.serving import (
    callers,
    calls,
    defects,
    endpoint,
    lifecycle,
    ongoing,
    operations,
    required_members,
)
from guardrails.sandbox.serving.callers import Caller
from guardrails.sandbox.serving.calls import Call, Signature
from guardrails.sandbox.serving.moto_services import MotoServices, refused
from guardrails.sandbox.serving.refusals import Refusal, Reply, not_implemented
from guardrails.sandbox.serving.turn import TURN

SUBJECTS: Final = (
    "serving.backends",
    "serving.callers",
    "account_services.aws_managed_policies",
    "account_services.protected_roles",
    "account_services.service_linked_roles",
    "account_services.resource_sharing",
    "account_services.sts",
    "account_services.root_access",
    "account_services.account_aliases",
    "account_services.account_management",
    "account_services.account_regions",
    "account_services.public_buckets",
    "account_services.s3_policies",
    "account_services.bucket_replication",
    "account_services.service_settings",
    "account_services.root_sessions",
    "account_services.root_credentials",
    "account_services.ec2.available_regions",
    "account_services.ec2.public_images",
    "account_services.ec2.public_sharing",
    "account_services.ec2.ebs_encryption",
    "account_services.ec2.instance_metadata",
    "account_services.ec2.serial_console",
    "account_services.ec2.allowed_images",
    "account_services.ec2.vpc_block_public_access",
    "account_services.ec2.launching",
    "account_services.ec2.default_vpcs",
    "account_services.logs",
    "organizations.service",
    "access_analyzer.service",
    "aws_config.service",
    "detective.service",
    "guardduty.service",
    "inspector.service",
    "macie.service",
    "securityhub.service",
    "cloudtrail.trails",
    "cloudtrail.selectors",
    "cloudtrail.event_data_stores",
    "identity_center.instances",
    "identity_center.access_control_attributes",
    "identity_center.permission_sets",
    "identity_center.permission_set_policies",
    "identity_center.permission_set_tags",
    "identity_center.account_assignments",
    "identity_center.permission_set_provisioning",
    "identity_center.groups",
    "identity_center.users",
    "identity_center.group_memberships",
    "functions.invoke",
    "cloudformation.service",
)
DONE: Final = "guardrails.call"
"""Where a request's environment holds the call that was let through to its work."""


@cache
def install() -> None:
    """Load every subject's operations and put the patched symbols in moto's place. Does its work once per process."""
    for subject in SUBJECTS:
        module = importlib.import_module(f"guardrails.sandbox.{subject}")
        if hasattr(module, "install"):
            module.install()


class Application:
    """The sandbox as a WSGI application; `seed_name` and `accounts` are what a reset lays down (see `guardrails.sandbox.SEEDS`)."""

    def __init__(self, seed_name: str = "bare", accounts: int = 0) -> None:
        install()
        self.seed_name, self.accounts = seed_name, accounts
        self._moto = MotoServices()
        self.reset(seed_name, accounts)

    def reset(self, seed_name: str, accounts: int = 0) -> None:
        """Forget everything and lay the seed, with that many member accounts on top."""
        with TURN:
            lifecycle.reset()
            enforces, GATE.enforces = GATE.enforces, False
            try:
                laying.lay(seed_name, accounts, self)
            finally:
                GATE.enforces = enforces
            self.seed_name, self.accounts = seed_name, accounts

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(response_urls.PATH):
            return _respond(response_urls.receive(path, environ), environ, start_response)
        if path.startswith(control.PATH):
            return _respond(control.answer(self, path.removeprefix(control.PATH), environ), environ, start_response)
        if STANDING.crashed:
            _hang_up(environ)
        body = calls.read_body(environ)
        with TURN:
            endpoint.note(environ)
            answer = self._answer(environ, body, start_response)
            if STANDING.faults and DONE in environ and injection.is_lost(environ[DONE]):
                _hang_up(environ)
        return answer

    def _answer(self, environ: dict[str, Any], body: bytes | None, start_response: Any) -> Iterable[bytes]:
        signed = calls.signature(environ) or calls.unsigned(environ, body)
        if signed is None:
            ongoing.go_on(None)
            return self._moto.answer(environ, start_response)
        try:
            answer = self._own_answer(signed, environ, body)
        except Refusal as refusal:
            answer = refused(refusal, signed.service, environ)
        except lifecycle.ResetMeanwhile:
            answer = refused(_reset_meanwhile(), signed.service, environ)
        except ConnectionError:
            raise
        except (*defects.REFUSALS_OF_MOTO, *defects.DEFECTS) as failure:
            answer = refused(defects.refusal_of(failure, signed.service), signed.service, environ)
        if answer is None:
            return self._moto.answer(environ, start_response)
        return _respond(answer, environ, start_response)

    def _own_answer(self, signed: Signature, environ: dict[str, Any], body: bytes | None) -> Reply | None:
        caller = callers.find(signed.access_key_id) if signed.access_key_id else callers.ANONYMOUS
        if caller is None:
            raise _unknown_key(signed.service)
        account_regions.require_enabled(caller.account_id, signed.region, signed.service)
        calls.check_task(signed, caller, environ, body)
        call = _call(signed, caller, environ, body)
        ongoing.go_on(call)
        if call is None and caller is callers.ANONYMOUS:
            raise not_implemented(signed.service, "")
        if call is None:
            return None
        if STANDING.faults:
            injection.before(call)
        if GATE.enforces and caller is not callers.ANONYMOUS:
            gate.check(call)
        environ[DONE] = call
        handler = operations.handler_of(call.service, call.operation)
        if handler is None and not self._moto.has(environ):
            raise not_implemented(call.service, call.operation)
        if handler is None or body is None:
            return None
        required_members.check(call)
        answer = handler(call)
        return None if answer is operations.FORWARD else call.reply(answer)


def _call(signed: Signature, caller: Caller, environ: dict[str, Any], body: bytes | None) -> Call | None:
    """The request as a call to an operation, where somebody here wants to know it; None when it is none."""
    services = calls.services_of(signed, str(environ.get("PATH_INFO", "")))
    if not GATE.enforces and not STANDING.faults and operations.answered_services().isdisjoint(services):
        return None
    return calls.recognized(signed, caller, environ, body or b"")


def _hang_up(environ: dict[str, Any]) -> NoReturn:
    """Close the connection without an answer."""
    environ["werkzeug.socket"].shutdown(SHUT_RDWR)
    raise ConnectionAbortedError


def _unknown_key(service: str) -> Refusal:
    code = {"s3": "InvalidAccessKeyId", "iam": "InvalidClientTokenId", "sts": "InvalidClientTokenId"}.get(service)
    return Refusal(
        code or "UnrecognizedClientException", "The security token included in the request is invalid.", status=403
    )


def _reset_meanwhile() -> Refusal:
    return Refusal("SandboxReset", "The sandbox was reset while this request was being answered.")


def _respond(answer: Reply, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    return Response(answer.body, answer.status, dict(answer.headers))(environ, start_response)


class RequestHandler(MotoRequestHandler):
    """Speaks HTTP/1.1 with connections kept open; says nothing about requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged."""


def bind(application: Application, port: int = 0) -> BaseWSGIServer:
    """A server for the application on 127.0.0.1 only, on a free port unless one is given; it is not serving yet."""
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=RequestHandler)
