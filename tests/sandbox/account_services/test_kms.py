import sys

import pytest
from botocore.exceptions import ClientError
from moto.kms.models import KmsBackend
from moto.kms.utils import generate_private_key

from guardrails.sandbox.account_services import kms
from guardrails.sandbox.embedded import Embedded


def test_rotation_periods_are_kept(sandbox: Embedded) -> None:
    """EnableKeyRotation takes a period, 365 days by default, and GetKeyRotationStatus shows it.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    """
    client = sandbox.client("kms")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in client.get_key_rotation_status(KeyId=key_id)
    client.enable_key_rotation(KeyId=key_id)
    assert client.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"] == 365
    client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    assert client.get_key_rotation_status(KeyId=key_id)["RotationPeriodInDays"] == 90
    with pytest.raises(ClientError, match="ValidationException"):
        client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=3000)


def test_an_unknown_key_is_not_found(sandbox: Embedded) -> None:
    """Where there is no key, the refusal is moto's own, which is AWS's."""
    with pytest.raises(ClientError, match="NotFoundException"):
        sandbox.client("kms").get_key_rotation_status(KeyId="00000000-0000-0000-0000-000000000000")


def test_symmetric_keys_share_a_stand_in(sandbox: Embedded) -> None:
    """No RSA key is generated for a symmetric key; each asymmetric key has one of its own, and data keys still work."""
    assert kms.private_key("SYMMETRIC_DEFAULT") is kms.private_key("SYMMETRIC_DEFAULT")
    assert kms.private_key("ECC_NIST_P256") is not kms.private_key("ECC_NIST_P256")
    client = sandbox.client("kms")
    key_id = client.create_key()["KeyMetadata"]["KeyId"]
    sealed = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    assert client.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"


def test_moto_still_needs_this(sandbox: Embedded) -> None:
    """Canary: moto calls the symbol that is replaced, and by itself generates a key for every symmetric one."""
    assert vars(sys.modules[KmsBackend.__module__])["generate_private_key"] is kms.private_key
    assert generate_private_key("SYMMETRIC_DEFAULT") is not generate_private_key("SYMMETRIC_DEFAULT")
