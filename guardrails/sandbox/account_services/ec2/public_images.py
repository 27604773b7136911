"""The images that Amazon publishes: they come into an account and region when images are first asked for there.

moto makes thirteen hundred of them whenever EC2 is first used in an account and region, which takes half a second.
Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIs.html
"""

from typing import Final

from moto import settings

from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation

_BROUGHT: Final[dict[tuple[str, str], bool]] = lifecycle.forgotten_on_reset({})
_LOADING: Final[list[bool]] = []


@operation("ec2", "CopyImage", "DescribeImageAttribute", "DescribeImages")
def look_for_images(call: Call) -> Answer:
    """Let moto answer, once the images are there."""
    bring(call.account_id, call.region)
    return FORWARD


def bring(account_id: str, region: str) -> None:
    """Make Amazon's images known in an account and region."""
    if (account_id, region) in _BROUGHT:
        return
    from moto.ec2.models import ec2_backends

    backend = ec2_backends[account_id][region]
    _LOADING.append(True)
    backend._load_amis()
    _LOADING.clear()
    _BROUGHT[account_id, region] = True


def images_wanted() -> bool:
    """Whether moto is to make the images: only while they are brought."""
    return bool(_LOADING)


def install() -> None:
    """Let moto's EC2 begin without them."""
    settings.ec2_load_default_amis = images_wanted
