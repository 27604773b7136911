"""The whole security baseline, as it ships: applied, audited with plain boto3, extended, broken, mended, switched off."""

import json

import pytest
import yaml

from guardrails import pipeline
from guardrails.sandbox.embedded import Embedded
from tests.baseline_audit import Audit, table
from tests.command_line import Workplace

OFF_AS_IT_SHIPS = {"detective", "policy-packs"}
SEEN_OTHERWISE = {"organization-tree", "accounts", "identity-center", "service-control-policies"}
"""What tests/test_line.py looks at."""
MORE_ACCOUNTS = ("payments", "orders", "search", "billing", "network", "backup", "trial")
ACCOUNT = "name: Acme {title}\nemail: aws+{name}@acme.example\norganizational_unit: {unit}\n"
HOMES = {"network": "Infrastructure", "backup": "Infrastructure", "trial": "Sandbox"}


@pytest.fixture
def wide(workplace: Workplace) -> Workplace:
    """The controls that ship, for twelve accounts in three regions."""
    workplace.declare_everything()
    for name in MORE_ACCOUNTS:
        declare(workplace, name)
    govern(workplace, "us-east-1")
    return workplace


def declare(workplace: Workplace, name: str) -> None:
    unit = HOMES.get(name, "Workloads/Prod")
    workplace.write(f"config/accounts/{name}.yaml", ACCOUNT.format(title=name.title(), name=name, unit=unit))


def govern(workplace: Workplace, region: str) -> None:
    workplace.edit("config/organization.yaml", "  - eu-central-1\n", f"  - eu-central-1\n  - {region}\n")


def audited(workplace: Workplace, sandbox: Embedded) -> list[str]:
    """Apply, see that nothing is left to do, and audit."""
    applied = workplace.sandboxed("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    plan = workplace.sandboxed("plan", "--detailed-exitcode")
    assert plan.code == 0, plan.out
    return Audit(sandbox, pipeline.load(workplace.folder / "config", workplace.content)).deviations()


@pytest.mark.whole_baseline
def test_every_setting_stands_in_every_account_and_region(wide: Workplace, sandbox: Embedded) -> None:
    """Twelve accounts in three regions: every row of the audit holds; also with one account more, and with one region more."""
    assert audited(wide, sandbox) == []
    declare(wide, "ledger")
    assert audited(wide, sandbox) == []
    govern(wide, "us-west-2")
    assert audited(wide, sandbox) == []


def test_every_control_is_audited(workplace: Workplace) -> None:
    """Every control of the baseline that puts settings is switched on as it ships, and has rows in the audit."""
    workplace.declare_everything()
    declared = pipeline.load(workplace.folder / "config", workplace.content)
    switched_on = {control.id for control in declared.organization.controls}
    assert switched_on == declared.controls.keys() - OFF_AS_IT_SHIPS
    assert {row["control"] for row in table()} == switched_on - SEEN_OTHERWISE


OFF = (
    *(
        "organization-policies",
        "account-defaults",
        "access-analyzer",
        "inspector",
        "macie",
        "security-hub",
        "guardduty",
    ),
    *("config", "kms-defaults", "organization-trail", "log-archive", "service-control-policies"),
)
"""Every control of the baseline, those first that others do without."""


@pytest.mark.whole_baseline
def test_each_control_can_be_switched_off(workplace: Workplace, sandbox: Embedded) -> None:
    """One after the other: what is to go is accepted by name, nothing is left to do, and what the others put stands as the audit has it."""
    workplace.declare_everything()
    assert audited(workplace, sandbox) == []
    for count, control in enumerate(OFF, 1):
        declared = yaml.safe_load((workplace.folder / "config" / "controls.yaml").read_text(encoding="utf-8"))
        workplace.write("config/controls.yaml", yaml.safe_dump({**declared, control: False}))
        accepted = [word for limit in ("protection", "deletions") for word in ("--accept", limit)]
        applied = workplace.sandboxed("apply", "--yes", *accepted)
        assert applied.code == 0, applied.out + applied.err
        plan = workplace.sandboxed("plan", "--detailed-exitcode")
        assert plan.code == 0, plan.out
        audit = Audit(sandbox, pipeline.load(workplace.folder / "config", workplace.content))
        assert audit.deviations({row["control"] for row in table()} - set(OFF[:count])) == []


BROKEN = {
    "AWS::CloudFormation::StackSet acme-config-recorder": {"dev/eu-central-1 Settings.Recorder records"},
    "AWS::CloudFormation::StackSet acme-kms-defaults": {
        "dev/eu-west-1 Settings.EBS encryption by default",
        "prod/eu-central-1 RdsKey.EnableKeyRotation",
    },
    "Guardrails::GuardDuty::OrganizationConfiguration GuardDuty @ security-tooling/eu-west-1": {
        "dev/eu-west-1 S3_DATA_EVENTS"
    },
}
"""What `break_by_hand` breaks, besides the archive's bucket policy: address and property, with account and region."""
MENDED = {
    "cloudformation:create_change_set": 2,
    "cloudformation:execute_change_set": 2,
    "cloudformation:update_stack_instances": 2,
    "guardduty:update_member_detectors": 1,
}


def break_by_hand(sandbox: Embedded, audit: Audit) -> None:
    """Loosen the archive's bucket policy, stop a recorder and a key's rotation, switch off EBS encryption and a detector's feature."""
    dev, archive = audit.accounts["dev"], audit.accounts["log-archive"]
    s3 = sandbox.client("s3", "eu-west-1", archive)
    bucket = f"acme-log-archive-{archive}-eu-west-1"
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({**policy, "Statement": allowed}))
    config = sandbox.client("config", "eu-central-1", dev)
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    config.stop_configuration_recorder(ConfigurationRecorderName=recorder["name"])
    guardduty = sandbox.client("guardduty", "eu-west-1", audit.accounts["security-tooling"])
    (detector,) = guardduty.list_detectors()["DetectorIds"]
    off = [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}]
    guardduty.update_member_detectors(DetectorId=detector, AccountIds=[dev], Features=off)
    kms = sandbox.client("kms", "eu-central-1", audit.accounts["prod"])
    (key,) = [each["TargetKeyId"] for each in kms.list_aliases()["Aliases"] if each["AliasName"] == "alias/acme-rds"]
    sandbox.enforce(False)  # the key's policy denies it to administrators
    kms.disable_key_rotation(KeyId=key)
    sandbox.enforce()
    sandbox.client("ec2", "eu-west-1", dev).disable_ebs_encryption_by_default()


@pytest.mark.whole_baseline
def test_what_is_broken_by_hand_is_named_and_mended_and_nothing_else(workplace: Workplace, sandbox: Embedded) -> None:
    """`drift --deep` names each broken setting with account and region; `apply --deep` mends it; nothing else is written."""
    workplace.declare_everything()
    assert audited(workplace, sandbox) == []
    break_by_hand(sandbox, Audit(sandbox, pipeline.load(workplace.folder / "config", workplace.content)))
    drift = workplace.sandboxed("drift", "--deep", "--output", "json")
    found = {change["address"]: set(change["differences"]) for change in drift.document["changes"]}
    archive = found.pop("AWS::CloudFormation::Stack acme-log-archive @ log-archive/eu-west-1")
    assert {name.partition(".Statement")[0] for name in archive} == {"BucketPolicy.PolicyDocument"}
    assert found == BROKEN
    mended = workplace.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    assert (mended.code, mended.document["calls"]["writes"]) == (0, MENDED)
    assert workplace.sandboxed("drift", "--deep").code == 0
