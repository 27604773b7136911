from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}],
}
KEY = {
    "Type": "AWS::KMS::Key",
    "Properties": {
        "Description": "first",
        "EnableKeyRotation": True,
        "RotationPeriodInDays": 180,
        "PendingWindowInDays": 7,
        "KeyPolicy": POLICY,
        "Tags": [{"Key": "team", "Value": "platform"}],
    },
}
ALIAS = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/one", "TargetKeyId": {"Ref": "Key"}}}
OUTPUTS = {"Id": {"Ref": "Key"}, "Arn": {"Fn::GetAtt": "Key.Arn"}}


def with_properties(resource: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource["Properties"], **changes}}


def test_a_key_has_everything_its_template_says(sandbox: Embedded, deploy: Deploy) -> None:
    """Description, rotation and its period, policy, tags and alias are what plain KMS calls show.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
    """
    stack = deploy({"Key": KEY, "Alias": ALIAS}, OUTPUTS)
    assert stack["status"] == "CREATE_COMPLETE"
    kms = sandbox.client("kms")
    metadata = kms.describe_key(KeyId="alias/one")["KeyMetadata"]
    assert (metadata["KeyId"], metadata["Arn"]) == (stack["outputs"]["Id"], stack["outputs"]["Arn"])
    assert metadata["Description"] == "first"
    status = kms.get_key_rotation_status(KeyId=metadata["KeyId"])
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 180)
    assert "111111111111:root" in kms.get_key_policy(KeyId=metadata["KeyId"], PolicyName="default")["Policy"]
    assert kms.list_resource_tags(KeyId=metadata["KeyId"])["Tags"] == [{"TagKey": "team", "TagValue": "platform"}]


def test_an_update_changes_the_same_key(sandbox: Embedded, deploy: Deploy) -> None:
    """Changing a key's properties keeps the key; a property that is gone goes back to its default."""
    before = deploy({"Key": KEY}, OUTPUTS)["outputs"]
    properties = {"Description": "second", "KeyPolicy": POLICY}
    after = deploy({"Key": {"Type": "AWS::KMS::Key", "Properties": properties}}, OUTPUTS)
    assert after == {"status": "UPDATE_COMPLETE", "reasons": [], "outputs": before}
    kms = sandbox.client("kms")
    assert kms.describe_key(KeyId=before["Id"])["KeyMetadata"]["Description"] == "second"
    assert kms.get_key_rotation_status(KeyId=before["Id"])["KeyRotationEnabled"] is False
    assert kms.list_resource_tags(KeyId=before["Id"])["Tags"] == []


def test_deleting_a_key_schedules_its_deletion(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """A deleted stack's key is pending deletion and its alias is gone.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
    """
    key_id = deploy({"Key": KEY, "Alias": ALIAS}, OUTPUTS)["outputs"]["Id"]
    delete()
    kms = sandbox.client("kms")
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert [one for one in kms.list_aliases()["Aliases"] if one["AliasName"] == "alias/one"] == []


def test_a_policy_that_locks_everybody_out_is_refused(deploy: Deploy) -> None:
    """A key policy must let its account put the next key policy.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    """
    locked = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": ROOT, "Action": "kms:Encrypt"}]}
    stack = deploy({"Key": with_properties(KEY, KeyPolicy=locked)})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert stack["reasons"] == ["The new key policy will not allow you to update the key policy in the future."]


def test_an_alias_follows_its_target_and_is_replaced_under_another_name(sandbox: Embedded, deploy: Deploy) -> None:
    """TargetKeyId changes in place; AliasName is create-only, so that the alias is replaced.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html
    """
    both = {"Key": KEY, "Other": KEY}
    deploy({**both, "Alias": ALIAS})
    outputs = {"Other": {"Ref": "Other"}}
    moved = deploy({**both, "Alias": with_properties(ALIAS, TargetKeyId={"Ref": "Other"})}, outputs)
    kms = sandbox.client("kms")
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyId"] == moved["outputs"]["Other"]
    deploy({**both, "Alias": with_properties(ALIAS, AliasName="alias/two")})
    names = {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
    assert "alias/two" in names
    assert "alias/one" not in names


def test_an_alias_that_is_taken_fails_the_stack(sandbox: Embedded, deploy: Deploy) -> None:
    """Alias names are unique in an account and region; the failed stack leaves neither key nor alias in use."""
    kms = sandbox.client("kms")
    taken = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/one", TargetKeyId=taken)
    stack = deploy({"Key": KEY, "Alias": ALIAS})
    assert stack["status"] == "ROLLBACK_COMPLETE"
    assert "alias/one already exists" in stack["reasons"][0]
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyId"] == taken
