"""Volumes and instances get the defaults of their account and region when they are made.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-options-order-of-precedence.html
"""

from functools import cache
from typing import Any

from guardrails.sandbox.account_services.ec2 import allowed_images, ebs_encryption, instance_metadata, public_images
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation


@operation("ec2", "CreateVolume")
def create_volume(call: Call) -> Answer:
    """Let moto make the volume, with the account's defaults."""
    give_defaults()
    return FORWARD


@operation("ec2", "RunInstances")
def run_instances(call: Call) -> Answer:
    """Let moto launch the instances, with the account's defaults, where the image may be launched."""
    public_images.bring(call.account_id, call.region)
    allowed_images.check_launch(call)
    give_defaults()
    return FORWARD


@cache
def give_defaults() -> None:
    """Let moto's EC2 ask for the defaults whenever it makes a volume or launches instances. Does its work once per process."""
    from moto.ec2.models.elastic_block_store import EBSBackend
    from moto.ec2.models.instances import InstanceBackend

    moto_create_volume, moto_run_instances = EBSBackend.create_volume, InstanceBackend.run_instances

    def create_volume(self: Any, *arguments: Any, **named: Any) -> Any:
        place = self.account_id, self.region_name
        if ebs_encryption.is_default(*place):
            named["encrypted"] = True
        key = ebs_encryption.default_key(*place)
        if named.get("encrypted") and not named.get("kms_key_id") and key != ebs_encryption.AWS_MANAGED_KEY:
            named["kms_key_id"] = key
        return moto_create_volume(self, *arguments, **named)

    def run_instances(self: Any, *arguments: Any, **named: Any) -> Any:
        defaults = instance_metadata.defaults(self.account_id, self.region_name)
        named["metadata_options"] = {**defaults, **(named.get("metadata_options") or {})}
        return moto_run_instances(self, *arguments, **named)

    EBSBackend.create_volume = create_volume  # type: ignore[method-assign]
    InstanceBackend.run_instances = run_instances  # type: ignore[method-assign]
