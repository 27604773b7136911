"""The root and the organizational units: made, renamed, emptied, listed, with AWS's limits.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html
"""

from collections.abc import Mapping
from typing import Any

from moto.organizations.models import FakeOrganizationalUnit

from guardrails.iam.quotas import MAX_ORGANIZATIONAL_UNIT_DEPTH, MAX_ORGANIZATIONAL_UNITS
from guardrails.sandbox.organizations import authority, organization, policy_targets, policy_types, tagging, tree
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_NAME_CHARACTERS = 128


@operation("organizations", "ListRoots")
def list_roots(call: Call) -> Answer:
    """List the one root with the policy types enabled in it. A look: types on their way arrive."""
    authority.require_reader(call)
    found = organization.root()
    types = [dict(each) for each in found.policy_types]
    policy_types.settle()
    return {"Roots": [{"Id": found.id, "Arn": found.arn, "Name": found.name, "PolicyTypes": types}]}


@operation("organizations", "CreateOrganizationalUnit")
def create_organizational_unit(call: Call) -> Answer:
    """Make an OU, at most five levels below the root, under a name that no sibling has."""
    authority.require_management(call)
    above = organization.parent(call.parameters["ParentId"])
    name = _checked_name(call.parameters["Name"], above.id, None)
    if _depth(above) >= MAX_ORGANIZATIONAL_UNIT_DEPTH:
        raise organization.constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the maximum depth of the OU tree.")
    if len(tree.UNITS) > MAX_ORGANIZATIONAL_UNITS:
        message = "You attempted to exceed the number of OUs that you can have in an organization."
        raise organization.constraint("OU_NUMBER_LIMIT_EXCEEDED", message)
    tags = tagging.checked(call.parameters.get("Tags", []))
    return {"OrganizationalUnit": _described(make(name, above.id, tags))}


@operation("organizations", "UpdateOrganizationalUnit")
def update_organizational_unit(call: Call) -> Answer:
    """Rename an OU."""
    authority.require_management(call)
    found = _unit(call.parameters["OrganizationalUnitId"])
    if "Name" in call.parameters and call.parameters["Name"] != found.name:
        found.name = _checked_name(call.parameters["Name"], found.parent_id, found.id)
    return {"OrganizationalUnit": _described(found)}


@operation("organizations", "DeleteOrganizationalUnit")
def delete_organizational_unit(call: Call) -> Answer:
    """Delete an OU that holds neither accounts nor OUs."""
    authority.require_management(call)
    found = _unit(call.parameters["OrganizationalUnitId"])
    if any(tree.units_under(found.id)) or any(tree.accounts_under(found.id)):
        message = (
            "The specified OU is not empty. Move all accounts and OUs to another root or to other OUs, then try again."
        )
        raise Refusal("OrganizationalUnitNotEmptyException", message)
    policy_targets.detach_everything(found)
    tree.drop_unit(found)
    return {}


@operation("organizations", "DescribeOrganizationalUnit")
def describe_organizational_unit(call: Call) -> Answer:
    """Describe an OU."""
    authority.require_reader(call)
    return {"OrganizationalUnit": _described(_unit(call.parameters["OrganizationalUnitId"]))}


@operation("organizations", "ListOrganizationalUnitsForParent")
def list_organizational_units_for_parent(call: Call) -> Answer:
    """List the OUs directly under a root or OU, twenty a page."""
    authority.require_reader(call)
    above = organization.parent(call.parameters["ParentId"])
    found = [_described(unit) for unit in tree.units_under(above.id)]
    return organization.page(call, "OrganizationalUnits", found)


@operation("organizations", "ListParents")
def list_parents(call: Call) -> Answer:
    """Name the root or OU directly above an account or OU."""
    authority.require_reader(call)
    child_id = call.parameters["ChildId"]
    child = organization.find_account(child_id) or organization.find_unit(child_id)
    above = organization.find_unit(child.parent_id or "") if child else None
    if above is None:
        raise Refusal("ChildNotFoundException", "We can't find an OU or account with the ChildId that you specified.")
    return {"Parents": [{"Id": above.id, "Type": above.type}]}


@operation("organizations", "ListChildren")
def list_children(call: Call) -> Answer:
    """List the accounts or the OUs directly under a root or OU, twenty a page."""
    authority.require_reader(call)
    above, kind = organization.parent(call.parameters["ParentId"]), call.parameters["ChildType"]
    if kind not in ("ACCOUNT", "ORGANIZATIONAL_UNIT"):
        raise organization.invalid("INVALID_ENUM")
    under = tree.accounts_under if kind == "ACCOUNT" else tree.units_under
    return organization.page(call, "Children", [{"Id": each.id, "Type": kind} for each in under(above.id)])


def make(name: str, parent_id: str, tags: Mapping[str, str] | None = None) -> FakeOrganizationalUnit:
    """Make an OU with AWS's own policies attached, without asking whether it may be."""
    made = FakeOrganizationalUnit(organization.organization(), Name=name, ParentId=parent_id)
    made.tags = dict(tags or {})
    tree.add_unit(made)
    policy_targets.attach_defaults(made)
    return made


def _unit(unit_id: str) -> FakeOrganizationalUnit:
    found = organization.find_unit(unit_id)
    if found is None or found.type == "ROOT":
        message = "We can't find an OU with the OrganizationalUnitId that you specified."
        raise Refusal("OrganizationalUnitNotFoundException", message)
    return found


def _checked_name(name: str, parent_id: str | None, own_id: str | None) -> str:
    if not name.strip():
        raise organization.invalid("MIN_LENGTH_EXCEEDED")
    if len(name) > MAX_NAME_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    if any(unit.name == name and unit.id != own_id for unit in tree.units_under(parent_id or "")):
        raise Refusal("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")
    return name


def _depth(unit: FakeOrganizationalUnit) -> int:
    """How many OUs there are from the root down to this one, it included; 0 for the root."""
    return organization.path(unit.id).count("/ou-")


def _described(unit: FakeOrganizationalUnit) -> Mapping[str, Any]:
    return {"Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": organization.path(unit.id)}
