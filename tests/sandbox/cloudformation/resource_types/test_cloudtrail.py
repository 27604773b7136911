import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
TRAIL = {"Service": "cloudtrail.amazonaws.com"}
BUCKET = "arn:aws:s3:::trail-logs"
POLICY = [
    {"Effect": "Allow", "Principal": TRAIL, "Action": "s3:GetBucketAcl", "Resource": BUCKET},
    {"Effect": "Allow", "Principal": TRAIL, "Action": "s3:PutObject", "Resource": f"{BUCKET}/*"},
]


def trail(**properties: Any) -> dict[str, Any]:
    properties = {"TrailName": "audit", "S3BucketName": "trail-logs", "IsLogging": True, **properties}
    return {"Type": "AWS::CloudTrail::Trail", "Properties": properties}


def test_a_trail_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """Its flags and whether it logs are what plain CloudTrail calls show, after an update too.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html
    """
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="trail-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_policy(Bucket="trail-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": POLICY}))
    stack = deploy({"Trail": trail(IsMultiRegionTrail=True, EnableLogFileValidation=True)})
    assert stack == {"status": "CREATE_COMPLETE", "reasons": [], "outputs": {}}
    cloudtrail = sandbox.client("cloudtrail")
    found = cloudtrail.get_trail(Name="audit")["Trail"]
    assert (found["IsMultiRegionTrail"], found["LogFileValidationEnabled"]) == (True, True)
    assert cloudtrail.get_trail_status(Name="audit")["IsLogging"] is True
    deploy({"Trail": trail(IsLogging=False)})
    found = cloudtrail.get_trail(Name="audit")["Trail"]
    assert (found["IsMultiRegionTrail"], found["LogFileValidationEnabled"]) == (False, False)
    assert cloudtrail.get_trail_status(Name="audit")["IsLogging"] is False
    delete()
    with pytest.raises(ClientError, match="TrailNotFound"):
        cloudtrail.get_trail(Name="audit")


def test_a_trail_without_its_bucket_fails(deploy: Deploy) -> None:
    """CloudTrail refuses a bucket that does not exist."""
    stack = deploy({"Trail": trail()})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert "trail-logs does not exist" in stack["reasons"][0]
