"""The recorder's template: clean, deployable where the service-linked role is there and where it is not, in two regions."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.lint import RUN

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
INSTANCE, ROLE, VOLUME = "AWS::EC2::Instance", "AWS::IAM::Role", "AWS::EC2::Volume"


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template("config_recorder", prefix="acme", global_types_region=HOME, **parameters)


def group(repository: Path, **parameters: Any) -> Any:
    """The recording group, with both of its sides where it depends on the region."""
    return rendered(repository, **parameters)["Resources"]["ConfigurationRecorder"]["Properties"]["RecordingGroup"]


@pytest.mark.whole_baseline
def test_lint(repository: Path, tmp_path: Path) -> None:
    """cfn-lint finds nothing, not even something to remark, whatever is recorded."""
    files = []
    recorded: list[dict[str, Any]] = [{}, {"excluded_types": (INSTANCE,)}, {"included_types": (INSTANCE, ROLE)}]
    for number, more in enumerate(recorded):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(rendered(repository, other_frequency_for=(VOLUME,), **more)), encoding="utf-8")
        files.append(str(file))
    aggregator = tmp_path / "aggregator.json"
    aggregator.write_text(json.dumps(Library(repository).template("config_aggregator", prefix="acme")))
    command = [
        sys.executable,
        "-c",
        RUN,
        "--include-checks",
        "I",
        "--regions",
        HOME,
        OTHER,
        "--",
        *files,
        str(aggregator),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_global_types_in_one_region(repository: Path) -> None:
    """Global types are recorded in one region, whether everything is recorded, everything but some types, or some types only."""
    everything = group(repository)
    assert everything["IncludeGlobalResourceTypes"] == {"Fn::If": ["RecordsGlobalTypes", True, False]}
    but = group(repository, excluded_types=(INSTANCE,))["ExclusionByResourceTypes"]["ResourceTypes"]["Fn::If"]
    assert but[1] == [INSTANCE]
    assert set(but[2]) == {INSTANCE, *(f"AWS::IAM::{name}" for name in ("Group", "Policy", "Role", "User"))}
    only = group(repository, included_types=(INSTANCE, ROLE))["ResourceTypes"]
    assert only == {"Fn::If": ["RecordsGlobalTypes", [INSTANCE, ROLE], [INSTANCE]]}
    assert group(repository, included_types=(INSTANCE,))["ResourceTypes"] == [INSTANCE]
    with pytest.raises(ConfigError, match="exclude each other"):
        rendered(repository, included_types=(INSTANCE,), excluded_types=(ROLE,))


@pytest.fixture
def landing(sandbox: "Embedded") -> str:
    """A bucket that AWS Config may write to."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="landing", CreateBucketConfiguration={"LocationConstraint": HOME})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::landing/AWSLogs/*",
    }
    s3.put_bucket_policy(Bucket="landing", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return "landing"


def test_it_records(sandbox: "Embedded", repository: Path, landing: str) -> None:
    """Deployed in an account that never saw AWS Config it records, but no global types here; gone, the service-linked role stays."""
    cloudformation, config = sandbox.client("cloudformation", OTHER), sandbox.client("config", OTHER)
    cloudformation.create_stack(
        StackName="acme-config-recorder",
        TemplateBody=json.dumps(rendered(repository, frequency="DAILY", other_frequency_for=(INSTANCE,))),
        Parameters=[{"ParameterKey": "LandingBucket", "ParameterValue": landing}],
        Capabilities=["CAPABILITY_IAM"],
    )
    statuses = [cloudformation.describe_stacks()["Stacks"][0]["StackStatus"] for _ in range(2)]
    assert statuses[-1] == "CREATE_COMPLETE"
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    (override,) = recorder["recordingMode"]["recordingModeOverrides"]
    assert (override["recordingFrequency"], override["resourceTypes"]) == ("CONTINUOUS", [INSTANCE])
    assert recorder["recordingGroup"]["includeGlobalResourceTypes"] is False
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"] is True
    cloudformation.delete_stack(StackName="acme-config-recorder")
    assert config.describe_delivery_channels()["DeliveryChannels"] == []
    assert sandbox.client("iam").get_role(RoleName="AWSServiceRoleForConfig")
