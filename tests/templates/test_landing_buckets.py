"""Where logs land: the services that should deliver there can, for this organization, and nobody else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.lint import RUN
from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID as OWN

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME = "eu-west-1"
MEMBER = "222222222222"
REGIONS = (HOME, "eu-central-1")
PURPOSES = ("config", "elb", "guardduty", "network", "waf")
SECOND = {"replica_region": "eu-central-1", "replication_time_control": True}


def rendered(repository: Path, name: str, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template(name, prefix="acme", home_region=HOME, **parameters)


def deploy(sandbox: "Embedded", name: str, template: dict[str, Any], **known: str) -> dict[str, str]:
    """Deploy, and return the outputs; here the management account keeps its own logs."""
    client = sandbox.client("cloudformation", HOME)
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": known[key]} for key in template["Parameters"]],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    client.describe_stacks(StackName=name)
    stack = client.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", client.describe_stack_events(StackName=name)["StackEvents"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture
def landed(sandbox: "Embedded", repository: Path) -> str:
    """The archive, and the landing buckets beside it; returns the ARN of their key."""
    organization = str(sandbox.client("organizations").describe_organization()["Organization"]["Id"])
    known = {"OrganizationId": organization, "ManagementAccountId": OWN, "SecurityAccountId": OWN}
    archive = deploy(sandbox, "archive", rendered(repository, "log_archive", landing=True, access_logs=True), **known)
    into = {"ArchiveBucket": archive["BucketName"], "ArchiveKeyArn": archive["KeyArn"]}
    template = rendered(repository, "landing_buckets", purposes=PURPOSES)
    deploy(sandbox, "access-logs", rendered(repository, "access_log_bucket"), **known, **into)
    return deploy(sandbox, "landing", template, **known, **into)["KeyArn"]


@pytest.mark.whole_baseline
def test_lint(repository: Path, tmp_path: Path) -> None:
    """cfn-lint finds nothing, with everything on and with as little as possible, in either home of the shipped configuration."""
    templates = {
        "archive": rendered(repository, "log_archive", landing=True, access_logs=True, **SECOND),
        "replica": rendered(repository, "log_archive", landing=True, access_logs=True, replicas_only=True),
        "landing": rendered(repository, "landing_buckets", purposes=PURPOSES, **SECOND),
        "little": rendered(repository, "landing_buckets", purposes=("elb",)),
        "access": rendered(repository, "access_log_bucket", **SECOND),
    }
    files = [tmp_path / f"{name}.json" for name in templates]
    for file, template in zip(files, templates.values(), strict=True):
        file.write_text(json.dumps(template), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--regions", *REGIONS, "--", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_replica_has_no_replica(repository: Path) -> None:
    """What receives replicas is not replicated itself, as S3 would not do it."""
    with pytest.raises(ConfigError, match="a replica is not replicated"):
        rendered(repository, "log_archive", replicas_only=True, replica_region="eu-central-1")


def test_services_deliver(sandbox: "Embedded", landed: str) -> None:
    """AWS Config takes its landing bucket as a channel, and would not take the archive; GuardDuty exports with the landing key; S3
    writes access logs below this account's folder.
    """
    iam, config = sandbox.client("iam"), sandbox.client("config", HOME)
    iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    role = f"arn:aws:iam::{OWN}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    channel = {"name": "default", "s3BucketName": f"acme-config-logs-{OWN}-{HOME}", "s3KmsKeyArn": landed}
    config.put_delivery_channel(DeliveryChannel=channel)
    with pytest.raises(ClientError, match="InsufficientDeliveryPolicyException"):
        config.put_delivery_channel(
            DeliveryChannel={"name": "default", "s3BucketName": f"acme-log-archive-{OWN}-{HOME}"}
        )
    guardduty = sandbox.client("guardduty", HOME)
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    place = {"DestinationArn": f"arn:aws:s3:::acme-guardduty-logs-{OWN}-{HOME}", "KmsKeyArn": landed}
    guardduty.create_publishing_destination(DetectorId=detector, DestinationType="S3", DestinationProperties=place)
    s3 = sandbox.client("s3", HOME)
    target = {"TargetBucket": f"acme-access-logs-{OWN}-{HOME}", "TargetPrefix": f"access-logs/{OWN}/waf/"}
    s3.put_bucket_logging(Bucket=f"aws-waf-logs-acme-{OWN}-{HOME}", BucketLoggingStatus={"LoggingEnabled": target})


def test_every_statement_for_a_service_says_for_whom(sandbox: "Embedded", landed: str) -> None:
    """No bucket or key lets a service in but for this organization or one account; deletion is denied to everybody, without condition."""
    s3, kms = sandbox.client("s3", HOME), sandbox.client("kms", HOME)
    buckets = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    documents = {name: json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) for name in buckets}
    assert len(documents) == len(PURPOSES) + 2
    for name, document in documents.items():
        (removal,) = [each for each in document["Statement"] if each["Sid"] == "Removal"]
        assert "Condition" not in removal, name
    key = json.loads(kms.get_key_policy(KeyId=landed, PolicyName="default")["Policy"])
    for name, document in {**documents, "key": key}.items():
        for statement in document["Statement"]:
            if "Service" in statement["Principal"]:
                keys = {key for values in statement["Condition"].values() for key in values}
                assert keys & {"aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn"}, (name, statement)


def test_load_balancers_need_not_say_for_which_organization(sandbox: "Embedded", landed: str) -> None:
    """Load balancers deliver by the ARN of theirs, and for this organization where they say for which; others always say it."""
    s3 = sandbox.client("s3", HOME)
    document = json.loads(s3.get_bucket_policy(Bucket=f"acme-elb-logs-{OWN}-{HOME}")["Policy"])
    conditions = {
        statement["Principal"]["Service"]: statement["Condition"]
        for statement in document["Statement"]
        if statement["Sid"].startswith("Delivers")
    }
    load_balancers = conditions.pop("logdelivery.elasticloadbalancing.amazonaws.com")
    assert load_balancers.keys() == {"StringEqualsIfExists", "ArnLike"}
    assert load_balancers["ArnLike"].keys() == {"aws:SourceArn"}
    assert [condition["StringEquals"].keys() >= {"aws:SourceOrgID"} for condition in conditions.values()] == [True]


@pytest.mark.parametrize(
    ("purpose", "service", "source"),
    [
        ("config", "config.amazonaws.com", f"arn:aws:config:{HOME}:{MEMBER}:x"),
        *(
            (purpose, "delivery.logs.amazonaws.com", f"arn:aws:logs:{HOME}:{MEMBER}:x")
            for purpose in ("network", "waf")
        ),
    ],
)
def test_nobody_has_a_service_write_into_the_folder_of_another(
    sandbox: "Embedded", landed: str, purpose: str, service: str, source: str
) -> None:
    """Whoever lets a service deliver with a prefix of his choice reaches the folder of his own account only."""
    name = f"aws-waf-logs-acme-{OWN}-{HOME}" if purpose == "waf" else f"acme-{purpose}-logs-{OWN}-{HOME}"
    assert landed
    found = delivery.bucket(name)
    assert found
    said = {**delivery.context(service, source, MEMBER), "s3:x-amz-acl": "bucket-owner-full-control"}
    assert delivery.may_write(found, service, f"AWSLogs/{MEMBER}/x", said)
    assert delivery.may_write(found, service, f"AWSLogs/aws-account-id={MEMBER}/x", said) == (purpose != "config")
    for stolen in (f"AWSLogs/{OWN}/x", f"AWSLogs/{OWN}/AWSLogs/{MEMBER}/x", "x"):
        assert not delivery.may_write(found, service, stolen, said), stolen


def test_members_write_into_their_own_folder(sandbox: "Embedded", landed: str) -> None:
    """The archive lets only the organization's access log roles write replicas from outside, each below its own account's id."""
    s3 = sandbox.client("s3", HOME)
    document = json.loads(s3.get_bucket_policy(Bucket=f"acme-log-archive-{OWN}-{HOME}")["Policy"])
    by_sid = {statement["Sid"]: statement for statement in document["Statement"]}
    own = f"arn:aws:s3:::acme-log-archive-{OWN}-{HOME}/access-logs/${{aws:PrincipalAccount}}/*"
    assert by_sid["ReplicasOfMembers"]["Resource"] == own
    roles = [f"arn:aws:iam::{OWN}:role/acme-log-landing-*", "arn:aws:iam::*:role/acme-access-logs-*"]
    assert by_sid["ReplicasByOthers"]["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": roles}}
    assert by_sid["ReplicasOfMembers"]["Condition"]["StringEquals"].keys() == {"aws:PrincipalOrgID"}
