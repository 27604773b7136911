"""The template that watches the trail: clean, least privilege, an alarm for each requirement of CIS, section Monitoring."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.library import Library
from guardrails.library.lint import RUN

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

EMAIL = "soc@acme.example"


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template(
        "trail_alarms", prefix="acme", trail_name="acme-organization-trail", emails=(EMAIL,), **parameters
    )


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in template["Resources"].items() if each["Type"] == kind}


@pytest.mark.whole_baseline
def test_cfn_lint_finds_nothing(repository: Path, tmp_path: Path) -> None:
    """cfn-lint has nothing to say, and CloudFormation takes the template inline."""
    text = json.dumps(rendered(repository))
    assert len(text) <= 51_200
    (tmp_path / "template.json").write_text(text, encoding="utf-8")
    lint = [sys.executable, "-c", RUN, str(tmp_path / "template.json")]
    ended = subprocess.run(lint, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_every_requirement_has_its_alarm(repository: Path) -> None:
    """Of 4.1 to 4.15 each has one metric filter, of a size that CloudWatch Logs takes, and one alarm on its metric that tells the topic."""
    template = rendered(repository)
    alarms, filters = of_type(template, "AWS::CloudWatch::Alarm"), of_type(template, "AWS::Logs::MetricFilter")
    described = " ".join(alarm["AlarmDescription"] for alarm in alarms.values())
    assert sorted(map(int, re.findall(r"4\.(\d+):", described))) == list(range(1, 16))
    assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms.values())
    counted = {each["MetricTransformations"][0]["MetricName"] for each in filters.values()}
    assert counted == {alarm["MetricName"] for alarm in alarms.values()}
    assert len(filters) == 15
    assert max(len(each["FilterPattern"]) for each in filters.values()) <= 1024


def test_deployed(sandbox: "Embedded", repository: Path) -> None:
    """The log group keeps events for so long, encrypted; alarms watch it; who is to be told is asked to confirm."""
    client = sandbox.client("cloudformation")
    parameters = [{"ParameterKey": "OrganizationId", "ParameterValue": "o-1234567890"}]
    client.create_stack(
        StackName="acme-trail-alarms",
        TemplateBody=json.dumps(rendered(repository, retention_days=90)),
        Parameters=parameters,
        Capabilities=["CAPABILITY_IAM"],
    )
    (group,) = sandbox.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 90
    assert group["kmsKeyId"]
    assert (
        len(sandbox.client("logs").describe_metric_filters(logGroupName=group["logGroupName"])["metricFilters"]) == 15
    )
    assert len(sandbox.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 15
    (subscription,) = sandbox.client("sns").list_subscriptions()["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", EMAIL)


def test_only_the_logs(repository: Path) -> None:
    """Without alarms there is neither filter nor topic, and no statement of the key for them."""
    template = rendered(repository, alarms=False)
    assert set(template["Resources"]) == {"Key", "Events", "Delivery"}
    statements = template["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    assert [each["Sid"] for each in statements] == ["AccountThroughIam", "LogsOfThisAccount"]
