"""Source: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def volume(ec2: Any, **parameters: Any) -> dict[str, Any]:
    made: dict[str, Any] = ec2.create_volume(Size=1, AvailabilityZone="eu-west-1a", **parameters)
    return made


def test_new_volumes_are_encrypted(sandbox: Embedded) -> None:
    """Once encryption is the default of the region, a volume that does not ask for it is encrypted, and an older one is not."""
    ec2 = sandbox.client("ec2")
    before = volume(ec2)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert ec2.enable_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
    assert (before["Encrypted"], volume(ec2)["Encrypted"]) == (False, True)
    shown = ec2.describe_volumes(VolumeIds=[before["VolumeId"]])["Volumes"]
    assert shown[0]["Encrypted"] is False
    assert sandbox.client("ec2", "us-east-1").get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    ec2.disable_ebs_encryption_by_default()
    assert volume(ec2)["Encrypted"] is False


def test_the_default_key_is_used(sandbox: Embedded, refused: Refused) -> None:
    """Volumes use the key that is the default, which is AWS's own until another is set, and after a reset.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
    """
    ec2, kms = sandbox.client("ec2"), sandbox.client("kms")
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/volumes", TargetKeyId=key["KeyId"])
    for name in (key["KeyId"], key["Arn"], "alias/volumes"):
        assert ec2.modify_ebs_default_kms_key_id(KmsKeyId=name)["KmsKeyId"] == key["Arn"]
    ec2.enable_ebs_encryption_by_default()
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == key["Arn"]
    assert volume(ec2)["KmsKeyId"] == key["Arn"]
    ec2.reset_ebs_default_kms_key_id()
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    assert volume(ec2)["KmsKeyId"] != key["Arn"]


def test_the_default_key_is_symmetric_and_here(sandbox: Embedded, refused: Refused) -> None:
    """A key that does not exist, of another region, asymmetric or disabled is refused.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
    """
    ec2, kms = sandbox.client("ec2"), sandbox.client("kms")
    elsewhere = sandbox.client("kms", "us-east-1").create_key()["KeyMetadata"]["Arn"]
    signing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    disabled = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=disabled)
    for name in ("11111111-2222-3333-4444-555555555555", elsewhere, signing, disabled):
        assert refused(ec2.modify_ebs_default_kms_key_id, KmsKeyId=name) == "InvalidParameterValue"
