"""What the sandbox replaces inside moto, and the signature it counts on. When moto moves, these tell before anything else.

Everything else that the sandbox does to moto's services it does in front of them, operation by operation (`serving/operations.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REPLACED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "moto.settings:ec2_load_default_amis": "() -> bool",
        "moto.core.base_backend:BackendDict._create_account_specific_backend": "(self, account_id: str) -> None",
        "moto.iam.models:get_account_id_from": "(access_key: str) -> str",
        "moto.iam.models:IAMBackend.attach_role_policy": "(self, policy_arn: str, role_name: str) -> None",
        "moto.iam.models:IAMBackend.attach_user_policy": "(self, policy_arn: str, user_name: str) -> None",
        "moto.iam.models:IAMBackend.attach_group_policy": "(self, policy_arn: str, group_name: str) -> None",
        "moto.iam.models:IAMBackend.get_policy": "(self, policy_arn: str) -> ManagedPolicy",
        "moto.iam.models:IAMBackend.get_policy_version": "(self, policy_arn: str, version_id: str) -> PolicyVersion",
        "moto.iam.models:IAMBackend.list_policy_versions": "(self, policy_arn: str) -> list[PolicyVersion]",
        "moto.kms.models:generate_private_key": "(key_spec: str) -> moto.kms.utils.AbstractPrivateKey",
        "moto.s3.models:FakeBucket._log_permissions_enabled_policy": "(target_bucket: FakeBucket, target_prefix: str | None) -> bool",
        "moto.s3.models:S3Backend.get_object_lock_configuration": (
            "(self, bucket_name: str) -> tuple[bool, str | None, int | None, int | None]"
        ),
        "moto.ssoadmin.models:SSOAdminBackend.__init__": "(self, region_name: str, account_id: str)",
        "moto.cloudtrail.models:Trail.check_bucket_exists": "(self) -> None",
    }
)
"""`module:name` -> signature, as `inspect.signature` writes it in a process where nothing has been replaced."""

REPLACED_WHEN_USED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "moto.ec2.models.elastic_block_store:EBSBackend.create_volume": (
            "(self, size: int, zone_name: str, snapshot_id: str | None = None, encrypted: bool = False, "
            "kms_key_id: str | None = None, volume_type: str | None = None, iops: int | None = None, "
            "throughput: int | None = None, multi_attach_enabled: bool | None = None) -> moto.ec2.models.elastic_block_store.Volume"
        ),
        "moto.ec2.models.instances:InstanceBackend.run_instances": (
            "(self, image_id: str, count: int, user_data: Base64EncodedString | None, "
            "security_group_names: list[str], **kwargs: Any) -> Reservation"
        ),
    }
)
"""The same, of modules that take so long to import that nothing is replaced before it is needed."""
