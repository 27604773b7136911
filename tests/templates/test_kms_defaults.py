"""The keys' template: clean, deployable, administration and use apart, EBS encrypting by default."""

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.library.lint import RUN
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

REGION = "eu-central-1"
REGIONS = ("eu-west-1", REGION)
ROOT = f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:root"
USES = ("default", "ebs", "rds", "s3", "secrets")
ROLES = ("GuardrailsDeployer", "stacksets-exec-*")


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template(
        "kms_defaults", **{"prefix": "acme", "administrator_roles": ROLES, **parameters}
    )


@pytest.fixture
def keys(sandbox: "Embedded", repository: Path) -> dict[str, str]:
    """The ids of all deployed keys, by kind of use."""
    client = sandbox.client("cloudformation", REGION)
    template = rendered(repository, keys=USES)
    client.create_stack(
        StackName="acme-kms-defaults", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    kms = sandbox.client("kms", REGION)
    return {use: kms.describe_key(KeyId=f"alias/acme-{use}")["KeyMetadata"]["KeyId"] for use in USES}


def policy_of(sandbox: "Embedded", key: str) -> dict[str, dict[str, Any]]:
    """A key's policy, its statements by Sid."""
    text = sandbox.client("kms", REGION).get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


@pytest.fixture
def policy(sandbox: "Embedded", keys: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The policy of the key for EBS."""
    return policy_of(sandbox, keys["ebs"])


@pytest.mark.whole_baseline
def test_lint(repository: Path, tmp_path: Path) -> None:
    """cfn-lint finds nothing, not even something to remark."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(rendered(repository, keys=USES)), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--regions", *REGIONS, "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    "parameters",
    [
        {"rotation_period_days": 89},
        {"rotation_period_days": 2561},
        {"deletion_window_days": 6},
        {"deletion_window_days": 31},
        {"administrator_roles": ()},
        {"keys": ("sqs",)},
        {"prefix": "No"},
    ],
)
def test_out_of_range(repository: Path, parameters: dict[str, Any]) -> None:
    """What KMS would refuse, and a key that nobody may delete, never become a template."""
    with pytest.raises(ConfigError, match=f"parameter {next(iter(parameters))}"):
        rendered(repository, **parameters)


def test_rotation(sandbox: "Embedded", keys: dict[str, str]) -> None:
    """Every live key rotates at the declared period."""
    kms = sandbox.client("kms", REGION)
    for key in keys.values():
        status = kms.get_key_rotation_status(KeyId=key)
        assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)


def test_ebs_encrypts_by_default(sandbox: "Embedded", keys: dict[str, str]) -> None:
    """New volumes are encrypted, with the key for EBS; that stays when the stack goes, and so do the keys."""
    ec2, client = sandbox.client("ec2", REGION), sandbox.client("cloudformation", REGION)
    client.delete_stack(StackName="acme-kms-defaults")
    client.describe_stacks()  # passes the time
    assert client.describe_stacks()["Stacks"] == []
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"].endswith(f":key/{keys['ebs']}")
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)
    assert (volume["Encrypted"], volume["KmsKeyId"]) == (True, ec2.get_ebs_default_kms_key_id()["KmsKeyId"])


def test_administration_is_not_use(policy: dict[str, Any]) -> None:
    """The account administers through IAM, without condition so that nobody is locked out, and gains no use by it, nor grants of it."""
    administration = policy["AdministrationThroughIam"]
    assert administration["Principal"] == {"AWS": ROOT}
    assert "Condition" not in administration
    assert "kms:Put*" in administration["Action"]
    use = {"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"}
    for action in (*use, "kms:CreateGrant"):
        assert not any(fnmatchcase(action, allowed) for allowed in administration["Action"]), action
    assert use <= set(policy["UseThroughIam"]["Action"])
    assert not any("Put" in action or "Schedule" in action for action in policy["UseThroughIam"]["Action"])


def test_only_administrators_destroy(policy: dict[str, Any]) -> None:
    """Everyone but the root user and the administrators' roles is denied to destroy the key; its policy can still be mended."""
    denial = policy["DestructionByAdministratorsOnly"]
    assert (denial["Effect"], denial["Principal"]) == ("Deny", {"AWS": "*"})
    roles = [f"arn:aws:iam::{MANAGEMENT_ACCOUNT_ID}:role/{role}" for role in ROLES]
    assert denial["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [ROOT, *roles]}}
    assert {"kms:ScheduleKeyDeletion", "kms:DisableKey"} <= set(denial["Action"])
    assert not any("Put" in action or action == "kms:*" for action in denial["Action"])


def test_services_use_it_only_for_this_account(policy: dict[str, Any]) -> None:
    """Services use the key for callers of this account in this region; grants are for services alone, which make them for any
    caller here: Auto Scaling's role, to which IAM can give nothing, starts instances with encrypted volumes.
    """
    services = policy["UseThroughServices"]["Condition"]["StringEquals"]
    assert services == {"kms:CallerAccount": MANAGEMENT_ACCOUNT_ID, "kms:ViaService": [f"ec2.{REGION}.amazonaws.com"]}
    assert policy["GrantsForServices"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    through = policy["GrantsThroughServices"]
    assert (through["Principal"], through["Action"]) == ({"AWS": "*"}, ["kms:CreateGrant"])
    assert through["Condition"] == {"StringEquals": services, "Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_logs_use_the_default_key(sandbox: "Embedded", keys: dict[str, str]) -> None:
    """CloudWatch Logs uses the key for everything else, in its own name, for this account's log groups; it may use no other key."""
    policies = {use: policy_of(sandbox, key) for use, key in keys.items()}
    assert [use for use, statements in policies.items() if "UseByLogs" in statements] == ["default"]
    statement = policies["default"]["UseByLogs"]
    assert statement["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    log_groups = f"arn:aws:logs:{REGION}:{MANAGEMENT_ACCOUNT_ID}:*"
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}}
