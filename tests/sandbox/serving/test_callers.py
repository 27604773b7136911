"""Who a request comes from."""

from collections.abc import Callable
from typing import Any, cast

import boto3

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_a_users_key_speaks_for_the_user_until_it_is_deleted(sandbox: Embedded, refused: Refused) -> None:
    """A key made for a user names that user in its account; once deleted it opens nothing, although it was known before."""
    iam = sandbox.client("iam")
    iam.create_user(UserName="someone")
    key = iam.create_access_key(UserName="someone")["AccessKey"]
    sts = boto3.client(
        cast("Any", "sts"),
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::111111111111:user/someone"
    iam.delete_access_key(UserName="someone", AccessKeyId=key["AccessKeyId"])
    assert refused(sts.get_caller_identity) == "InvalidClientTokenId"
