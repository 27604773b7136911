"""Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
GUARDDUTY = {"Service": "guardduty.amazonaws.com"}
BUCKET = "arn:aws:s3:::guardduty-findings"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


@pytest.fixture
def key_arn(sandbox: Embedded) -> str:
    """A key that lets GuardDuty encrypt."""
    owner = {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}
    service = {"Principal": GUARDDUTY, "Action": "kms:GenerateDataKey", "Resource": "*"}
    made = sandbox.client("kms").create_key(Policy=document(owner, service))
    return str(made["KeyMetadata"]["Arn"])


def let_in(sandbox: Embedded) -> None:
    put = {"Principal": GUARDDUTY, "Action": "s3:PutObject", "Resource": f"{BUCKET}/*"}
    sandbox.client("s3").put_bucket_policy(Bucket="guardduty-findings", Policy=document(put))


def test_findings_go_where_guardduty_may_write(sandbox: Embedded, key_arn: str, refused: Refused) -> None:
    """A bucket that does not exist or does not let GuardDuty write is refused; then it is verified, and publishes until shut out."""
    guardduty = sandbox.client("guardduty")
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    properties = {"DestinationArn": BUCKET, "KmsKeyArn": key_arn}
    wanted = {"DetectorId": detector, "DestinationType": "S3", "DestinationProperties": properties}
    create = guardduty.create_publishing_destination
    assert refused(create, **wanted) == "BadRequestException"
    constraint = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket="guardduty-findings", CreateBucketConfiguration=constraint)
    assert refused(create, **wanted) == "BadRequestException"
    let_in(sandbox)
    made = create(**wanted)["DestinationId"]
    assert refused(create, **wanted) == "BadRequestException"
    asked = {"DetectorId": detector, "DestinationId": made}
    looks = [guardduty.describe_publishing_destination(**asked) for _ in range(2)]
    assert [each["Status"] for each in looks] == ["PENDING_VERIFICATION", "PUBLISHING"]
    assert looks[0]["DestinationProperties"] == properties
    sandbox.client("s3").delete_bucket_policy(Bucket="guardduty-findings")
    assert guardduty.describe_publishing_destination(**asked)["Status"] == "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY"
    guardduty.delete_publishing_destination(**asked)
    assert guardduty.list_publishing_destinations(DetectorId=detector)["Destinations"] == []


def test_the_key_must_let_guardduty_encrypt(sandbox: Embedded, key_arn: str, refused: Refused) -> None:
    """A key without a statement for GuardDuty, of another region or of none, is refused, and so is a bucket of an unexpected owner."""
    guardduty = sandbox.client("guardduty")
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    constraint = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket="guardduty-findings", CreateBucketConfiguration=constraint)
    let_in(sandbox)
    closed = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    elsewhere = sandbox.client("kms", "us-east-1").create_key()["KeyMetadata"]["Arn"]
    create, base = guardduty.create_publishing_destination, {"DetectorId": detector, "DestinationType": "S3"}
    nowhere = elsewhere.replace("us-east-1", "eu-nowhere-1")
    for wrong in (closed, elsewhere, nowhere):
        properties = {"DestinationArn": BUCKET, "KmsKeyArn": wrong}
        assert refused(create, DestinationProperties=properties, **base) == "BadRequestException"
    properties = {"DestinationArn": BUCKET, "KmsKeyArn": key_arn, "ExpectedBucketOwner": "222222222222"}
    assert refused(create, DestinationProperties=properties, **base) == "BadRequestException"
    properties["ExpectedBucketOwner"] = "111111111111"
    made = create(DestinationProperties=properties, **base)["DestinationId"]
    asked = {"DetectorId": detector, "DestinationId": made}
    guardduty.update_publishing_destination(DestinationProperties={"DestinationArn": f"{BUCKET}/home/"}, **asked)
    shown = guardduty.describe_publishing_destination(**asked)["DestinationProperties"]
    assert shown == {**properties, "DestinationArn": f"{BUCKET}/home/"}


def test_in_an_opt_in_region_guardduty_has_a_name_of_its_own(sandbox: Embedded, refused: Refused) -> None:
    """Where a Region must be enabled, policies let GuardDuty in by the name that it has there."""
    region = "eu-south-1"
    sandbox.client("account").enable_region(RegionName=region)
    while sandbox.client("account").get_region_opt_status(RegionName=region)["RegionOptStatus"] != "ENABLED":
        pass
    s3, guardduty = sandbox.client("s3", region), sandbox.client("guardduty", region)
    s3.create_bucket(Bucket="guardduty-findings", CreateBucketConfiguration={"LocationConstraint": region})
    owner = {"Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}
    regional = {"Service": f"guardduty.{region}.amazonaws.com"}
    encrypt = {"Principal": regional, "Action": "kms:GenerateDataKey", "Resource": "*"}
    key = sandbox.client("kms", region).create_key(Policy=document(owner, encrypt))["KeyMetadata"]["Arn"]
    let_in(sandbox)
    wanted = {"DestinationType": "S3", "DestinationProperties": {"DestinationArn": BUCKET, "KmsKeyArn": key}}
    wanted["DetectorId"] = guardduty.create_detector(Enable=True)["DetectorId"]
    assert refused(guardduty.create_publishing_destination, **wanted) == "BadRequestException"
    put = {"Principal": regional, "Action": "s3:PutObject", "Resource": f"{BUCKET}/*"}
    s3.put_bucket_policy(Bucket="guardduty-findings", Policy=document(put))
    assert guardduty.create_publishing_destination(**wanted)["DestinationId"]
