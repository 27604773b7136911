"""Source: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html"""

import json
from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
FSBP = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
NIST = "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0"


def test_two_standards_come_with_security_hub(sandbox: Embedded) -> None:
    """Enabling Security Hub enables Foundational Security Best Practices and CIS 1.2.0, unless that is declined."""
    sandbox.client("securityhub").enable_security_hub()
    sandbox.client("securityhub", "us-east-1").enable_security_hub(EnableDefaultStandards=False)
    enabled = sandbox.client("securityhub").get_enabled_standards()["StandardsSubscriptions"]
    assert {each["StandardsArn"] for each in enabled} == {FSBP, CIS}
    assert sandbox.client("securityhub", "us-east-1").get_enabled_standards()["StandardsSubscriptions"] == []


def test_the_standards_are_listed_in_pages(sandbox: Embedded) -> None:
    """Every standard has a name and an ARN of the region, and the list is paged."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub()
    pages = list(hub.get_paginator("describe_standards").paginate(PaginationConfig={"PageSize": 4}))
    found = {each["StandardsArn"]: each for page in pages for each in page["Standards"]}
    assert len(pages) > 1
    assert found[NIST]["Name"] == "NIST Special Publication 800-53 Revision 5"
    assert {arn for arn, each in found.items() if each["EnabledByDefault"]} == {FSBP, CIS}


def test_a_standard_is_enabled_in_time_and_needs_the_recorder(sandbox: Embedded) -> None:
    """A standard is PENDING first; without AWS Config's recorder it stays INCOMPLETE, with it it becomes READY."""
    hub, config = sandbox.client("securityhub"), sandbox.client("config")
    hub.enable_security_hub(EnableDefaultStandards=False)
    made = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": NIST}])["StandardsSubscriptions"]
    assert made[0]["StandardsSubscriptionArn"].endswith(":111111111111:subscription/nist-800-53/v/5.0.0")
    looks = [hub.get_enabled_standards()["StandardsSubscriptions"][0] for _ in range(2)]
    assert [each["StandardsStatus"] for each in (*made, *looks)] == ["PENDING", "PENDING", "INCOMPLETE"]
    assert looks[1]["StandardsStatusReason"] == {"StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER"}
    role, trust = "arn:aws:iam::111111111111:role/recorder", json.dumps({"Version": "2012-10-17", "Statement": []})
    sandbox.client("iam").create_role(RoleName="recorder", AssumeRolePolicyDocument=trust)
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    sandbox.client("s3").create_bucket(
        Bucket="config-landing", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-landing"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    assert hub.get_enabled_standards()["StandardsSubscriptions"][0]["StandardsStatus"] == "READY"


def test_standards_are_disabled_by_subscription(sandbox: Embedded, refused: Refused) -> None:
    """Disabling takes subscriptions that exist; a standard that does not exist cannot be enabled."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub()
    wanted = [{"StandardsArn": NIST.replace("eu-west-1", "us-east-1")}]
    assert refused(hub.batch_enable_standards, StandardsSubscriptionRequests=wanted) == "InvalidInputException"
    arns = [each["StandardsSubscriptionArn"] for each in hub.get_enabled_standards()["StandardsSubscriptions"]]
    gone = hub.batch_disable_standards(StandardsSubscriptionArns=arns[:1])["StandardsSubscriptions"]
    assert gone[0]["StandardsStatus"] == "DELETING"
    left = hub.get_enabled_standards()["StandardsSubscriptions"]
    assert [each["StandardsSubscriptionArn"] for each in left] == arns[1:]
    assert refused(hub.batch_disable_standards, StandardsSubscriptionArns=arns[:1]) == "InvalidInputException"
