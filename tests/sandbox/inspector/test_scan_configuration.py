"""Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_UpdateConfiguration.html"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

HYBRID, AGENT = "EC2_HYBRID", "EC2_SSM_AGENT_BASED"


def mode(client: Any) -> str:
    return str(client.get_configuration()["ec2Configuration"]["scanModeState"]["scanMode"])


def test_instances_are_scanned_in_both_ways_until_one_is_chosen(sandbox: Embedded) -> None:
    """The EC2 scan mode is hybrid at first, and agent-based once an account chooses so, in that region only.

    Source: https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html
    """
    inspector = sandbox.client("inspector2")
    assert mode(inspector) == HYBRID
    inspector.update_configuration(ec2Configuration={"scanMode": AGENT})
    assert (mode(inspector), mode(sandbox.client("inspector2", "us-east-1"))) == (AGENT, HYBRID)


def test_the_administrator_chooses_for_its_members(
    sandbox: Embedded, new_account: Callable[..., str], administrator: Any
) -> None:
    """The delegated administrator's EC2 scan mode holds for its members, who have no say in it."""
    account = new_account("one")
    administrator.associate_member(accountId=account)
    administrator.update_configuration(ec2Configuration={"scanMode": AGENT})
    member = sandbox.client("inspector2", account=account)
    assert mode(member) == AGENT
    with pytest.raises(ClientError) as refused:
        member.update_configuration(ec2Configuration={"scanMode": HYBRID})
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    administrator.disassociate_member(accountId=account)
    assert mode(member) == HYBRID
