"""One request to one AWS operation, read from HTTP: service, operation, region, caller, parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from guardrails.sandbox.serving.callers import Caller
from guardrails.sandbox.serving.refusals import Refusal, Reply

SERVICES_OF_SIGNING_NAME: Final[Mapping[str, tuple[str, ...]]] = {
    "access-analyzer": ("accessanalyzer",),
    "aoss": ("opensearchserverless",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "aps": ("amp",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "es": ("opensearch", "es"),
    "iotdata": ("iot-data",),
    "monitoring": ("cloudwatch",),
    "servicequotas": ("service-quotas",),
    "ses": ("sesv2", "ses"),
    "sso": ("sso-admin",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""Signing name -> botocore's services that sign with it, where it is not the service's own name; the first with the operation counts."""
GLOBAL: Final = "us-east-1"
SIGN_IN: Final[Mapping[str, str]] = {
    "/assignment/accounts": "sso",
    "/assignment/roles": "sso",
    "/federation/credentials": "sso",
    "/logout": "sso",
    "/client/register": "sso-oidc",
    "/device_authorization": "sso-oidc",
    "/token": "sso-oidc",
    "/v1/token": "signin",
}
"""Where users of Identity Center and of the console sign in, without a signature: address -> service."""
_S3_CONTROL: Final = "/v20180820/"


@dataclass(frozen=True)
class Call:
    """A request to an operation, as botocore names both. `parameters` are the request's members, parsed by botocore's model."""

    service: str
    operation: str
    region: str
    caller: Caller
    request: Request
    path_parameters: Mapping[str, Any]

    @property
    def account_id(self) -> str:
        """The account of the caller."""
        return self.caller.account_id

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The request's members by their names in botocore's model; members that were not sent are absent."""
        parser = PROTOCOL_PARSERS[self.protocol](self.model, map_type=dict)
        parsed = parser.parse(
            {
                "method": self.request.method,
                "values": self.request.values,
                "headers": self.request.headers,
                "body": self.request.get_data(),
                "url_path": self.request.path,
                "url_params": dict(self.path_parameters),
            }
        )
        return {name: value for name, value in parsed.items() if value is not None}

    def reply(self, answer: Mapping[str, Any]) -> Reply:
        """Write the operation's response members in the protocol that the request was made in."""
        serializer = get_serializer_class(self.service, self.protocol)(operation_model=self.model)
        response = serializer.serialize(answer)
        body = response["body"]
        status = answer.get(self._status_member, response["status_code"])
        return Reply(status, dict(response["headers"]), body if isinstance(body, bytes) else body.encode())

    @property
    def model(self) -> OperationModel:
        """The operation, as botocore describes it."""
        model: OperationModel = get_service_model(self.service).operation_model(self.operation)
        return model

    @property
    def _status_member(self) -> str:
        """The response's member that is the HTTP status, where there is one: moto's serializers write it into the body."""
        shape = self.model.output_shape
        members = shape.members.items() if shape else ()
        return next((name for name, member in members if member.serialization.get("location") == "statusCode"), "")

    @property
    def protocol(self) -> str:
        """The protocol that the request is made in, as botocore names it: `query`, `json`, `rest-json` and so on."""
        return determine_request_protocol(get_service_model(self.service), self.request.content_type)


@dataclass(frozen=True, slots=True)
class Signature:
    """What the Authorization header says: who signed, for which region and service (its signing name)."""

    access_key_id: str
    region: str
    service: str


def signature(environ: Mapping[str, Any]) -> Signature | None:
    """Read the credential scope of a request signed with Signature Version 4, in its header or its address (a presigned URL).

    None for an unsigned or differently signed request.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
    """
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition("Credential=")[2].partition(",")[0]
    if not scope:
        scope = dict(parse_qsl(str(environ.get("QUERY_STRING", "")))).get("X-Amz-Credential", "")
    parts = scope.strip().split("/")
    if len(parts) != 5:
        return None
    return Signature(parts[0], parts[2], parts[3].lower())


def unsigned(environ: Mapping[str, Any], body: bytes | None) -> Signature | None:
    """What comes without a signature, to STS or to sign-in services, as if nobody had signed it for us-east-1; None for all else.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
    """
    kind = str(environ.get("CONTENT_TYPE", ""))
    if kind.startswith("application/x-www-form-urlencoded") and body is not None:
        action = dict(parse_qsl(body.decode())).get("Action", "")
        return Signature("", GLOBAL, "sts") if action.startswith("AssumeRoleWith") else None
    service = SIGN_IN.get(str(environ.get("PATH_INFO", "")))
    return Signature("", GLOBAL, service) if service else None


def read_body(environ: dict[str, Any]) -> bytes | None:
    """Read the request's body and leave a fresh copy in its place; None for a body of unknown length, which stays unread."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    return body


def services_of(signed: Signature, path: str) -> tuple[str, ...]:
    """The services that a request may be meant for, as botocore names them."""
    if signed.service == "s3" and path.startswith(_S3_CONTROL):
        return ("s3control",)
    return SERVICES_OF_SIGNING_NAME.get(signed.service, (signed.service,))


def recognized(signed: Signature, caller: Caller, environ: Mapping[str, Any], body: bytes) -> Call | None:
    """The call that a request is; None when it is none that botocore's models have."""
    request = Request({**environ, "wsgi.input": BytesIO(body)})
    for service in services_of(signed, request.path):
        matched = operation_of(service, request)
        if matched is not None:
            return Call(service, matched[0], signed.region, caller, request, matched[1])
    return None


def operation_of(service: str, request: Request) -> tuple[str, Mapping[str, Any]] | None:
    """The operation of a service that a request means, with its path parameters; None when botocore's model has none such."""
    try:
        model, path_parameters = get_service_router(service).match(request)
    except (NotFound, NotImplementedError, UnknownServiceError):
        return None
    return str(model.name), path_parameters


def check_task(signed: Signature, caller: Caller, environ: Mapping[str, Any], body: bytes | None) -> None:
    """Let a session of a member's root user do its task, and nothing else.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
    Raises:
        Refusal: AccessDenied.
    """
    if caller.task_actions is None:
        return
    call = recognized(signed, caller, environ, body or b"")
    name = call.operation if call else ""
    action = f"{signed.service}:{'ListAllMyBuckets' if name == 'ListBuckets' else name}"
    if action not in caller.task_actions and action != "sts:GetCallerIdentity":
        message = f"User: {caller.arn} is not authorized to perform: {action} with an explicit deny in a session policy"
        raise Refusal("AccessDenied", message, status=403)
