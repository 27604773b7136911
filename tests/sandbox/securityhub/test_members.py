"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_existing_accounts_are_taken_in(sandbox: Embedded, new_account: NewAccount, security: str) -> None:
    """CreateMembers switches Security Hub on with the default standards; an account that has it keeps its own standards."""
    administrator, fresh, own = sandbox.client("securityhub", account=security), new_account("a"), new_account("b")
    sandbox.client("securityhub", account=own).enable_security_hub(EnableDefaultStandards=False)
    details = [{"AccountId": each} for each in (fresh, own, MANAGEMENT_ACCOUNT_ID, "999999999999")]
    unprocessed = administrator.create_members(AccountDetails=details)["UnprocessedAccounts"]
    assert [each["AccountId"] for each in unprocessed] == [MANAGEMENT_ACCOUNT_ID, "999999999999"]
    standards = [
        len(sandbox.client("securityhub", account=each).get_enabled_standards()["StandardsSubscriptions"])
        for each in (fresh, own)
    ]
    assert standards == [2, 0]
    shown = administrator.get_members(AccountIds=[fresh, "999999999999"])
    assert [each["AccountId"] for each in shown["Members"]] == [fresh]
    assert [each["AccountId"] for each in shown["UnprocessedAccounts"]] == ["999999999999"]


def test_management_joins_once_it_has_security_hub(sandbox: Embedded, security: str) -> None:
    """The management account can be a member after it has enabled Security Hub itself."""
    sandbox.client("securityhub").enable_security_hub()
    administrator = sandbox.client("securityhub", account=security)
    details = [{"AccountId": MANAGEMENT_ACCOUNT_ID}]
    assert administrator.create_members(AccountDetails=details)["UnprocessedAccounts"] == []


def test_members_stay_until_they_are_let_go(
    sandbox: Embedded, new_account: NewAccount, security: str, refused: Refused
) -> None:
    """Neither a member nor the administrator can disable Security Hub; a member can once it is disassociated, never deleted.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-disable.html
    """
    administrator, account = sandbox.client("securityhub", account=security), new_account("one")
    member = sandbox.client("securityhub", account=account)
    administrator.create_members(AccountDetails=[{"AccountId": account}])
    assert refused(administrator.disable_security_hub) == "InvalidInputException"
    assert refused(member.disable_security_hub) == "InvalidInputException"
    deleted = administrator.delete_members(AccountIds=[account])["UnprocessedAccounts"]
    assert [each["AccountId"] for each in deleted] == [account]
    administrator.disassociate_members(AccountIds=[account])
    assert administrator.list_members()["Members"] == []
    member.disable_security_hub()


def test_members_are_listed_in_pages(sandbox: Embedded, new_account: NewAccount, security: str) -> None:
    """ListMembers gives fifty a page at most, and a token while there is more."""
    administrator = sandbox.client("securityhub", account=security)
    administrator.update_organization_configuration(AutoEnable=True)
    accounts = {new_account(f"member{number}") for number in range(3)}
    pages = list(administrator.get_paginator("list_members").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Members"]) for page in pages] == [2, 1]
    assert {each["AccountId"] for page in pages for each in page["Members"]} == accounts


def test_the_administrators_choice_of_findings_holds_for_members(
    sandbox: Embedded, new_account: NewAccount, security: str, refused: Refused
) -> None:
    """The administrator's ControlFindingGenerator is its members' too, and a member cannot change it.

    Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateSecurityHubConfiguration.html
    """
    administrator, account = sandbox.client("securityhub", account=security), new_account("one")
    administrator.create_members(AccountDetails=[{"AccountId": account}])
    wanted: dict[str, Any] = {"ControlFindingGenerator": "STANDARD_CONTROL"}
    administrator.update_security_hub_configuration(**wanted)
    member = sandbox.client("securityhub", account=account)
    assert member.describe_hub()["ControlFindingGenerator"] == "STANDARD_CONTROL"
    assert refused(member.update_security_hub_configuration, **wanted) == "InvalidInputException"
