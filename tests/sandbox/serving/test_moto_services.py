"""Source: https://smithy.io/2.0/aws/protocols/index.html"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY

Refused = Callable[..., str]
CONFIG = Config(
    parameter_validation=False,
    retries={"mode": "standard", "total_max_attempts": 1},
    inject_host_prefix=False,
    read_timeout=20,
)
EVERY_PROTOCOL = ("cloudfront", "cloudwatchomni", "ebs", "ec2", "outposts", "redshift", "s3files", "sagemaker", "swf")
ASKED = 3


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One service of each protocol, and every fortieth, or all that botocore knows."""
    if "any_service" in metafunc.fixturenames:
        known = create_loader().list_available_services("service-2")
        every = metafunc.config.getoption("--every-service")
        metafunc.parametrize("any_service", known if every else sorted({*EVERY_PROTOCOL, *known[::40]}))


def client_of(sandbox: Embedded, service: str) -> Any:
    return boto3.client(
        cast("Any", service),
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=CONFIG,
    )


def statuses(client: Any) -> Iterator[int]:
    """Ask for the last few operations of the service that need nothing in their address."""
    model = client.meta.service_model
    simple = [name for name in model.operation_names if "{" not in model.operation_model(name).http["requestUri"]]
    for name in simple[-ASKED:]:
        try:
            answer: Mapping[str, Any] = getattr(client, xform_name(name))()
        except ClientError as error:
            answer = error.response
        except BotoCoreError:
            continue  # the client itself refuses, without asking
        yield answer["ResponseMetadata"]["HTTPStatusCode"]


def test_no_service_fails_or_hangs(sandbox: Embedded, any_service: str) -> None:
    """Whatever is asked of whichever service, in its own protocol, the answer is no server error, which clients would try again."""
    client = client_of(sandbox, any_service)
    assert [status for status in statuses(client) if status >= 500] == []


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("eventbridgev2", "list_event_buses", {}),
        ("s3files", "list_file_systems", {}),
        ("connectparticipant", "get_attachment", {"AttachmentId": "x", "ConnectionToken": "x"}),
        ("sso", "list_accounts", {"accessToken": "x"}),
        ("sso-oidc", "register_client", {"clientName": "x", "clientType": "public"}),
    ],
)
def test_what_moto_mistakes_is_not_implemented(
    sandbox: Embedded, refused: Refused, service: str, operation: str, parameters: dict[str, object]
) -> None:
    """CBOR, names like that of S3, addresses without methods, and requests without signature are refused as plainly as the rest."""
    client = client_of(sandbox, service)
    assert refused(getattr(client, operation), **parameters) == "NotImplemented"
