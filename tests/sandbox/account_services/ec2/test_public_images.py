"""Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIs.html"""

from moto.ec2.models import ec2_backends

from guardrails.sandbox.account_services.ec2 import public_images
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

LATEST = [{"Name": "name", "Values": ["al2023-ami-*"]}]


def test_amazon_publishes_images(sandbox: Embedded) -> None:
    """Amazon's images are found, and launched, in a region where EC2 was used before, and after a reset."""
    for _ in range(2):
        ec2 = sandbox.client("ec2")
        ec2.describe_vpcs()
        image = ec2.describe_images(Owners=["amazon"], Filters=LATEST)["Images"][0]["ImageId"]
        launched = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]
        assert launched["ImageId"] == image
        sandbox.reset()


def test_no_image_is_made_that_nobody_asked_for(sandbox: Embedded) -> None:
    """Using EC2 in a region does not bring Amazon's images there; asking for images does."""
    sandbox.client("ec2", "eu-west-2").describe_vpcs()
    amis = ec2_backends[MANAGEMENT_ACCOUNT_ID]["eu-west-2"].amis
    assert amis == {}
    public_images.bring(MANAGEMENT_ACCOUNT_ID, "eu-west-2")
    assert len(amis) > 100
