import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
NAME = "logs-111111111111"
BUCKET = {
    "BucketName": {"Fn::Sub": "logs-${AWS::AccountId}"},
    "ObjectLockEnabled": True,
    "ObjectLockConfiguration": {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}},
    },
    "VersioningConfiguration": {"Status": "Enabled"},
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": True},
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "BucketKeyEnabled": True,
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/logs"},
            }
        ]
    },
    "LifecycleConfiguration": {
        "Rules": [
            {
                "Id": "cold",
                "Status": "Enabled",
                "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}],
                "ExpirationInDays": 2555,
                "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            }
        ]
    },
    "Tags": [{"Key": "team", "Value": "security"}],
}
POLICY = {
    "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}}]
}


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def bucket_policy(document: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document}}


def without_metadata(response: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def test_a_bucket_has_everything_its_template_says(sandbox: Embedded, deploy: Deploy) -> None:
    """Lock, versioning, ownership, public access, encryption and lifecycle are what plain S3 calls show.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
    """
    assert deploy({"Bucket": bucket(**BUCKET)})["status"] == "CREATE_COMPLETE"
    s3 = sandbox.client("s3")
    lock = s3.get_object_lock_configuration(Bucket=NAME)["ObjectLockConfiguration"]
    assert lock == {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    ownership = s3.get_bucket_ownership_controls(Bucket=NAME)["OwnershipControls"]
    assert ownership == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    block = s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"]
    assert [name for name, blocked in sorted(block.items()) if blocked] == ["BlockPublicAcls", "BlockPublicPolicy"]
    encryption = s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": "alias/logs",
    }
    assert encryption["BucketKeyEnabled"] is True
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert rule == {
        "ID": "cold",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}],
        "Expiration": {"Days": 2555},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def test_a_bucket_carries_its_tags_and_cloudformations(sandbox: Embedded, deploy: Deploy) -> None:
    """CloudFormation adds its own tags to a bucket.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
    """
    deploy({"Bucket": bucket(**BUCKET)})
    tags = {tag["Key"]: tag["Value"] for tag in sandbox.client("s3").get_bucket_tagging(Bucket=NAME)["TagSet"]}
    assert tags["team"] == "security"
    assert tags["aws:cloudformation:stack-name"] == "one"
    assert tags["aws:cloudformation:logical-id"] == "Bucket"


def test_a_bucket_is_made_in_the_stacks_region(sandbox: Embedded) -> None:
    """A bucket lies in the region of its stack, with a generated name when it has none: lower case, from stack and logical id."""
    cloudformation = sandbox.client("cloudformation", region="us-west-2")
    cloudformation.create_stack(StackName="one", TemplateBody=json.dumps({"Resources": {"Bucket": bucket()}}))
    resource = cloudformation.describe_stack_resource(StackName="one", LogicalResourceId="Bucket")
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    assert name.startswith("one-bucket-")
    assert sandbox.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"] == "us-west-2"


def test_an_update_gives_back_the_defaults(sandbox: Embedded, deploy: Deploy) -> None:
    """A setting that leaves the template goes back to what a new bucket has; the bucket stays."""
    deploy({"Bucket": bucket(**BUCKET)})
    kept = {name: BUCKET[name] for name in ("BucketName", "ObjectLockEnabled")}
    assert deploy({"Bucket": bucket(**kept)})["status"] == "UPDATE_COMPLETE"
    s3 = sandbox.client("s3")
    assert "Rule" not in s3.get_object_lock_configuration(Bucket=NAME)["ObjectLockConfiguration"]
    encryption = s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=NAME)


def test_a_bucket_policy_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy) -> None:
    """The policy on the bucket is the template's document, with its functions resolved."""
    resources = {"Bucket": bucket(**BUCKET)}
    deploy({**resources, "Policy": bucket_policy(POLICY)})
    s3 = sandbox.client("s3")
    statement = json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"][0]
    assert statement["Resource"] == f"arn:aws:s3:::{NAME}/*"
    changed = {"Statement": [{**POLICY["Statement"][0], "Action": "s3:PutObject"}]}
    deploy({**resources, "Policy": bucket_policy(changed)})
    assert json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"][0]["Action"] == "s3:PutObject"
    deploy(resources)
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=NAME)


def test_a_public_policy_needs_a_bucket_that_lets_it_in(sandbox: Embedded, deploy: Deploy) -> None:
    """A bucket blocks public policies unless its template says otherwise, and the stack fails as PutBucketPolicy would.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    everybody = bucket_policy({"Statement": [{**POLICY["Statement"][0], "Effect": "Allow"}]})
    stack = deploy({"Bucket": bucket(BucketName=NAME), "Policy": everybody})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert "BlockPublicPolicy" in stack["reasons"][0]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"BucketName": "Upper"}, "#/BucketName: failed validation constraint for keyword [pattern]"),
        ({"WebsiteConfiguration": {"IndexDocument": "i"}}, "does not implement the property WebsiteConfiguration"),
        ({"ReplicationConfiguration": {"Role": "r", "Rules": []}}, "Versioning must be 'Enabled'"),
        ({"VersioningConfiguration": {"Status": "Off"}}, "Off is not a valid enum value"),
        ({"Colour": "red"}, "extraneous key [Colour] is not permitted"),
        ({"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}, "Versioning must be 'Enabled'"),
        (
            {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "TagFilters": []}]}},
            "does not implement TagFilters",
        ),
    ],
)
def test_what_s3_or_the_sandbox_cannot_do_fails_the_stack(
    sandbox: Embedded, deploy: Deploy, properties: dict[str, Any], reason: str
) -> None:
    """A property is applied or refused with the reason, never dropped; nothing is left behind."""
    stack = deploy({"Bucket": bucket(**properties)})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert reason in stack["reasons"][0]
    assert sandbox.client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_with_objects_is_not_deleted(sandbox: Embedded, deploy: Deploy) -> None:
    """A stack whose bucket holds objects ends in DELETE_FAILED and keeps the bucket.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
    """
    deploy({"Bucket": bucket(BucketName=NAME)})
    s3, cloudformation = sandbox.client("s3"), sandbox.client("cloudformation")
    s3.put_object(Bucket=NAME, Key="a", Body=b"a")
    cloudformation.delete_stack(StackName="one")
    statuses = [cloudformation.describe_stacks(StackName="one")["Stacks"][0]["StackStatus"] for _ in range(2)]
    assert statuses == ["DELETE_IN_PROGRESS", "DELETE_FAILED"]
    assert without_metadata(s3.head_object(Bucket=NAME, Key="a"))["ContentLength"] == 1
    cloudformation.delete_stack(StackName="one", RetainResources=["Bucket"])
    cloudformation.describe_stacks(StackName="one")
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName="one")
