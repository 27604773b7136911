"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html"""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
Declare = Callable[..., str]
NewAccount = Callable[..., str]


def snapshots(state: str, **more: Any) -> dict[str, Any]:
    return {"snapshot_block_public_access": {"state": {"@@assign": state, **more}}}


def test_what_the_organization_declares_holds(
    sandbox: Embedded, new_account: NewAccount, declare: Declare, refused: Refused
) -> None:
    """An EC2 policy sets the attribute in every region of an account, which cannot change it; detached, its own value is back."""
    ec2 = sandbox.client("ec2", "eu-central-1", new_account("one"))
    policy = declare(snapshots("block_all_sharing"))
    shown = ec2.get_snapshot_block_public_access_state()
    assert (shown["State"], shown["ManagedBy"]) == ("block-all-sharing", "declarative-policy")
    assert refused(ec2.disable_snapshot_block_public_access) == "OperationNotPermitted"
    assert refused(ec2.enable_snapshot_block_public_access, State="block-new-sharing") == "OperationNotPermitted"
    organizations = sandbox.client("organizations")
    organizations.detach_policy(PolicyId=policy, TargetId=organizations.list_roots()["Roots"][0]["Id"])
    shown = ec2.get_snapshot_block_public_access_state()
    assert (shown["State"], shown["ManagedBy"]) == ("unblocked", "account")


def test_the_message_is_the_organizations_own(sandbox: Embedded, new_account: NewAccount, declare: Declare) -> None:
    """What a policy prevents is told in the words of its exception_message, and without one in AWS's.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html
    """
    account = new_account("one")
    ec2 = sandbox.client("ec2", account=account)
    declare({"serial_console_access": {"status": {"@@assign": "disabled"}}})
    with pytest.raises(ClientError, match="denied due to an organizational policy in effect"):
        ec2.enable_serial_console_access()
    declare({"exception_message": {"@@assign": "Ask the platform team."}}, account)
    with pytest.raises(ClientError, match="Ask the platform team"):
        ec2.enable_serial_console_access()


def test_nearer_policies_win_where_they_may(
    sandbox: Embedded, new_account: NewAccount, root_id: str, declare: Declare
) -> None:
    """A policy of the account overrides what its root declares, unless the root allows no operators to child policies.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Workloads")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=unit)
    ec2 = sandbox.client("ec2", account=account)
    declare(snapshots("block_new_sharing"), unit)
    declare(snapshots("unblocked"), account)
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    declare(snapshots("block_all_sharing", **{"@@operators_allowed_for_child_policies": ["@@none"]}))
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
