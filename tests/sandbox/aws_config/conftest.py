"""Steps that AWS Config's tests take before what they are about."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

BUCKET = "config-landing"


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def recorder(sandbox: Embedded) -> Callable[..., Any]:
    """Make a recorder with a role of the account's own, and return a client of AWS Config there."""

    def make(account: str | None = None, region: str = "eu-west-1") -> Any:
        iam, config = sandbox.client("iam", account=account), sandbox.client("config", region, account=account)
        role = iam.create_role(RoleName="recorder", AssumeRolePolicyDocument=trust("config.amazonaws.com"))["Role"]
        config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role["Arn"]})
        return config

    return make


@pytest.fixture
def linked_role(sandbox: Embedded) -> str:
    """The ARN of the management account's service-linked role for AWS Config."""
    made = sandbox.client("iam").create_service_linked_role(AWSServiceName="config.amazonaws.com")
    return str(made["Role"]["Arn"])


@pytest.fixture
def bucket(sandbox: Embedded) -> str:
    """A bucket of the management account, without a policy."""
    constraint = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=constraint)
    return BUCKET


@pytest.fixture
def delegate(sandbox: Embedded, new_account: Callable[..., str]) -> Callable[..., str]:
    """Make an account that administers AWS Config for the organization, for a service principal."""

    def make(principal: str) -> str:
        account, organizations = new_account("audit"), sandbox.client("organizations")
        organizations.enable_aws_service_access(ServicePrincipal=principal)
        organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=principal)
        return account

    return make
