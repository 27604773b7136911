"""Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_settings_are_kept(sandbox: Embedded, refused: Refused) -> None:
    """State and criteria are set apart from each other; eleven criteria are too many."""
    ec2 = sandbox.client("ec2")
    assert ec2.get_allowed_images_settings()["State"] == "disabled"
    criteria = [{"ImageProviders": ["amazon", "222222222222"]}]
    ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=criteria)
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    shown = ec2.get_allowed_images_settings()
    assert (shown["State"], shown["ImageCriteria"], shown["ManagedBy"]) == ("audit-mode", criteria, "account")
    ec2.disable_allowed_images_settings()
    assert ec2.get_allowed_images_settings()["ImageCriteria"] == criteria
    replace = ec2.replace_image_criteria_in_allowed_images_settings
    assert refused(replace, ImageCriteria=criteria * 11) == "InvalidParameterValue"


def test_the_organization_declares_them(sandbox: Embedded, declare: Callable[..., str], refused: Refused) -> None:
    """The criteria of an EC2 policy are shown in EC2's words, and the account cannot change them.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
    """
    criterion = {"allowed_image_providers": {"@@append": ["amazon", "aws_marketplace"]}}
    declare(
        {"allowed_images_settings": {"state": {"@@assign": "audit_mode"}, "image_criteria": {"criteria_1": criterion}}}
    )
    ec2 = sandbox.client("ec2")
    shown = ec2.get_allowed_images_settings()
    assert shown["ImageCriteria"] == [{"ImageProviders": ["amazon", "aws-marketplace"]}]
    assert (shown["State"], shown["ManagedBy"]) == ("audit-mode", "declarative-policy")
    assert refused(ec2.disable_allowed_images_settings) == "OperationNotPermitted"


def test_own_images_are_always_allowed(sandbox: Embedded) -> None:
    """While the criteria are enforced, an image of the account itself can be launched."""
    ec2 = sandbox.client("ec2")
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    image = ec2.register_image(Name="own", RootDeviceName="/dev/sda1")["ImageId"]
    assert ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]


@pytest.mark.not_kept
def test_images_of_others_are_not_judged(sandbox: Embedded, refused: Refused) -> None:
    """While the criteria are enforced, an image of somebody else can be launched exactly when it meets one of them."""
    ec2 = sandbox.client("ec2")
    latest = [{"Name": "name", "Values": ["al2023-ami-*"]}]
    image = ec2.describe_images(Owners=["amazon"], Filters=latest)["Images"][0]["ImageId"]
    ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[{"ImageProviders": ["amazon"]}])
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    assert refused(ec2.run_instances, ImageId=image, MinCount=1, MaxCount=1) == "NotImplemented"
