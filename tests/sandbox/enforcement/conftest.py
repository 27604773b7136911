"""A member account whose principals the organization's policies bind, and clients in the name of whom they bind."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.iam.models import AccessKey, iam_backends

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import Caller

Attach = Callable[..., str]
As = Callable[..., Any]
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False)
ROOT_KEY = "AKIAROOTUSEROFMEMBER"


@pytest.fixture
def member(sandbox: Embedded, scp_enabled: None, new_account: Callable[..., str]) -> str:
    """A member account, in an organization whose policies are enforced."""
    account = new_account("member")
    sandbox.enforce()
    return account


@pytest.fixture
def rcp_enabled(sandbox: Embedded, root_id: str) -> None:
    """Resource control policies, enabled and arrived."""
    organizations = sandbox.client("organizations")
    organizations.enable_policy_type(RootId=root_id, PolicyType="RESOURCE_CONTROL_POLICY")
    organizations.list_roots()


@pytest.fixture
def attach(sandbox: Embedded) -> Attach:
    """Writes a policy of these statements, attaches it, and returns its id."""

    def make(target: str, *statements: Any, name: str = "policy", kind: str = "SERVICE_CONTROL_POLICY") -> str:
        organizations = sandbox.client("organizations")
        content = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        made = organizations.create_policy(Name=name, Description="", Type=kind, Content=content)
        identity = str(made["Policy"]["PolicySummary"]["Id"])
        organizations.attach_policy(PolicyId=identity, TargetId=target)
        return identity

    return make


@pytest.fixture
def as_role(sandbox: Embedded, member: str) -> As:
    """A client in the name of a role of the member account, which is made when it is first asked for."""
    made: dict[str, Any] = {}

    def client(name: str, service: str, region: str = "eu-west-1", path: str = "/") -> Any:
        if name not in made:
            trust = {"Effect": "Allow", "Principal": {"AWS": member}, "Action": "sts:AssumeRole"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            sandbox.enforce(False)
            iam, sts = sandbox.client("iam", account=member), sandbox.client("sts", account=member)
            role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)["Role"]
            made[name] = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="kim")["Credentials"]
            sandbox.enforce()
        return _client(sandbox, service, region, made[name])

    return client


@pytest.fixture
def as_root(sandbox: Embedded, member: str) -> As:
    """A client in the name of the member account's root user, whose access key no API gives."""
    iam_backends[member]["aws"].access_keys[ROOT_KEY] = AccessKey(None, "AKIA", member)  # type: ignore[abstract]  # moto makes them so
    callers.remember(ROOT_KEY, Caller(member, f"arn:aws:iam::{member}:root", member))

    def client(service: str, region: str = "eu-west-1") -> Any:
        return _client(sandbox, service, region, {"AccessKeyId": ROOT_KEY, "SecretAccessKey": "x"})

    return client


def _client(sandbox: Embedded, service: str, region: str, credentials: Any) -> Any:
    create: Callable[..., Any] = boto3.client
    return create(
        service,
        region_name=region,
        endpoint_url=sandbox.endpoint,
        config=CONFIG,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )
