"""What the server itself promises: clean refusals, one request at a time, nothing but loopback."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from guardrails.sandbox import in_process
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import ACCESS_KEY_ID, SECRET_ACCESS_KEY

Refused = Callable[..., str]


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("organizations", "list_inbound_responsibility_transfers", {"Type": "BILLING"}),
        ("iam", "get_organizations_access_report", {"JobId": "x" * 36}),
        ("guardduty", "list_ip_sets", {"DetectorId": "x"}),
        ("ec2", "describe_fpga_images", {}),
        ("macie2", "list_findings_filters", {}),
        ("braket", "search_devices", {"filters": []}),
        ("outposts", "list_sites", {}),
    ],
)
def test_what_is_missing_says_so_at_once(
    sandbox: Embedded, service: str, operation: str, parameters: dict[str, object]
) -> None:
    """An operation, and a service, that neither the sandbox nor moto has is NotImplemented, in every protocol; no client tries again."""
    create: Any = boto3.client  # its overloads know only literal service names
    client = create(
        service,
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        config=Config(retries={"mode": "standard"}),
    )
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_many_threads_take_turns(sandbox: Embedded, root_id: str) -> None:
    """Forty OUs made by eight threads at once are forty OUs."""
    clients = [sandbox.client("organizations") for _ in range(8)]

    def make(number: int) -> str:
        client = clients[number % 8]
        made = client.create_organizational_unit(ParentId=root_id, Name=f"Unit{number}")
        return str(made["OrganizationalUnit"]["Id"])

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(make, range(40)))
    pages = clients[0].get_paginator("list_organizational_units_for_parent").paginate(ParentId=root_id)
    assert {unit["Id"] for page in pages for unit in page["OrganizationalUnits"]} == made
    assert len(made) == 40


def test_a_reset_leaves_nothing(sandbox: Embedded, root_id: str, new_account: Callable[..., str]) -> None:
    """After a reset there is the management account alone, no OU, no bucket, and another organization."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.create_organizational_unit(ParentId=root_id, Name="Prod")
    bucket = {"Bucket": "some-bucket", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    sandbox.client("s3", account=account).create_bucket(**bucket)
    sandbox.reset()
    assert len(organizations.list_accounts()["Accounts"]) == 1
    assert organizations.list_roots()["Roots"][0]["Id"] != root_id
    sandbox.client("s3").create_bucket(**bucket)


def test_s3_works_as_one_uses_it(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """Object lock, versions and the account's public access block work in a member account through the server."""
    account = new_account("archive")
    s3, control = sandbox.client("s3", account=account), sandbox.client("s3control", account=account)
    s3.create_bucket(
        Bucket="locked-bucket",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        ObjectLockEnabledForBucket=True,
    )
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket="locked-bucket", ObjectLockConfiguration=lock)
    s3.put_object(Bucket="locked-bucket", Key="a/b c", Body=b"x" * 100_000)
    assert len(s3.get_object(Bucket="locked-bucket", Key="a/b c")["Body"].read()) == 100_000
    assert s3.get_object_lock_configuration(Bucket="locked-bucket")["ObjectLockConfiguration"] == lock
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    control.put_public_access_block(AccountId=account, PublicAccessBlockConfiguration=block)
    shown = control.get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"]
    assert shown == block


def test_an_unorganized_account_is_told_so(sandbox: Embedded, refused: Refused) -> None:
    """With the seed `no-organization` there is none, until one is created."""
    sandbox.reset("no-organization")
    organizations = sandbox.client("organizations")
    assert refused(organizations.describe_organization) == "AWSOrganizationsNotInUseException"
    assert refused(organizations.list_roots) == "AWSOrganizationsNotInUseException"
    assert organizations.create_organization(FeatureSet="ALL")["Organization"]["FeatureSet"] == "ALL"
    assert refused(organizations.create_organization) == "AlreadyInOrganizationException"


def test_another_server_answers_too(sandbox: Embedded) -> None:
    """A second server in the same process serves the same organization, a bare one."""
    with in_process() as other:
        identity = other.client("sts").get_caller_identity()
    assert identity["Account"] == sandbox.running.account_id
