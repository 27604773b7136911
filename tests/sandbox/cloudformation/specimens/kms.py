import json
from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Client, Specimen, document

ROOT = {"AWS": "arn:aws:iam::111111111111:root"}


def retarget(client: Client, alias: str) -> None:
    kms = client("kms")
    kms.update_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def put_policy(client: Client, key: str) -> None:
    policy = document("kms:*", Principal=ROOT)
    policy["Statement"].append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Principal": "*"})
    client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


KEY: dict[str, Any] = {
    "Description": "first",
    "EnableKeyRotation": True,
    "Enabled": True,
    "KeyPolicy": document("kms:*", Principal=ROOT),
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "MultiRegion": False,
    "PendingWindowInDays": 7,
    "RotationPeriodInDays": 180,
    "Tags": TAGS,
}
SPECIMENS = [
    Specimen(
        "AWS::KMS::Key",
        KEY,
        {
            "Description": lambda client, key: client("kms").update_key_description(KeyId=key, Description="other"),
            "EnableKeyRotation": lambda client, key: client("kms").disable_key_rotation(KeyId=key),
            "KeyPolicy": put_policy,
            "Tags": lambda client, key: client("kms").untag_resource(KeyId=key, TagKeys=["stage"]),
            "Enabled": lambda client, key: client("kms").disable_key(KeyId=key),
        },
        lambda client, key: client("kms").schedule_key_deletion(KeyId=key),
        fixed=frozenset({"KeySpec", "KeyUsage", "MultiRegion"}),
    ),
    Specimen(
        "AWS::KMS::Alias",
        {"AliasName": "alias/one", "TargetKeyId": {"Fn::GetAtt": "Key.Arn"}},
        {"TargetKeyId": retarget},
        lambda client, alias: client("kms").delete_alias(AliasName=alias),
        beside={"Key": {"Type": "AWS::KMS::Key"}},
    ),
]
