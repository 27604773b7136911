"""Encryption of volumes by default, in an account and region, and the KMS key it uses.

Source: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
"""

from typing import Final

from moto.kms.models import Key, kms_backends

from guardrails.sandbox.account_services.ec2 import attributes
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

KEY: Final = "ebs_default_kms_key_id"
AWS_MANAGED_KEY: Final = "alias/aws/ebs"


@operation("ec2", "EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault")
def change_ebs_encryption_by_default(call: Call) -> Answer:
    """Encrypt every new volume, or only those that ask for it; moto keeps which."""
    attributes.refuse_dry_run(call)
    return FORWARD


@operation("ec2", "GetEbsEncryptionByDefault")
def get_ebs_encryption_by_default(call: Call) -> Answer:
    """Whether new volumes are encrypted."""
    enabled = is_default(call.account_id, call.region)
    return {"EbsEncryptionByDefault": enabled, "SseType": "sse-kms" if enabled else "none"}


@operation("ec2", "ModifyEbsDefaultKmsKeyId")
def modify_ebs_default_kms_key_id(call: Call) -> Answer:
    """Use a symmetric key of the account that is enabled, from the same region.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyEbsDefaultKmsKeyId.html
    """
    wanted = str(call.parameters.get("KmsKeyId", ""))
    key = _key(call, wanted)
    if key is None or not key.enabled or key.key_spec != "SYMMETRIC_DEFAULT":
        message = (
            f"Value ({wanted}) for parameter KmsKeyId is invalid: it names no enabled symmetric key of this Region."
        )
        raise Refusal("InvalidParameterValue", message)
    attributes.put(call, KEY, key.arn)
    return {"KmsKeyId": key.arn}


@operation("ec2", "ResetEbsDefaultKmsKeyId")
def reset_ebs_default_kms_key_id(call: Call) -> Answer:
    """Use the key that AWS manages for EBS."""
    attributes.put(call, KEY, AWS_MANAGED_KEY)
    return {"KmsKeyId": f"arn:aws:kms:{call.region}:{call.account_id}:{AWS_MANAGED_KEY}"}


@operation("ec2", "GetEbsDefaultKmsKeyId")
def get_ebs_default_kms_key_id(call: Call) -> Answer:
    """The key that is used by default."""
    return {"KmsKeyId": default_key(call.account_id, call.region)}


def is_default(account_id: str, region: str) -> bool:
    """Whether new volumes are encrypted in an account and region."""
    from moto.ec2.models import ec2_backends

    return bool(ec2_backends[account_id][region].ebs_encryption_by_default)


def default_key(account_id: str, region: str) -> str:
    """The ARN of the key that is used by default, or the alias of the key that AWS manages."""
    return str(attributes.own(account_id, region, KEY, AWS_MANAGED_KEY))


def _key(call: Call, wanted: str) -> Key | None:
    backend = kms_backends[call.account_id][call.region]
    if f":{call.region}:{call.account_id}:" not in wanted and wanted.startswith("arn:"):
        return None
    found: Key | None = backend.keys.get(backend.any_id_to_key_id(wanted))
    return found
