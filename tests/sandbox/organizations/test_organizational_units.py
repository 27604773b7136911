"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_an_ou_tree_is_at_most_five_deep(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """Five OUs fit below each other; the sixth is refused for its depth.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    organizations, parent = sandbox.client("organizations"), root_id
    for level in range(5):
        made = organizations.create_organizational_unit(ParentId=parent, Name=f"Level{level}")
        parent = made["OrganizationalUnit"]["Id"]
    code = refused(organizations.create_organizational_unit, ParentId=parent, Name="TooDeep")
    assert code == "ConstraintViolationException:OU_DEPTH_LIMIT_EXCEEDED"


def test_siblings_have_different_names(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """A name is taken under one parent only: a sibling may not bear it, a nephew may; renaming is checked as well."""
    organizations = sandbox.client("organizations")
    first = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    other = organizations.create_organizational_unit(ParentId=root_id, Name="Dev")["OrganizationalUnit"]["Id"]
    duplicate = "DuplicateOrganizationalUnitException"
    assert refused(organizations.create_organizational_unit, ParentId=root_id, Name="Prod") == duplicate
    assert refused(organizations.update_organizational_unit, OrganizationalUnitId=other, Name="Prod") == duplicate
    nested = organizations.create_organizational_unit(ParentId=first, Name="Prod")["OrganizationalUnit"]
    assert nested["Path"].endswith(f"/{root_id}/{first}/{nested['Id']}/")


def test_an_ou_that_holds_something_stays(
    sandbox: Embedded, root_id: str, new_account: Callable[..., str], refused: Refused
) -> None:
    """An OU with an account in it cannot be deleted; an empty one can, and is gone.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=unit)
    delete = organizations.delete_organizational_unit
    assert refused(delete, OrganizationalUnitId=unit) == "OrganizationalUnitNotEmptyException"
    organizations.move_account(AccountId=account, SourceParentId=unit, DestinationParentId=root_id)
    delete(OrganizationalUnitId=unit)
    code = refused(organizations.describe_organizational_unit, OrganizationalUnitId=unit)
    assert code == "OrganizationalUnitNotFoundException"


def test_lists_come_in_pages_of_twenty(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """Thirty OUs take two pages, five at a time when asked; a token that nobody gave out is refused.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html
    """
    organizations = sandbox.client("organizations")
    for number in range(30):
        organizations.create_organizational_unit(ParentId=root_id, Name=f"Unit{number}")
    list_units = organizations.list_organizational_units_for_parent
    first = list_units(ParentId=root_id)
    rest = list_units(ParentId=root_id, NextToken=first["NextToken"])
    assert [len(first["OrganizationalUnits"]), len(rest["OrganizationalUnits"]), "NextToken" in rest] == [20, 10, False]
    assert len(list_units(ParentId=root_id, MaxResults=5)["OrganizationalUnits"]) == 5
    for token in ("x", "-1"):
        assert refused(list_units, ParentId=root_id, NextToken=token) == "InvalidInputException:INVALID_NEXT_TOKEN"


def test_parents_and_children_agree(sandbox: Embedded, root_id: str, new_account: Callable[..., str]) -> None:
    """ListChildren of the root names the account and the OU, and ListParents of each names the root.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    accounts = organizations.list_children(ParentId=root_id, ChildType="ACCOUNT")["Children"]
    units = organizations.list_children(ParentId=root_id, ChildType="ORGANIZATIONAL_UNIT")["Children"]
    assert account in {each["Id"] for each in accounts}
    assert [each["Id"] for each in units] == [unit]
    assert organizations.list_parents(ChildId=account)["Parents"] == [{"Id": root_id, "Type": "ROOT"}]
    assert organizations.list_parents(ChildId=unit)["Parents"] == [{"Id": root_id, "Type": "ROOT"}]
