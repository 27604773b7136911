"""KMS where moto falls short: rotation periods, and symmetric keys without the cost of an RSA key each.

Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from moto.kms.models import KmsBackend, kms_backends
from moto.kms.utils import AbstractPrivateKey, KeySpec, generate_private_key

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, operation
from guardrails.sandbox.serving.refusals import Refusal

DEFAULT_ROTATION_PERIOD: Final = 365
_SHORTEST, _LONGEST = 90, 2560
_PERIODS: Final[dict[str, int]] = lifecycle.forgotten_on_reset({})


def enable_rotation(backend: KmsBackend, key_id: str, days: int) -> None:
    """Rotate a key every so many days (90 to 2,560)."""
    if not _SHORTEST <= days <= _LONGEST:
        raise Refusal("ValidationException", f"RotationPeriodInDays {days} is not between {_SHORTEST} and {_LONGEST}")
    backend.enable_key_rotation(key_id)
    _PERIODS[backend.keys[backend.get_key_id(key_id)].arn] = days


@operation("kms", "EnableKeyRotation")
def enable_key_rotation(call: Call) -> Mapping[str, Any]:
    """Enable rotation, with the period that moto would drop."""
    key = _existing(call)
    if key is None:
        return FORWARD
    enable_rotation(
        kms_backends[call.account_id][call.region],
        key,
        call.parameters.get("RotationPeriodInDays", DEFAULT_ROTATION_PERIOD),
    )
    return {}


@operation("kms", "GetKeyRotationStatus")
def get_key_rotation_status(call: Call) -> Mapping[str, Any]:
    """Whether a key rotates, and how often."""
    key_id = _existing(call)
    if key_id is None:
        return FORWARD
    key = kms_backends[call.account_id][call.region].keys[key_id]
    status: dict[str, Any] = {"KeyId": key.arn, "KeyRotationEnabled": key.key_rotation_status}
    if key.key_rotation_status:
        status["RotationPeriodInDays"] = _PERIODS.get(key.arn, DEFAULT_ROTATION_PERIOD)
    return status


def _existing(call: Call) -> str | None:
    """The id of the asked key, or None where moto's own refusal is right."""
    backend = kms_backends[call.account_id][call.region]
    key_id = backend.get_key_id(str(call.parameters["KeyId"]))
    return key_id if key_id in backend.keys else None


@cache
def _symmetric_stand_in() -> AbstractPrivateKey:
    return generate_private_key(KeySpec.RSA_2048)


def private_key(key_spec: str) -> AbstractPrivateKey:
    """A private key for an asymmetric spec. A symmetric key has none: moto's field is filled with one key made once."""
    return _symmetric_stand_in() if key_spec == KeySpec.SYMMETRIC_DEFAULT else generate_private_key(key_spec)


def install() -> None:
    """Spare symmetric keys the generation of an RSA key."""
    setattr(sys.modules[KmsBackend.__module__], "generate_private_key", private_key)  # noqa: B010
