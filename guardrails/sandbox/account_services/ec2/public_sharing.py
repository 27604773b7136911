"""Snapshots and images that nobody may share with everybody: block public access.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import attributes, declarative_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

SNAPSHOTS: Final = "snapshot_block_public_access"
IMAGES: Final = "image_block_public_access"
UNBLOCKED: Final = "unblocked"
NEW_SHARING: Final = "block-new-sharing"
ALL_SHARING: Final = "block-all-sharing"


@operation("ec2", "EnableSnapshotBlockPublicAccess")
def enable_for_snapshots(call: Call) -> Answer:
    """Block public sharing of snapshots: all of it, or what is new.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html
    """
    state = attributes.checked("State", call.parameters.get("State"), (ALL_SHARING, NEW_SHARING))
    attributes.put(call, SNAPSHOTS, state)
    return {"State": state}


@operation("ec2", "DisableSnapshotBlockPublicAccess")
def disable_for_snapshots(call: Call) -> Answer:
    """Let snapshots be shared publicly."""
    attributes.put(call, SNAPSHOTS, UNBLOCKED)
    return {"State": UNBLOCKED}


@operation("ec2", "GetSnapshotBlockPublicAccessState")
def get_for_snapshots(call: Call) -> Answer:
    """Whether public sharing of snapshots is blocked, and who says so; it is not until somebody does."""
    managed_by = declarative_policies.managed_by(call.account_id, SNAPSHOTS)
    return {"State": _state(call, SNAPSHOTS, UNBLOCKED), "ManagedBy": managed_by}


@operation("ec2", "EnableImageBlockPublicAccess")
def enable_for_images(call: Call) -> Answer:
    """Block new public sharing of images.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageBlockPublicAccess.html
    """
    name = "ImageBlockPublicAccessState"
    state = attributes.checked(name, call.parameters.get(name), (NEW_SHARING,))
    attributes.put(call, IMAGES, state)
    return {name: state}


@operation("ec2", "DisableImageBlockPublicAccess")
def disable_for_images(call: Call) -> Answer:
    """Let images be shared publicly."""
    attributes.put(call, IMAGES, UNBLOCKED)
    return {"ImageBlockPublicAccessState": UNBLOCKED}


@operation("ec2", "GetImageBlockPublicAccessState")
def get_for_images(call: Call) -> Answer:
    """Whether public sharing of images is blocked, and who says so; in a new account it is."""
    managed_by = declarative_policies.managed_by(call.account_id, IMAGES)
    return {"ImageBlockPublicAccessState": _state(call, IMAGES, NEW_SHARING), "ManagedBy": managed_by}


@operation("ec2", "ModifySnapshotAttribute")
def modify_snapshot_attribute(call: Call) -> Answer:
    """Let a snapshot be shared, unless with everybody while that is blocked.

    Source: https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
    """
    if _state(call, SNAPSHOTS, UNBLOCKED) != UNBLOCKED and _opens(call.parameters, "CreateVolumePermission"):
        raise _blocked(call, "snapshot", "snapshots")
    return FORWARD


@operation("ec2", "ModifyImageAttribute")
def modify_image_attribute(call: Call) -> Answer:
    """Let an image be shared, unless with everybody while that is blocked."""
    if _state(call, IMAGES, NEW_SHARING) != UNBLOCKED and _opens(call.parameters, "LaunchPermission"):
        raise _blocked(call, "AMI", "AMIs")
    return FORWARD


def _state(call: Call, attribute: str, default: str) -> str:
    found = declarative_policies.declared(call.account_id, attribute)
    if found is not None:
        return str(found.get("state", default)).replace("_", "-")
    return str(attributes.own(call.account_id, call.region, attribute, default))


def _opens(wanted: Mapping[str, Any], permission: str) -> bool:
    """Whether the call adds everybody, in either way of saying it."""
    added = [each.get("Group") for each in wanted.get(permission, {}).get("Add", [])]
    if wanted.get("OperationType") == "add":
        added += [*wanted.get("GroupNames", []), *wanted.get("UserGroups", [])]
    return "all" in added


def _blocked(call: Call, one: str, several: str) -> Refusal:
    message = (
        f"You can't publicly share this {one} because block public access for {several} is enabled in this Region."
    )
    return Refusal("OperationNotPermitted", declarative_policies.exception_message(call.account_id) or message)
