"""What somebody changed inside deployed stacks: a definition does not show it, a deeper look does, and apply mends it."""

import json
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace, denied
from tests.organization_accounts import account_ids
from tests.organization_snapshot import differences, in_order, snapshot

SET = "AWS::CloudFormation::StackSet acme-kms-defaults"
ARCHIVE = "AWS::CloudFormation::Stack acme-log-archive @ log-archive/eu-west-1"
OWN = "AWS::CloudFormation::Stack acme-kms-defaults @ eu-central-1"
HOME = "AWS::CloudFormation::Stack acme-kms-defaults @ eu-west-1"


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """The shipped configuration, applied to the bare organization."""
    assert workplace.sandboxed("apply", "--yes").code == 0
    return workplace


def account_id(sandbox: Embedded, name: str) -> str:
    return account_ids(sandbox)[name]


def key_of(kms: Any) -> str:
    (alias,) = [each for each in kms.list_aliases()["Aliases"] if each["AliasName"] == "alias/acme-ebs"]
    return str(alias["TargetKeyId"])


def tamper(sandbox: Embedded) -> None:
    """Key rotation off in one region of one member and of the management account, an alias gone in another, the log bucket bare.

    And EBS encrypts no more by default in the region of the one and in another of the same member, nor in the management account's.
    """
    sandbox.enforce(False)  # the keys' policies deny it to administrators
    dev = account_id(sandbox, "Acme Dev")
    for account, region in ((dev, "eu-west-1"), (dev, "eu-central-1"), (None, "eu-west-1")):
        sandbox.client("ec2", region, account).disable_ebs_encryption_by_default()
    for account, region in ((dev, "eu-west-1"), (None, "eu-central-1")):
        kms = sandbox.client("kms", region, account)
        kms.disable_key_rotation(KeyId=key_of(kms))
    sandbox.client("kms", "eu-central-1", account_id(sandbox, "Acme Prod")).delete_alias(AliasName="alias/acme-ebs")
    archive = account_id(sandbox, "Acme Log Archive")
    s3 = sandbox.client("s3", "eu-west-1", archive)
    (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"]]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    sandbox.enforce()


def test_a_deeper_look_names_what_was_changed_and_apply_mends_it(applied: Workplace, sandbox: Embedded) -> None:
    """`drift` sees nothing; `drift --deep` names place and property; `apply --deep` mends that and writes nothing else."""
    assert applied.sandboxed("drift", "--deep").code == 0
    before = deployed(snapshot(sandbox))
    tamper(sandbox)
    assert applied.sandboxed("drift").code == 0
    drift = applied.sandboxed("drift", "--deep", "--output", "json")
    assert (drift.code, drift.document["deep"], drift.document["complete"]) == (2, True, True)
    found = {change["address"]: change["differences"] for change in drift.document["changes"]}
    assert set(found) == {SET, ARCHIVE, OWN, HOME}
    assert found[OWN] == {"EbsKey.EnableKeyRotation": {"live": False, "desired": True}}
    assert found[HOME] == {"Settings.EBS encryption by default": {"live": False, "desired": True}}
    assert found[SET] == {
        "dev/eu-central-1 Settings.EBS encryption by default": {"live": False, "desired": True},
        "dev/eu-west-1 Settings.EBS encryption by default": {"live": False, "desired": True},
        "dev/eu-west-1 EbsKey.EnableKeyRotation": {"live": False, "desired": True},
        "prod/eu-central-1 EbsAlias": {"live": None, "desired": "AWS::KMS::Alias"},
    }
    assert all(name.startswith("BucketPolicy.PolicyDocument") for name in found[ARCHIVE])
    read_by_a_person(applied.sandboxed("drift", "--deep").out.splitlines())
    mended = applied.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    assert mended.code == 0
    assert mended.document["calls"]["writes"] == {
        "cloudformation:create_change_set": 4,
        "cloudformation:execute_change_set": 4,
        "cloudformation:update_stack": 1,
        "cloudformation:update_stack_instances": 1,
    }
    assert applied.sandboxed("drift").code == 0
    assert applied.sandboxed("drift", "--deep").code == 0
    assert "\n".join(differences(before, deployed(snapshot(sandbox)))) == ""


def read_by_a_person(text: list[str]) -> None:
    """See that the text names place, resource and property, with live and declared value, in 80 columns but for ARNs, which stay whole."""
    place = text.index("    dev/eu-west-1 EbsKey.EnableKeyRotation")
    assert [line.split() for line in text[place + 1 : place + 3]] == [["live", "false"], ["declared", "true"]]
    assert [line for line in text if len(line) > 80 and "arn:" not in line] == []


def deployed(state: Any) -> Any:
    """A snapshot in which a stack that was mended is a stack like any other."""
    return in_order(json.loads(json.dumps(state).replace("UPDATE_COMPLETE", "CREATE_COMPLETE")))


@pytest.mark.whole_baseline
def test_a_plan_that_looked_deeper_is_applied_as_deep(applied: Workplace, sandbox: Embedded) -> None:
    """`apply FILE` looks as deep as the plan did: what was reviewed is mended, and a repair by somebody else makes the plan stale."""
    tamper(sandbox)
    assert applied.sandboxed("plan", "--deep", "--out", "plan.json").code == 0
    kms = sandbox.client("kms", "eu-central-1")
    kms.enable_key_rotation(KeyId=key_of(kms))
    stale = applied.sandboxed("apply", "plan.json")
    assert (stale.code, "no longer reproduces" in stale.message) == (6, True)
    sandbox.enforce(False)
    kms.disable_key_rotation(KeyId=key_of(kms))
    sandbox.enforce()
    assert applied.sandboxed("apply", "plan.json").code == 0
    assert applied.sandboxed("drift", "--deep").code == 0


def test_what_cannot_be_judged_is_said(applied: Workplace, sandbox: Embedded) -> None:
    """Where drift cannot be detected the plan is incomplete, and apply refuses it."""
    with denied("cloudformation", "DetectStackSetDrift"):
        drift = applied.sandboxed("drift", "--deep")
        assert drift.code == 2
        assert "detect_stack_set_drift" in drift.out
        assert applied.sandboxed("apply", "--deep", "--yes").code == 6


def test_a_resource_that_was_deleted_is_made_again_and_what_refers_to_it_follows(
    applied: Workplace, sandbox: Embedded
) -> None:
    """A key that waits for its deletion is replaced by a new one, to which the alias then leads."""
    kms = sandbox.client("kms", "eu-west-1", account_id(sandbox, "Acme Dev"))
    old = key_of(kms)
    kms.schedule_key_deletion(KeyId=old)
    drift = applied.sandboxed("drift", "--deep", "--output", "json").document
    assert [change["differences"] for change in drift["changes"]] == [
        {"dev/eu-west-1 EbsKey": {"live": None, "desired": "AWS::KMS::Key"}}
    ]
    assert applied.sandboxed("apply", "--deep", "--yes").code == 0
    new = key_of(kms)
    assert new != old
    assert kms.get_key_rotation_status(KeyId=new)["KeyRotationEnabled"] is True
    assert applied.sandboxed("drift", "--deep").code == 0


def test_a_stack_that_was_deleted_beneath_its_set_is_made_again(applied: Workplace, sandbox: Embedded) -> None:
    """An instance whose stack somebody deleted is named as such, by `plan --deep` too; `apply FILE` deploys it anew."""
    dev = account_id(sandbox, "Acme Dev")
    cloudformation, kms = sandbox.client("cloudformation", "eu-west-1", dev), sandbox.client("kms", "eu-west-1", dev)
    (stack,) = cloudformation.describe_stacks()["Stacks"]
    cloudformation.delete_stack(StackName=stack["StackId"])
    assert "alias/acme-ebs" not in {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    found = applied.sandboxed("plan", "--deep", "--out", "plan.json", "--output", "json").document
    assert (found["complete"], {change["address"]: change["differences"] for change in found["changes"]}) == (
        True,
        {SET: {"dev/eu-west-1 (stack)": {"live": None, "desired": "AWS::CloudFormation::Stack"}}},
    )
    assert applied.sandboxed("apply", "plan.json").code == 0
    assert kms.get_key_rotation_status(KeyId=key_of(kms))["KeyRotationEnabled"] is True
    assert applied.sandboxed("drift", "--deep").code == 0
