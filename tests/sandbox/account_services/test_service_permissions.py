"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

import json
from typing import Any

import pytest

from guardrails.sandbox.account_services.service_permissions import allows

SERVICE = "cloudtrail.amazonaws.com"
RESOURCE = "arn:aws:s3:::logs/AWSLogs/1/x"
CONTEXT = {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:1:trail/t", "s3:x-amz-acl": "bucket-owner-full-control"}


def statement(**changed: Any) -> dict[str, Any]:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    return {**usual, **changed}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([statement()], True),
        ([statement(Action="s3:Put*")], True),
        ([statement(Action="S3:putobject")], True),
        ([statement(Action="s3:GetObject")], False),
        ([statement(Principal="*")], True),
        ([statement(Principal={"AWS": "arn:aws:iam::1:root"})], False),
        ([statement(Resource="arn:aws:s3:::logs/AWSLogs/2/*")], False),
        ([statement(NotResource="arn:aws:s3:::other/*", Resource=None)], True),
        ([statement(Condition={"StringEquals": {"aws:sourcearn": CONTEXT["aws:SourceArn"]}})], True),
        ([statement(Condition={"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:2:trail/t"}})], False),
        ([statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}})], True),
        ([statement(Condition={"StringEquals": {"aws:SourceOrgID": "o-1"}})], False),
        ([statement(Condition={"StringEqualsIfExists": {"aws:SourceOrgID": "o-1"}})], True),
        ([statement(Condition={"StringNotEquals": {"aws:SourceOrgID": "o-1"}})], True),
        ([statement(Condition={"NumericEquals": {"s3:max-keys": "1"}})], False),
        ([statement(), statement(Effect="Deny", Principal="*", Action="*", Resource="*")], False),
        ([statement(), statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
        ([], False),
    ],
)
def test_a_policy_lets_a_service_in(statements: list[dict[str, Any]], allowed: bool) -> None:
    """A statement that names service, action, resource and true conditions allows; a matching Deny wins."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert allows(document, SERVICE, "s3:PutObject", RESOURCE, {**CONTEXT, "aws:SecureTransport": "true"}) is allowed


def test_no_policy_lets_nobody_in() -> None:
    """Without a policy nothing is allowed."""
    assert not allows(None, SERVICE, "s3:PutObject", RESOURCE, CONTEXT)


def test_a_policy_variable_in_a_resource_stands_for_what_the_request_says() -> None:
    """`${aws:SourceAccount}` in a resource is the account that the service acts for; of a request that names none it matches nothing."""
    own = {"Principal": {"Service": "config.amazonaws.com"}, "Action": "s3:PutObject"}
    statement = {**own, "Effect": "Allow", "Resource": "arn:aws:s3:::logs/AWSLogs/${aws:SourceAccount}/*"}
    document, asked = json.dumps({"Statement": statement}), ("config.amazonaws.com", "s3:PutObject")
    said = {"aws:SourceAccount": "222222222222"}
    assert allows(document, *asked, "arn:aws:s3:::logs/AWSLogs/222222222222/x", said)
    assert not allows(document, *asked, "arn:aws:s3:::logs/AWSLogs/333333333333/x", said)
    assert not allows(document, *asked, "arn:aws:s3:::logs/AWSLogs/222222222222/x", {})
