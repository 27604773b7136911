"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html"""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
RED = [{"Key": "Team", "Value": "red"}]


@pytest.fixture
def role(sandbox: Embedded) -> Callable[..., str]:
    """Make a role that trusts everybody with these actions, under a condition, and return its ARN."""

    def make(name: str, *actions: str, **condition: Any) -> str:
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", *actions]}
        if condition:
            statement["Condition"] = condition
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = sandbox.client("iam")
        return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])

    return make


def session(sandbox: Embedded, arn: str, **parameters: Any) -> Any:
    """An STS client in a session of the role."""
    issued = sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **parameters)["Credentials"]
    return boto3.client(
        "sts",
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )


def test_a_role_must_allow_tags(sandbox: Embedded, role: Callable[..., str], refused: Refused) -> None:
    """Tags are passed to a role that allows sts:TagSession only, and the tags may be a condition."""
    assume, ask = sandbox.client("sts").assume_role, {"RoleSessionName": "test", "Tags": RED}
    assert refused(assume, RoleArn=role("Untagged"), **ask) == "AccessDenied"
    tagged = role("Tagged", "sts:TagSession", StringEquals={"aws:RequestTag/Team": "red"})
    assert assume(RoleArn=tagged, **ask)["Credentials"]
    blue = {**ask, "Tags": [{"Key": "Team", "Value": "blue"}]}
    assert refused(assume, RoleArn=tagged, **blue) == "AccessDenied"
    twice = {**ask, "Tags": [*RED, {"Key": "team", "Value": "red"}]}
    assert refused(assume, RoleArn=tagged, **twice) == "InvalidParameterValue"


def test_tags_tell_who_asks(sandbox: Embedded, role: Callable[..., str], refused: Refused) -> None:
    """A session's tags are tags of the principal for the next role; transitive ones stay along the chain, others do not."""
    first, second = role("First", "sts:TagSession"), role("Second")
    reds = role("Reds", StringEquals={"aws:PrincipalTag/Team": "red"})
    ask = {"RoleSessionName": "next"}
    tagged = session(sandbox, first, Tags=RED)
    assert tagged.assume_role(RoleArn=reds, **ask)["Credentials"]
    assert refused(session(sandbox, first).assume_role, RoleArn=reds, **ask) == "AccessDenied"
    for keys, expected in (([], "AccessDenied"), (["Team"], "")):
        middle = session(sandbox, first, Tags=RED, TransitiveTagKeys=keys).assume_role(RoleArn=second, **ask)
        issued = middle["Credentials"]
        last: Any = boto3.client(
            "sts",
            region_name="eu-west-1",
            endpoint_url=sandbox.endpoint,
            aws_access_key_id=issued["AccessKeyId"],
            aws_secret_access_key=issued["SecretAccessKey"],
            aws_session_token=issued["SessionToken"],
        )
        if expected:
            assert refused(last.assume_role, RoleArn=reds, **ask) == expected
        else:
            assert last.assume_role(RoleArn=reds, **ask)["Credentials"]


def test_a_transitive_tag_stays(sandbox: Embedded, role: Callable[..., str], refused: Refused) -> None:
    """A tag that is transitive cannot be given another value further down the chain.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    arn = role("First", "sts:TagSession")
    tagged = session(sandbox, arn, Tags=RED, TransitiveTagKeys=["Team"])
    ask = {"RoleArn": arn, "RoleSessionName": "next", "Tags": [{"Key": "Team", "Value": "blue"}]}
    assert refused(tagged.assume_role, **ask) == "InvalidParameterValue"


def test_the_source_identity_persists(sandbox: Embedded, role: Callable[..., str], refused: Refused) -> None:
    """A source identity is set where sts:SetSourceIdentity is allowed, and the next session in the chain has it too.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    arn = role("First", "sts:SetSourceIdentity")
    assume = sandbox.client("sts").assume_role
    refused_role = {"RoleArn": role("Plain"), "RoleSessionName": "test", "SourceIdentity": "Ada"}
    assert refused(assume, **refused_role) == "AccessDenied"
    chained = session(sandbox, arn, SourceIdentity="Ada").assume_role(RoleArn=arn, RoleSessionName="next")
    assert chained["SourceIdentity"] == "Ada"
