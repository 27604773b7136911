"""Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
BUCKET = "organization-logs"
ARN = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/organization"
TRAIL = {
    "Name": "organization",
    "S3BucketName": BUCKET,
    "IsOrganizationTrail": True,
    "IsMultiRegionTrail": True,
    "EnableLogFileValidation": True,
}


@pytest.fixture
def trust(sandbox: Embedded) -> None:
    """CloudTrail trusted by the organization."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")


@pytest.fixture
def archive(sandbox: Embedded, new_account: NewAccount) -> str:
    """An account with a bucket that lets the organization's trail write."""
    account = new_account("archive")
    s3 = sandbox.client("s3", account=account)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(bucket_policy()))
    return account


def bucket_policy() -> dict[str, Any]:
    condition = {"StringEquals": {"aws:SourceArn": ARN}}
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Condition": condition}
    acl = {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"}
    write = {**service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/*"}
    return {"Version": "2012-10-17", "Statement": [acl, write]}


def key_in(sandbox: Embedded, account: str, *statements: dict[str, Any]) -> str:
    """A key with an alias; its owner administers it, and the statements come on top."""
    kms = sandbox.client("kms", account=account)
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [owner, *statements]})
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/logs", TargetKeyId=key)
    return str(key)


def encrypt() -> dict[str, Any]:
    like = {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111111111111:trail/*"}
    principal = {"Service": "cloudtrail.amazonaws.com"}
    condition = {"StringLike": like, "StringEquals": {"aws:SourceArn": ARN}}
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "kms:GenerateDataKey*",
        "Resource": "*",
        "Condition": condition,
    }


def test_an_organization_trail_needs_trust_and_rank(
    sandbox: Embedded, archive: str, new_account: NewAccount, refused: Refused
) -> None:
    """Without trusted access the management account is refused; with it an ordinary member still is."""
    create = sandbox.client("cloudtrail").create_trail
    assert refused(create, **TRAIL) == "CloudTrailAccessNotEnabledException"
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    member = sandbox.client("cloudtrail", account=new_account("one"))
    assert refused(member.create_trail, **TRAIL) == "NotOrganizationMasterAccountException"
    assert create(**TRAIL)["TrailARN"] == ARN


@pytest.mark.usefixtures("trust")
def test_the_bucket_must_let_the_trail_in(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """No bucket, no policy, and a policy for another trail: each is refused, in whichever account the bucket is."""
    create, s3 = sandbox.client("cloudtrail").create_trail, sandbox.client("s3", account=new_account("archive"))
    assert refused(create, **TRAIL) == "S3BucketDoesNotExistException"
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert refused(create, **TRAIL) == "InsufficientS3BucketPolicyException"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(bucket_policy()))
    assert refused(create, **{**TRAIL, "Name": "another"}) == "InsufficientS3BucketPolicyException"
    create(**TRAIL)


@pytest.mark.usefixtures("trust")
def test_the_key_must_let_the_trail_encrypt(sandbox: Embedded, archive: str, refused: Refused) -> None:
    """An unknown key and a key that shuts CloudTrail out are refused; an alias in the archive's account is resolved."""
    create, alias = sandbox.client("cloudtrail").create_trail, f"arn:aws:kms:eu-west-1:{archive}:alias/logs"
    nowhere = alias.replace("eu-west-1", "eu-nowhere-1")
    assert refused(create, **TRAIL, KmsKeyId=nowhere) == "KmsKeyNotFoundException"
    assert refused(create, **TRAIL, KmsKeyId=alias) == "KmsKeyNotFoundException"
    key = key_in(sandbox, archive)
    assert refused(create, **TRAIL, KmsKeyId=alias) == "InsufficientEncryptionPolicyException"
    kms = sandbox.client("kms", account=archive)
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": [encrypt()]})
    )
    kms.disable_key(KeyId=key.rpartition("/")[2])
    assert refused(create, **TRAIL, KmsKeyId=alias) == "KmsKeyDisabledException"
    kms.enable_key(KeyId=key.rpartition("/")[2])
    assert create(**TRAIL, KmsKeyId=alias)["KmsKeyId"] == key


@pytest.mark.usefixtures("trust", "archive")
def test_a_trail_is_changed_as_told(sandbox: Embedded, refused: Refused) -> None:
    """Logging, validation and selectors change as told, in the home region only; what cannot be is undone.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
    """
    cloudtrail = sandbox.client("cloudtrail")
    cloudtrail.create_trail(**TRAIL, TagsList=[{"Key": "a", "Value": "1"}])
    assert refused(cloudtrail.create_trail, **TRAIL) == "TrailAlreadyExistsException"
    cloudtrail.start_logging(Name=ARN)
    assert cloudtrail.get_trail_status(Name="organization")["IsLogging"] is True
    cloudtrail.stop_logging(Name=ARN)
    assert cloudtrail.get_trail_status(Name="organization")["IsLogging"] is False
    cloudtrail.update_trail(Name="organization", EnableLogFileValidation=False)
    assert refused(cloudtrail.update_trail, Name=ARN, S3BucketName="none") == "S3BucketDoesNotExistException"
    trail = cloudtrail.get_trail(Name=ARN)["Trail"]
    assert (trail["LogFileValidationEnabled"], trail["S3BucketName"]) == (False, BUCKET)
    assert cloudtrail.list_tags(ResourceIdList=[ARN])["ResourceTagList"][0]["TagsList"] == [{"Key": "a", "Value": "1"}]
    elsewhere = sandbox.client("cloudtrail", "us-east-1")
    assert refused(elsewhere.update_trail, Name=ARN, IsMultiRegionTrail=False) == "InvalidHomeRegionException"
    cloudtrail.delete_trail(Name=ARN)
    assert refused(cloudtrail.get_trail, Name=ARN) == "TrailNotFoundException"


@pytest.mark.usefixtures("trust", "archive")
def test_members_see_the_trail_and_leave_it(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A member finds the organization's trail in every region, and can neither stop nor delete it."""
    sandbox.client("cloudtrail").create_trail(**TRAIL)
    member = sandbox.client("cloudtrail", "us-east-1", account=new_account("one"))
    assert [trail["TrailARN"] for trail in member.describe_trails()["trailList"]] == [ARN]
    member = sandbox.client("cloudtrail", account=new_account("two"))
    for operation in (member.stop_logging, member.delete_trail):
        assert refused(operation, Name=ARN) == "InsufficientDependencyServiceAccessPermissionException"


@pytest.mark.usefixtures("trust", "archive")
def test_selectors_are_of_one_kind(sandbox: Embedded, refused: Refused) -> None:
    """A new trail records all management events; advanced selectors replace the others.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
    """
    cloudtrail = sandbox.client("cloudtrail")
    cloudtrail.create_trail(**TRAIL)
    default = cloudtrail.get_event_selectors(TrailName="organization")["EventSelectors"]
    assert (default[0]["ReadWriteType"], default[0]["IncludeManagementEvents"]) == ("All", True)
    advanced = [{"Name": "all", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    both = {"EventSelectors": default, "AdvancedEventSelectors": advanced}
    put = cloudtrail.put_event_selectors
    assert refused(put, TrailName="organization", **both) == "InvalidEventSelectorsException"
    put(TrailName="organization", AdvancedEventSelectors=advanced)
    assert cloudtrail.get_event_selectors(TrailName=ARN)["AdvancedEventSelectors"] == advanced
    assert cloudtrail.get_trail(Name=ARN)["Trail"]["HasCustomEventSelectors"] is True


def test_insights_of_a_trail(sandbox: Embedded, trust: None, archive: str, refused: Refused) -> None:
    """A trail looks for unusual rates once it is told to, of kinds that there are; an empty list ends it, and asking is an error then.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
    """
    client = sandbox.client("cloudtrail")
    client.create_trail(**TRAIL)
    asked = {"TrailName": "organization"}
    assert refused(client.get_insight_selectors, **asked) == "InsightNotEnabledException"
    unknown = [{"InsightType": "ApiMoodInsight"}]
    put = client.put_insight_selectors
    assert refused(put, **asked, InsightSelectors=unknown) == "InvalidInsightSelectorsException"
    put(**asked, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    assert client.get_insight_selectors(**asked)["InsightSelectors"] == [{"InsightType": "ApiCallRateInsight"}]
    assert client.get_trail(Name="organization")["Trail"]["HasInsightSelectors"]
    put(**asked, InsightSelectors=[])
    assert refused(client.get_insight_selectors, **asked) == "InsightNotEnabledException"


def test_a_log_group_needs_a_role(sandbox: Embedded, trust: None, archive: str, refused: Refused) -> None:
    """Delivery to CloudWatch Logs needs a log group of the trail's account and region, and a role that trusts CloudTrail for the trail.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    """
    client, iam = sandbox.client("cloudtrail"), sandbox.client("iam")
    client.create_trail(**TRAIL)
    group = "arn:aws:logs:eu-west-1:111111111111:log-group:events:*"
    condition = {"StringEquals": {"aws:SourceArn": ARN}}
    trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "cloudtrail.amazonaws.com"}}

    def role(name: str, **statement: Any) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": [{**trusting, **statement}]})
        return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])

    wanted = {
        "Name": "organization",
        "CloudWatchLogsLogGroupArn": group,
        "CloudWatchLogsRoleArn": role("trail", Condition=condition),
    }
    update = client.update_trail
    assert refused(update, **wanted) == "InvalidCloudWatchLogsLogGroupArnException"
    sandbox.client("logs").create_log_group(logGroupName="events")
    other = {"CloudWatchLogsRoleArn": role("other", Principal={"Service": "lambda.amazonaws.com"})}
    assert refused(update, **{**wanted, **other}) == "InvalidCloudWatchLogsRoleArnException"
    assert update(**wanted)["CloudWatchLogsLogGroupArn"] == group
    update(Name="organization", CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="")
