"""The default keys' template: clean, deployable, administration and use apart."""

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
ROLES = ("GuardrailsDeployer", "stacksets-exec-*")


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template(
        "kms_defaults", **{"prefix": "acme", "administrator_roles": ROLES, **parameters}
    )


@pytest.fixture
def policy(sandbox: "Embedded", repository: Path) -> dict[str, dict[str, Any]]:
    """The deployed key's policy, its statements by Sid."""
    client = sandbox.client("cloudformation", REGION)
    client.create_stack(StackName="acme-kms-defaults", TemplateBody=json.dumps(rendered(repository)))
    kms = sandbox.client("kms", REGION)
    key = kms.describe_key(KeyId="alias/acme-default")["KeyMetadata"]["KeyId"]
    text = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


def test_lint(repository: Path, tmp_path: Path) -> None:
    """cfn-lint finds nothing, not even something to remark."""
    file = tmp_path / "template.json"
    file.write_text(json.dumps(rendered(repository)), encoding="utf-8")
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
        {"prefix": "No"},
    ],
)
def test_out_of_range(repository: Path, parameters: dict[str, Any]) -> None:
    """What KMS would refuse, and a key that nobody may delete, never become a template."""
    with pytest.raises(ConfigError, match=f"parameter {next(iter(parameters))}"):
        rendered(repository, **parameters)


def test_rotation(sandbox: "Embedded", policy: dict[str, Any]) -> None:
    """The live key rotates at the declared period."""
    kms = sandbox.client("kms", REGION)
    key = kms.describe_key(KeyId="alias/acme-default")["KeyMetadata"]["KeyId"]
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)


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
    assert services["kms:CallerAccount"] == MANAGEMENT_ACCOUNT_ID
    assert f"ec2.{REGION}.amazonaws.com" in services["kms:ViaService"]
    assert policy["GrantsForServices"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    through = policy["GrantsThroughServices"]
    assert (through["Principal"], through["Action"]) == ({"AWS": "*"}, ["kms:CreateGrant"])
    assert through["Condition"] == {"StringEquals": services, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert policy["UseByLogs"]["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    log_groups = f"arn:aws:logs:{REGION}:{MANAGEMENT_ACCOUNT_ID}:*"
    assert policy["UseByLogs"]["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}}
