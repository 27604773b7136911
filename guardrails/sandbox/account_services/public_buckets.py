"""Buckets that nobody may open to everybody: block public access, of the bucket or of its whole account.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.s3.models import s3_backends
from moto.s3control.models import s3control_backends

from guardrails.sandbox.account_services import s3_policies
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PUBLIC_ACLS: Final = ("public-read", "public-read-write", "authenticated-read")
PUBLIC_GROUPS: Final = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
NARROWING: Final = frozenset(
    """
    aws:principalaccount aws:principalarn aws:principalorgid aws:principalorgpaths aws:sourceaccount aws:sourcearn aws:sourceip
    aws:sourceorgid aws:sourceorgpaths aws:sourceowner aws:sourcevpc aws:sourcevpce aws:userid s3:dataaccesspointaccount
    s3:dataaccesspointarn
    """.split()
)
"""Condition keys that make a statement for everybody one for somebody, when their value is fixed."""
NARROWING_OPERATORS: Final = ("stringequals", "stringlike", "arnequals", "arnlike", "ipaddress")


@operation("s3", "PutBucketPolicy")
def put_bucket_policy(call: Call) -> Answer:
    """Let a policy be put, unless it is public and public policies are blocked."""
    if blocks_policy(call.account_id, call.parameters["Bucket"], _text(call)):
        raise _denied(call, "public policies are blocked by the BlockPublicPolicy block public access setting")
    return FORWARD


@operation("s3", "PutBucketAcl")
def put_bucket_acl(call: Call) -> Answer:
    """Let an access control list be put, unless it is public and public ones are blocked."""
    header, body = call.request.headers, call.request.get_data().decode()
    grants = [value for name, value in header.items() if name.lower().startswith("x-amz-grant-")]
    public = header.get("x-amz-acl") in PUBLIC_ACLS or any(
        group in text for group in PUBLIC_GROUPS for text in (*grants, body)
    )
    if public and _blocks(call.account_id, call.parameters["Bucket"], "block_public_acls"):
        message = "public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting"
        raise _denied(call, message)
    return FORWARD


def blocks_policy(account_id: str, bucket: str, policy: str) -> bool:
    """Whether a policy is public, and the bucket or its account lets no public policy in."""
    return _blocks(account_id, bucket, "block_public_policy") and is_public(policy)


def is_public(policy: str) -> bool:
    """Whether a bucket policy allows something to everybody, without a condition that says who.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    try:
        document = json.loads(policy)
    except ValueError:
        return False
    return any(_is_public(each) for each in _several(document.get("Statement")))


def _is_public(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = _several(principal.get("AWS") if isinstance(principal, dict) else principal)
    return statement.get("Effect") == "Allow" and "*" in named and not _narrowed(statement)


def _narrowed(statement: Mapping[str, Any]) -> bool:
    return any(
        key.lower() in NARROWING and not any("*" in str(each) or str(each) == "0.0.0.0/0" for each in _several(value))
        for operator, keys in statement.get("Condition", {}).items()
        if operator.lower().rpartition(":")[2] in NARROWING_OPERATORS
        for key, value in keys.items()
    )


def _blocks(account_id: str, name: str, setting: str) -> bool:
    """Whether the bucket, its account or the organization has a setting; moto keeps them as text."""
    if s3_policies.blocks_public_access(account_id):
        return True
    bucket = s3_backends[account_id][PARTITION].buckets.get(name)
    account = s3control_backends[account_id][PARTITION].public_access_block
    blocks = (account, bucket.public_access_block if bucket else None)
    return any(str(getattr(each, setting, "")).lower() == "true" for each in blocks)


def _text(call: Call) -> str:
    return call.request.get_data().decode()


def _several(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _denied(call: Call, why: str) -> Refusal:
    resource = f"arn:{PARTITION}:s3:::{call.parameters['Bucket']}"
    message = f"User: {call.caller.arn} is not authorized to perform: s3:{call.operation} on resource: {resource} because {why}"
    return Refusal("AccessDenied", message, status=403)
