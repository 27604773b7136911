"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import tree

NewAccount = Callable[..., str]


def test_the_children_are_those_of_this_moment(sandbox: Embedded, root_id: str, new_account: NewAccount) -> None:
    """ListChildren of each parent follows creation, moves, removal and deletion at once, and nothing is listed twice."""
    organizations, account = sandbox.client("organizations"), new_account("one")

    def children(parent: str, kind: str = "ACCOUNT") -> list[str]:
        return [each["Id"] for each in organizations.list_children(ParentId=parent, ChildType=kind)["Children"]]

    first, second = (
        organizations.create_organizational_unit(ParentId=root_id, Name=name)["OrganizationalUnit"]["Id"]
        for name in ("A", "B")
    )
    assert children(root_id, "ORGANIZATIONAL_UNIT") == [first, second]
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=first)
    assert (account in children(root_id), children(first), children(second)) == (False, [account], [])
    organizations.move_account(AccountId=account, SourceParentId=first, DestinationParentId=second)
    assert (children(first), children(second)) == ([], [account])
    organizations.delete_organizational_unit(OrganizationalUnitId=first)
    assert children(root_id, "ORGANIZATIONAL_UNIT") == [second]


def test_what_is_found_is_what_moto_holds(
    sandbox: Embedded, root_id: str, new_account: NewAccount, invited_account: NewAccount
) -> None:
    """The constant-time record and moto's own lists name the same accounts and OUs in the same order."""
    organizations, account = sandbox.client("organizations"), invited_account("one")
    organizations.create_organizational_unit(ParentId=root_id, Name="A")
    new_account("two")
    organizations.remove_account_from_organization(AccountId=account)
    assert list(tree.ACCOUNTS) == [each.id for each in tree.backend().accounts]
    assert list(tree.UNITS) == [each.id for each in tree.backend().ou]
    assert {each.id for each in tree.accounts_under(root_id)} == set(tree.ACCOUNTS)
