"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
TAG, SCP = {"Filter": "TAG_POLICY"}, {"Filter": "SERVICE_CONTROL_POLICY"}
FULL = {"PolicyId": "p-FullAWSAccess"}
TYPE, NOBODY = "organizations:PolicyType", "arn:aws:iam::999999999999:role/Nobody"
DENIED, UNKNOWN = "AccessDeniedException", "NotImplemented"
READING = ["organizations:List*", "organizations:Describe*"]
Asked = tuple[str, Mapping[str, Any], str]
"""An operation, its parameters, and the error code of its answer, "" when it is let through."""


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        (
            {"StringEquals": {TYPE: "TAG_POLICY"}},
            [("list_policies", TAG, ""), ("list_policies", SCP, DENIED), ("list_roots", {}, DENIED)],
        ),
        ({"StringEqualsIfExists": {TYPE: "TAG_POLICY"}}, [("list_policies", SCP, DENIED), ("list_roots", {}, "")]),
        (
            {"StringNotLike": {TYPE: "SERVICE_*"}},
            [("list_policies", TAG, ""), ("describe_policy", FULL, DENIED), ("list_roots", {}, "")],
        ),
        ({"Null": {TYPE: True}}, [("list_policies", TAG, DENIED), ("list_roots", {}, "")]),
        ({"StringLike": {TYPE: "tag_*"}}, [("list_policies", TAG, DENIED)]),
        (
            {"ForAnyValue:StringLike": {TYPE: ["BACKUP_POLICY", "T*"]}},
            [("list_policies", TAG, ""), ("list_roots", {}, DENIED)],
        ),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Organization*"}}, [("list_roots", {}, "")]),
        (
            {"StringLike": {"aws:ResourceOrgID": "o-*", "aws:PrincipalOrgID": "${aws:ResourceOrgID}"}},
            [("list_roots", {}, "")],
        ),
        ({"StringEquals": {"aws:ResourceTag/owner": "data"}}, [("describe_policy", FULL, DENIED)]),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, [("list_roots", {}, UNKNOWN)]),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {TYPE: "TAG_POLICY"}},
            [("list_roots", {}, DENIED)],
        ),
    ],
)
def test_conditions(sandbox: Embedded, new_account: NewAccount, condition: object, asked: list[Asked]) -> None:
    """A grant holds under its conditions: on the policy type, the tags, the caller; on what nobody knows here it is refused by name."""
    account = new_account("one")
    _put(sandbox, {**_reading(account), "Condition": condition})
    _ask(sandbox, account, asked)


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        ({"Principal": "*"}, [("list_roots", {}, "")]),
        ({"Principal": {"AWS": NOBODY}}, [("list_roots", {}, DENIED)]),
        ({"Action": "organizations:listroot?"}, [("list_roots", {}, ""), ("list_accounts", {}, DENIED)]),
        (
            {"Resource": "arn:aws:organizations::*:policy/*"},
            [("describe_policy", FULL, ""), ("list_roots", {}, DENIED)],
        ),
        ({"Resource": "arn:aws:organizations::aws:policy/tag_policy/*"}, [("describe_policy", FULL, DENIED)]),
    ],
)
def test_elements(sandbox: Embedded, new_account: NewAccount, statement: Mapping[str, Any], asked: list[Asked]) -> None:
    """Principal, Action and Resource name whom, what and with which policies: the account and everybody in it, in any spelling of case."""
    account = new_account("one")
    _put(sandbox, {**_reading(account), **statement})
    _ask(sandbox, account, asked)


def test_tags(sandbox: Embedded, new_account: NewAccount) -> None:
    """What is asked to be tagged, and what the policy is tagged with, are conditions; a policy variable stands for the caller's account."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    made = organizations.create_policy(
        Name="p", Description="", Type="TAG_POLICY", Content='{"tags":{}}', Tags=[{"Key": "owner", "Value": account}]
    )["Policy"]["PolicySummary"]["Id"]
    conditions = {
        "StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalAccount}"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]},
        "StringLikeIfExists": {"aws:RequestTag/cost": "4*"},
    }
    actions = ["organizations:TagResource", "organizations:UntagResource"]
    _put(sandbox, {**_reading(account), "Action": actions, "Condition": conditions})

    def tags(key: str, value: str) -> Mapping[str, Any]:
        return {"ResourceId": made, "Tags": [{"Key": key, "Value": value}]}

    asked: list[Asked] = [
        ("tag_resource", tags("cost", "42"), ""),
        ("tag_resource", tags("cost", "7"), DENIED),
        ("tag_resource", tags("owner", "42"), DENIED),
        ("tag_resource", {**tags("cost", "42"), "ResourceId": "p-FullAWSAccess"}, DENIED),
        ("untag_resource", {"ResourceId": made, "TagKeys": ["owner"]}, DENIED),
        ("untag_resource", {"ResourceId": made, "TagKeys": ["cost"]}, ""),
    ]
    _ask(sandbox, account, asked)


def _reading(account: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": account}, "Action": READING, "Resource": "*"}


def _put(sandbox: Embedded, statement: Mapping[str, Any]) -> None:
    content = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sandbox.client("organizations").put_resource_policy(Content=content)


def _ask(sandbox: Embedded, account: str, asked: list[Asked]) -> None:
    member = sandbox.client("organizations", account=account)
    assert [(name, given, _code(getattr(member, name), given)) for name, given, _ in asked] == asked


def _code(operation: Callable[..., object], parameters: Mapping[str, Any]) -> str:
    try:
        operation(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
