"""An organization of some size, made at once."""

from collections import Counter

import pytest

from guardrails.sandbox.embedded import Embedded


def test_accounts_are_spread_over_nested_units(sandbox: Embedded) -> None:
    """A hundred and twenty accounts stand ten to an OU, three levels deep, with names, e-mail addresses and tags of their own."""
    sandbox.reset("bare", accounts=120)
    organizations = sandbox.client("organizations")
    pages = organizations.get_paginator("list_accounts").paginate()
    made = [account for page in pages for account in page["Accounts"]][1:]
    assert len({account["Email"] for account in made}) == len(made) == 120
    assert set(Counter(account["Paths"][0].rsplit("/", 2)[0] for account in made).values()) == {10}
    assert {account["Paths"][0].count("/ou-") for account in made} == {3}
    assert made[-1]["Name"] == "account-00120"
    tags = organizations.list_tags_for_resource(ResourceId=made[0]["Id"])["Tags"]
    assert tags == [{"Key": "environment", "Value": "prod"}]


def test_they_are_accounts_like_any_other(sandbox: Embedded) -> None:
    """An account made at the beginning can be entered, moved, and has AWS's own policy attached."""
    sandbox.reset("bare", accounts=1)
    organizations = sandbox.client("organizations")
    account = organizations.list_accounts()["Accounts"][1]["Id"]
    assert sandbox.client("sts", account=account).get_caller_identity()["Account"] == account
    parent = organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=parent, DestinationParentId=root)
    listed = organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [policy["Name"] for policy in listed] == ["FullAWSAccess"]


def test_without_an_organization_there_are_no_members(sandbox: Embedded) -> None:
    """The seed without an organization takes no accounts."""
    with pytest.raises(ValueError, match="no-organization"):
        sandbox.reset("no-organization", accounts=1)
    sandbox.reset()
