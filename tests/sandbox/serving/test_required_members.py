"""Source: https://smithy.io/2.0/spec/type-refinement-traits.html"""

from collections.abc import Callable
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY

Refused = Callable[..., str]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("organizations", "list_policies_for_target", {"Filter": "TAG_POLICY"}, "ValidationException"),
        (
            "sso-admin",
            "create_permission_set",
            {"Name": "x", "InstanceArn": "x", "Tags": [{"Key": "a"}]},
            "ValidationException",
        ),
        ("sts", "assume_role", {"RoleArn": "arn:aws:iam::111111111111:role/x"}, "ValidationError"),
        ("ec2", "modify_ebs_default_kms_key_id", {}, "MissingParameter"),
    ],
)
def test_what_is_required_must_be_there(
    sandbox: Embedded, refused: Refused, service: str, operation: str, parameters: dict[str, Any], code: str
) -> None:
    """A request from a client that does not check it, and that lacks a required member, is refused as each protocol does."""
    client = boto3.client(
        cast("Any", service),
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"}),
    )
    assert refused(getattr(client, operation), **parameters) == code
