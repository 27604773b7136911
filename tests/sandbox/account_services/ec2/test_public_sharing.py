"""Source: https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
PUBLIC = {"Add": [{"Group": "all"}]}


def snapshot(ec2: Any) -> str:
    volume = ec2.create_volume(Size=1, AvailabilityZone="eu-west-1a")["VolumeId"]
    return str(ec2.create_snapshot(VolumeId=volume)["SnapshotId"])


def test_public_snapshots_are_blocked(sandbox: Embedded, refused: Refused) -> None:
    """A snapshot can be shared with everybody until that is blocked in the region; with one account it always can."""
    ec2 = sandbox.client("ec2")
    share, made = ec2.modify_snapshot_attribute, snapshot(ec2)
    share(SnapshotId=made, CreateVolumePermission=PUBLIC)
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    assert sandbox.client("ec2", "us-east-1").get_snapshot_block_public_access_state()["State"] == "unblocked"
    assert refused(share, SnapshotId=made, CreateVolumePermission=PUBLIC) == "OperationNotPermitted"
    everybody = {"Attribute": "createVolumePermission", "OperationType": "add", "GroupNames": ["all"]}
    assert refused(share, SnapshotId=made, **everybody) == "OperationNotPermitted"
    share(SnapshotId=made, CreateVolumePermission={"Add": [{"UserId": "222222222222"}]})
    ec2.disable_snapshot_block_public_access()
    share(SnapshotId=made, CreateVolumePermission=PUBLIC)


def test_states_and_dry_runs(sandbox: Embedded, refused: Refused) -> None:
    """A state that blocks nothing cannot be enabled, and a dry run changes nothing.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html
    """
    ec2 = sandbox.client("ec2")
    enable = ec2.enable_snapshot_block_public_access
    assert refused(enable, State="unblocked") == "InvalidParameterValue"
    assert refused(enable, State="block-all-sharing", DryRun=True) == "DryRunOperation"
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"


def test_images_of_a_new_account_stay_private(sandbox: Embedded, refused: Refused) -> None:
    """In a new account public sharing of images is blocked; it can be allowed and blocked again.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
    """
    ec2 = sandbox.client("ec2")
    image = ec2.register_image(Name="own", RootDeviceName="/dev/sda1")["ImageId"]
    shown = ec2.get_image_block_public_access_state()
    assert (shown["ImageBlockPublicAccessState"], shown["ManagedBy"]) == ("block-new-sharing", "account")
    share = {"ImageId": image, "LaunchPermission": PUBLIC}
    assert refused(ec2.modify_image_attribute, **share) == "OperationNotPermitted"
    ec2.disable_image_block_public_access()
    ec2.modify_image_attribute(**share)
    ec2.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    assert refused(ec2.modify_image_attribute, **share) == "OperationNotPermitted"
