"""What moto answers: its own application for each service, whose failures become refusals that no client retries.

Source: https://smithy.io/2.0/aws/protocols/index.html
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from flask import Flask, request
from flask.typing import ResponseReturnValue
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from guardrails.sandbox.serving import calls
from guardrails.sandbox.serving.calls import Signature
from guardrails.sandbox.serving.refusals import Refusal, Reply, not_implemented, reply

NOT_AWS: Final = ("/latest/meta-data/", "/latest/api/", "/moto-api")
S3: Final = "s3"


class MotoServices:
    """moto's services, each made when it is first asked."""

    def __init__(self) -> None:
        self._dispatcher = DomainDispatcherApplication(create_backend_app)
        self._backends: dict[str, str | None] = {}
        self._apps: dict[str, Flask] = {}

    def has(self, environ: dict[str, Any]) -> bool:
        """Whether moto has the service that a request is for."""
        return self._backend(environ) is not None

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request to a service that moto has; refuse it where moto has not."""
        backend = self._backend(environ)
        if backend is None:
            return _not_here(environ, start_response)
        if backend not in self._apps:
            self._apps[backend] = _moto_app(backend)
        # The whole answer is made while the request has its turn; only sending it may happen later.
        return list(self._apps[backend](environ, start_response))

    def _backend(self, environ: dict[str, Any]) -> str | None:
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith(NOT_AWS):
            return None
        host = self._dispatcher.infer_service_region_host(environ, path) or "s3.us-east-1.amazonaws.com"
        if host not in self._backends:
            matches = (name for name, url in self._dispatcher.backend_url_patterns if url.match(f"http://{host}"))
            self._backends[host] = host if host in _modules() else next(matches, None)
        found, signed = self._backends[host], calls.signature(environ)
        # moto takes any service whose name begins with s3 for S3.
        return None if found == S3 and signed and signed.service != S3 else found


def refused(refusal: Refusal, service: str, environ: dict[str, Any]) -> Reply:
    """A refusal in the protocol of the request."""
    target, content_type = str(environ.get("HTTP_X_AMZ_TARGET", "")), str(environ.get("CONTENT_TYPE", ""))
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        content_type = "application/cbor"
    return reply(refusal, service=service, target=target, content_type=content_type)


@cache
def _modules() -> frozenset[str]:
    from moto.backends import list_of_moto_modules

    return frozenset(list_of_moto_modules())


def _moto_app(backend: str) -> Flask:
    """moto's own application for one service; its failures become refusals instead of pages that clients retry."""
    create: Callable[[Any], Flask] = create_backend_app
    app = create(backend)
    app.register_error_handler(NotImplementedError, _missing)
    app.register_error_handler(404, _missing_path)
    app.register_error_handler(405, _missing_path)
    app.register_error_handler(Exception, _failure)
    app.after_request(_missing_answer)
    return app


def _not_here(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    signed = calls.signature(environ)
    operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    answer = refused(not_implemented(_name(signed), operation), _name(signed), environ)
    return _flask(answer)(environ, start_response)


def _missing(error: Exception) -> ResponseReturnValue:
    return _flask(_not_implemented())


def _missing_path(error: Exception) -> ResponseReturnValue:
    if request.routing_exception is None:
        assert isinstance(error, HTTPException)
        return error.get_response()
    return _missing(error)


def _missing_answer(response: Any) -> Any:
    """An operation of which moto knows the address but not the method is answered 404, with nothing in it."""
    if response.status_code == 404 and request.method != "HEAD" and response.content_length == 0:
        answer = _not_implemented()
        response.status_code = answer.status
        response.set_data(answer.body)
        response.headers.update(answer.headers)
    return response


def _failure(error: Exception) -> ResponseReturnValue:
    """Anything that moto did not expect: told plainly, and not as a 5xx, which clients would try again for half a minute."""
    if isinstance(error, HTTPException):
        return error.get_response()
    signed = calls.signature(request.environ)
    refusal = Refusal("SandboxFailure", f"The sandbox failed in {_name(signed)}:{_asked_operation()}: {error!r}")
    return _flask(refused(refusal, _name(signed), request.environ))


def _not_implemented() -> Reply:
    signed = calls.signature(request.environ)
    return refused(not_implemented(_name(signed), _asked_operation()), _name(signed), request.environ)


def _asked_operation() -> str:
    target = request.headers.get("X-Amz-Target", "")
    if target:
        return target.rpartition(".")[2]
    return str(request.values.get("Action") or f"{request.method} {request.path}")


def _name(signed: Signature | None) -> str:
    return signed.service if signed else "unknown"


def _flask(answer: Reply) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers))
