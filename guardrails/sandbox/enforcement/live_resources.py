"""What only the live account knows of a resource that a call names: its real ARN, its owner, its tags, a key's aliases.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping
from typing import Any, Final

from moto.backends import get_backend
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from guardrails.sandbox.serving.callers import PARTITION

_IAM: Final = {"role": "roles", "user": "users", "policy": "managed_policies", "instance-profile": "instance_profiles"}


def real_arn(arn: str, parameters: Mapping[str, Any]) -> str:
    """The ARN with what the call left out: the path of an IAM entity, the key behind a KMS alias."""
    _, _, service, region, account, rest = segments(arn)
    kind, _, name = rest.partition("/")
    if service == "iam" and kind in _IAM and "/" not in name:
        path = parameters.get("Path")
        return f"arn:aws:iam::{account}:{kind}{path}{name}" if path else _iam_arn(account, kind, name) or arn
    if service == "kms" and (rest.startswith("key/alias/") or parameters.get("KeyId") == arn):
        target = _aliases(account, region).get(rest.removeprefix("key/"))
        return arn if target is None else f"arn:aws:kms:{region}:{account}:key/{target}"
    return arn


def owner(arn: str, caller_account: str) -> str:
    """The account that owns a resource: the one in its ARN, of a bucket the one that has it, else the caller's.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
    """
    _, _, service, _, account, rest = segments(arn)
    if service == "s3" and not account:
        owned = s3_backends.bucket_accounts.get(rest.partition("/")[0])
        return owned[1] if owned else caller_account
    return account or caller_account


def aliases(key_arn: str) -> tuple[str, ...]:
    """The aliases of a KMS key: `kms:ResourceAliases`."""
    _, _, service, region, account, rest = segments(key_arn)
    if service != "kms" or not rest.startswith("key/"):
        return ()
    return tuple(name for name, key in _aliases(account, region).items() if key == rest.removeprefix("key/"))


def encrypts_volumes(account: str, region: str) -> bool:
    """Whether new EBS volumes are encrypted by default there."""
    return bool(_ec2(account, region).get_ebs_encryption_by_default())


def tags(arn: str) -> Mapping[str, str]:
    """The tags of a resource: of EC2, IAM's roles and users, and KMS keys; of others they are not looked up."""
    _, _, service, region, account, rest = segments(arn)
    kind, _, name = rest.partition("/")
    if service == "ec2" and account:
        return dict(_ec2(account, region).tags.get(name, {}))
    if service == "iam" and kind in {"role", "user"}:
        return iam_tags(arn)
    if service == "kms" and kind == "key":
        return dict(kms_backends[account][region].tagger.get_tag_dict_for_resource(name))
    return {}


def iam_tags(arn: str) -> Mapping[str, str]:
    """The tags of a role or user, by its ARN."""
    account = segments(arn)[4]
    if account not in iam_backends:
        return {}
    backend = iam_backends[account][PARTITION]
    if ":user/" in arn:
        return {tag["Key"]: tag["Value"] for tag in backend.tagger.list_tags_for_resource(arn)["Tags"]}
    role = next((each for each in backend.roles.values() if each.arn == arn), None)
    return {} if role is None else {tag["Key"]: tag["Value"] for tag in role.tags}


def _ec2(account: str, region: str) -> Any:
    """moto's EC2, which takes a second to import: only when it is asked about."""
    return get_backend("ec2")[account][region]


def segments(arn: str) -> list[str]:
    """The six parts of an ARN, each "" where there is none."""
    found = arn.split(":", 5)
    return [*found, *[""] * (6 - len(found))]


def _iam_arn(account: str, kind: str, name: str) -> str | None:
    if account not in iam_backends:
        return None
    entities = getattr(iam_backends[account][PARTITION], _IAM[kind]).values()
    return next((each.arn for each in entities if each.name == name), None)


def _aliases(account: str, region: str) -> Mapping[str, str]:
    if account not in kms_backends:
        return {}
    keys = kms_backends[account][region].keys.values()
    return {name: key.id for key in keys for name in key.aliases}


def is_encrypted_volume(arn: str) -> bool:
    """Whether an existing EBS volume is encrypted."""
    _, _, _, region, account, rest = segments(arn)
    volume = _ec2(account, region).volumes.get(rest.removeprefix("volume/"))
    return volume is not None and bool(volume.encrypted)
