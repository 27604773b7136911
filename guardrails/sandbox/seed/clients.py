"""Plain boto3 clients whose requests go straight into the sandbox's application, before anything listens anywhere.

So a seed is written as anybody would write it against AWS, and is refused what AWS refuses.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from guardrails.sandbox.running import ACCESS_KEY_ID, HOME_REGION, SECRET_ACCESS_KEY

ENDPOINT: Final = "http://127.0.0.1:9"
ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False)

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Clients:
    """Clients of one application, as the management account's administrator or in a member account's access role."""

    def __init__(self, application: WsgiApplication) -> None:
        """Send every request into `application`."""
        self._application = application
        self._made: dict[tuple[str, str, str], Any] = {}
        self._credentials: dict[str, Mapping[str, str]] = {
            "": {"aws_access_key_id": ACCESS_KEY_ID, "aws_secret_access_key": SECRET_ACCESS_KEY}
        }

    def of(self, service: str, account: str = "", region: str = HOME_REGION) -> Any:
        """The client of a service, made once; `account` names a member account, none the management account."""
        key = (service, account, region)
        if key not in self._made:
            create: Callable[..., Any] = _session().client
            made = create(service, region_name=region, endpoint_url=ENDPOINT, config=_CONFIG, **self._who(account))
            made.meta.events.register("before-send", self._send)
            self._made[key] = made
        return self._made[key]

    def _who(self, account: str) -> Mapping[str, str]:
        if account not in self._credentials:
            role = f"arn:aws:iam::{account}:role/{ACCESS_ROLE}"
            issued = self.of("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
            self._credentials[account] = {
                "aws_access_key_id": issued["AccessKeyId"],
                "aws_secret_access_key": issued["SecretAccessKey"],
                "aws_session_token": issued["SessionToken"],
            }
        return self._credentials[account]

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Answer a request in place of the network."""
        url = urlsplit(request.url)
        body: Any = request.body or b""
        sent: Iterable[tuple[str, Any]] = request.headers.items()
        builder = EnvironBuilder(
            path=url.path,
            base_url=ENDPOINT,
            query_string=url.query,
            method=request.method,
            headers=Headers([(name, value.decode() if isinstance(value, bytes) else value) for name, value in sent]),
            input_stream=BytesIO(body.encode() if isinstance(body, str) else body),
        )
        answer, status, answered = run_wsgi_app(self._application, builder.get_environ(), buffered=True)
        headers = HTTPHeaders()
        for name, value in answered.items():
            headers[name] = value
        return AWSResponse(request.url, int(status.split()[0]), headers, _Body(b"".join(answer)))


@cache
def _session() -> boto3.Session:
    """One session for all seeds: it keeps the models of services that it has read."""
    return boto3.Session()


class _Body(BytesIO):
    """An answer's body, as botocore reads it."""

    def stream(self) -> Iterable[bytes]:
        """The whole body at once."""
        yield self.read()
