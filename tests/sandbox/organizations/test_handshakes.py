"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


@pytest.mark.not_kept
def test_nobody_is_invited(sandbox: Embedded, refused: Refused) -> None:
    """InviteAccountToOrganization sends an invitation that a standalone account accepts or declines."""
    target = {"Id": "222222222222", "Type": "ACCOUNT"}
    assert refused(sandbox.client("organizations").invite_account_to_organization, Target=target) == "NotImplemented"


def test_without_invitations_there_are_no_handshakes(
    sandbox: Embedded, new_account: NewAccount, refused: Refused
) -> None:
    """The organization that invited nobody lists no handshakes, a member has received none, and an id of one is unknown."""
    organizations = sandbox.client("organizations")
    member = sandbox.client("organizations", account=new_account("one"))
    assert organizations.list_handshakes_for_organization()["Handshakes"] == []
    assert member.list_handshakes_for_account()["Handshakes"] == []
    assert refused(member.list_handshakes_for_organization) == "AccessDeniedException"
    for operation in (member.accept_handshake, member.decline_handshake, organizations.cancel_handshake):
        assert refused(operation, HandshakeId="h-0123456789") == "HandshakeNotFoundException"
