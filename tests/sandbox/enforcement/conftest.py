"""A member account whose principals the organization's policies bind, and clients in the name of whom they bind."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.iam.models import AccessKey, iam_backends

from guardrails.sandbox.embedded import ACCESS_ROLE, Embedded
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import Caller

Attach = Callable[..., str]
Acting = Callable[..., Any]
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False)
ROOT_KEY = "AKIAROOTUSEROFMEMBER"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


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
def acting(sandbox: Embedded, member: str) -> Acting:
    """A client in the name of a principal of the member account ("role/path/Admin", "user/kim", "root"), made when first asked for.

    It may do everything, unless `policies` says by ARN what it may do.
    """
    made: dict[str, Any] = {}

    def client(principal: str, service: str, region: str = "eu-west-1", policies: Sequence[str] = (EVERYTHING,)) -> Any:
        if principal == f"role/{ACCESS_ROLE}":
            return sandbox.client(service, region, account=member)
        if principal not in made:
            sandbox.enforce(False)
            made[principal] = _credentials(sandbox, member, principal, policies)
            sandbox.enforce()
        return _client(sandbox, service, region, made[principal])

    return client


def _credentials(sandbox: Embedded, member: str, principal: str, policies: Sequence[str]) -> Any:
    iam, sts = sandbox.client("iam", account=member), sandbox.client("sts", account=member)
    kind, *path, name = principal.split("/") if "/" in principal else ["", principal]
    whole = f"/{'/'.join(path)}/" if path else "/"
    if kind == "user":
        iam.create_user(UserName=name, Path=whole)
        for arn in policies:
            iam.attach_user_policy(UserName=name, PolicyArn=arn)
        return iam.create_access_key(UserName=name)["AccessKey"]
    if kind == "role":
        trust = {"Effect": "Allow", "Principal": {"AWS": member}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        # No API makes a role under a service's path that the account may take on.
        role = iam_backends[member]["aws"].create_role(name, document, whole, None, "", [], "3600")
        for arn in policies:
            iam_backends[member]["aws"].attach_role_policy(arn, name)
        return sts.assume_role(RoleArn=role.arn, RoleSessionName="kim")["Credentials"]
    # No API gives the root user an access key here.
    iam_backends[member]["aws"].access_keys[ROOT_KEY] = AccessKey(None, "AKIA", member)  # type: ignore[abstract]  # moto makes them so
    callers.remember(ROOT_KEY, Caller(member, f"arn:aws:iam::{member}:root", member))
    return {"AccessKeyId": ROOT_KEY, "SecretAccessKey": "x"}


def _client(sandbox: Embedded, service: str, region: str, credentials: Any) -> Any:
    create: Callable[..., Any] = boto3.client
    made = create(
        service,
        region_name=region,
        endpoint_url=sandbox.endpoint,
        config=CONFIG,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )
    made.meta.events.register("before-sign.s3-control", sandbox._without_account_in_host)
    return made
