"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"""

import json
from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Attach = Callable[..., str]
Refused = Callable[..., str]
RCP = "RESOURCE_CONTROL_POLICY"
BUCKET = {"Bucket": "shared-data", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}


def deny(action: str, **elements: Any) -> dict[str, Any]:
    return {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", **elements}


def open_to_the_organization(sandbox: Embedded, member: str) -> None:
    """Makes a bucket in the member account whose policy lets everybody of the organization in."""
    s3 = sandbox.client("s3", account=member)
    s3.create_bucket(**BUCKET)
    mine = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::shared-data", "arn:aws:s3:::shared-data/*"],
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": mine}},
    }
    s3.put_bucket_policy(Bucket="shared-data", Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))


def test_it_binds_whoever_comes_to_the_resource(
    sandbox: Embedded, member: str, rcp_enabled: None, attach: Attach, refused: Refused
) -> None:
    """A policy on a member account denies an action on its bucket to everybody, the management account's principals included."""
    open_to_the_organization(sandbox, member)
    attach(member, deny("s3:PutObject"), kind=RCP)
    for account in (member, None):
        client = sandbox.client("s3", account=account)
        assert refused(client.put_object, Bucket="shared-data", Key="x") == "AccessDenied"
        client.list_objects_v2(Bucket="shared-data")


def test_the_management_accounts_resources_are_exempt(
    sandbox: Embedded, member: str, root_id: str, rcp_enabled: None, attach: Attach
) -> None:
    """A policy on the root does not restrict buckets of the management account."""
    s3 = sandbox.client("s3")
    s3.create_bucket(**BUCKET)
    attach(root_id, deny("s3:PutObject"), kind=RCP)
    s3.put_object(Bucket="shared-data", Key="x")


def test_only_some_services_take_part(
    sandbox: Embedded, member: str, rcp_enabled: None, attach: Attach, refused: Refused
) -> None:
    """Secrets Manager and SQS are restricted by resource control policies; SNS is not."""
    secrets, sqs, sns = (sandbox.client(service, account=member) for service in ("secretsmanager", "sqs", "sns"))
    attach(member, deny("*:Create*"), kind=RCP)
    assert refused(secrets.create_secret, Name="x", SecretString="x") == "AccessDeniedException"
    assert refused(sqs.create_queue, QueueName="x") == "AccessDenied"
    sns.create_topic(Name="x")


def test_who_may_assume_a_role(
    sandbox: Embedded, member: str, rcp_enabled: None, attach: Attach, refused: Refused
) -> None:
    """Roles are resources too: whose organization is another one cannot assume them; the organization's own principals can."""
    elsewhere = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-elsewhere"}}
    role = {"RoleArn": f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole", "RoleSessionName": "kim"}
    sts = sandbox.client("sts")
    mine = sandbox.client("organizations").describe_organization()["Organization"]["Id"]
    attach(
        member, deny("sts:AssumeRole", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": mine}}), kind=RCP
    )
    sts.assume_role(**role)
    attach(member, deny("sts:AssumeRole", Condition=elsewhere), kind=RCP, name="elsewhere")
    assert refused(sts.assume_role, **role) == "AccessDenied"


def test_resources_of_an_organizational_unit_can_be_let_alone(
    sandbox: Embedded, member: str, root_id: str, rcp_enabled: None, attach: Attach, refused: Refused
) -> None:
    """A policy that excludes an OU by aws:ResourceOrgPaths lets the resources of accounts in it alone, whoever comes.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    organizations = sandbox.client("organizations")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Spared")["OrganizationalUnit"]["Id"]
    mine = organizations.describe_organization()["Organization"]["Id"]
    spared = {"ForAllValues:StringNotLike": {"aws:ResourceOrgPaths": [f"{mine}/{root_id}/{unit}/*"]}}
    open_to_the_organization(sandbox, member)
    attach(root_id, deny("s3:PutObject", Condition=spared), kind=RCP)
    put = sandbox.client("s3").put_object
    assert refused(put, Bucket="shared-data", Key="x") == "AccessDenied"
    organizations.move_account(AccountId=member, SourceParentId=root_id, DestinationParentId=unit)
    put(Bucket="shared-data", Key="x")
