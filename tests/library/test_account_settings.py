"""Settings in a template: the function, its role and its probes, as little as is needed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from guardrails.cloudformation import template_body
from guardrails.library.account_settings import Call, Setting
from guardrails.library.lint import RUN
from tests.settings_template import settings_template

REGIONS = ("eu-west-1", "eu-central-1")


@pytest.fixture(scope="module")
def made(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A template with three settings."""
    return settings_template(repository, tmp_path_factory.mktemp("content"), REGIONS[0])


@pytest.mark.whole_baseline
def test_lint(made: dict[str, Any], tmp_path: Path) -> None:
    """cfn-lint finds nothing, not even something to remark."""
    file = tmp_path / "template.json"
    file.write_text(template_body(made), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--regions", *REGIONS, "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_function_may_do_what_it_does(made: dict[str, Any]) -> None:
    """The role allows the calls of the settings, by the names that IAM has for them, and the function's own log; Lambda alone has it."""
    role = made["Resources"]["SettingsRole"]["Properties"]
    settings, log = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert settings["Action"] == [
        "ec2:EnableEbsEncryptionByDefault",
        "ec2:GetEbsDefaultKmsKeyId",
        "ec2:GetEbsEncryptionByDefault",
        "ec2:ModifyEbsDefaultKmsKeyId",
        "s3:GetAccountPublicAccessBlock",
        "s3:PutAccountPublicAccessBlock",
    ]
    assert log["Resource"]["Fn::Sub"].endswith(":log-group:/aws/lambda/acme-test-settings:*")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_names_that_a_policy_can_guard(made: dict[str, Any]) -> None:
    """The role has a path and no name, so that the stacks of an account's regions do not collide; function and log are named."""
    resources = made["Resources"]
    assert (resources["SettingsRole"]["Properties"]["Path"], "RoleName" in str(made)) == ("/acme/settings/", False)
    assert resources["SettingsFunction"]["Properties"]["FunctionName"] == "acme-test-settings"
    assert resources["SettingsLogs"]["Properties"]["LogGroupName"] == "/aws/lambda/acme-test-settings"


def test_probes(made: dict[str, Any]) -> None:
    """Probes stand in the metadata, with values of the stack as outputs; one of the home region says so."""
    key, _, block = made["Metadata"]["AccountSettings"]
    assert (key["Name"], key["Expected"]) == ("EBS default key", {"KmsKeyId": "<SettingKeyArn>"})
    assert made["Outputs"] == {"SettingKeyArn": {"Value": {"Fn::Sub": "${Key.Arn}"}}}
    assert block["Probe"]["Parameters"] == {"AccountId": "<AWS::AccountId>"}
    assert (block["Region"], "Region" in key) == ("eu-west-1", False)


@pytest.mark.parametrize(("name", "probe"), [("a/b", "get_x"), (" ", "get_x"), ("a", "put_x")])
def test_refused(name: str, probe: str) -> None:
    """A name that could be taken for a place, and a probe that could write."""
    with pytest.raises(ValueError, match=name):
        Setting(name=name, put=Call("ec2", "put_x"), probe=Call("ec2", probe), expected={})
