"""Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_Enable.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def scans(client: Any, *accounts: str) -> list[dict[str, str]]:
    """The status of every type of scan, account by account."""
    shown = client.batch_get_account_status(accountIds=list(accounts))["accounts"]
    return [{name: each["status"] for name, each in account["resourceState"].items()} for account in shown]


def test_scans_come_on_in_time(sandbox: Embedded) -> None:
    """A scan is ENABLING, then ENABLED, in this region only; the types not named stay off; switched off it is DISABLING first."""
    inspector = sandbox.client("inspector2")
    started = inspector.enable(resourceTypes=["EC2", "ECR"])["accounts"][0]
    looks = [scans(inspector)[0] for _ in range(2)]
    assert [started["status"], looks[0]["ec2"], looks[1]["ec2"]] == ["ENABLING", "ENABLING", "ENABLED"]
    assert looks[1]["lambda"] == "DISABLED"
    assert scans(sandbox.client("inspector2", "us-east-1"))[0]["ec2"] == "DISABLED"
    inspector.disable(resourceTypes=["EC2"])
    looks = [scans(inspector)[0] for _ in range(2)]
    assert [each["ec2"] for each in looks] == ["DISABLING", "DISABLED"]
    assert looks[1]["ecr"] == "ENABLED"


def test_accounts_out_of_reach_fail_one_by_one(sandbox: Embedded, new_account: NewAccount) -> None:
    """An account that is not a member of the caller's cannot be enabled; the caller's own is, in the same request."""
    account = new_account("one")
    answer = sandbox.client("inspector2").enable(accountIds=["111111111111", account], resourceTypes=["EC2"])
    assert [each["accountId"] for each in answer["accounts"]] == ["111111111111"]
    assert [(each["accountId"], each["errorCode"]) for each in answer["failedAccounts"]] == [(account, "ACCESS_DENIED")]


def test_the_administrator_enables_its_members(sandbox: Embedded, new_account: NewAccount, administrator: Any) -> None:
    """The delegated administrator switches its members' scans; a member cannot switch them off, nor the administrator its own first."""
    account = new_account("one")
    administrator.associate_member(accountId=account)
    assert administrator.enable(accountIds=[account], resourceTypes=["ECR"])["failedAccounts"] == []
    member = sandbox.client("inspector2", account=account)
    scans(member)
    assert scans(member)[0]["ecr"] == "ENABLED"
    assert member.disable(resourceTypes=["ECR"])["failedAccounts"][0]["errorCode"] == "ACCESS_DENIED"
    assert administrator.disable()["failedAccounts"][0]["errorCode"] == "DISASSOCIATE_ALL_MEMBERS"
    administrator.disassociate_member(accountId=account)
    assert member.disable()["failedAccounts"] == administrator.disable()["failedAccounts"] == []
