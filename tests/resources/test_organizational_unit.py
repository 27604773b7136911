"""Organizational units on the sandbox: made, adopted, renamed, tagged, deleted; strangers left alone."""

from dataclasses import replace

import pytest

from guardrails.engine.change import Action
from guardrails.engine.plan import Plan
from guardrails.engine.run import Result
from guardrails.engine.safety import check
from guardrails.errors import IncompletePlan, PlanError
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.organizational_unit import OrganizationalUnit
from tests.organization_line import Line, actions, differences, tags_of, units


def unit(path: str, tags: dict[str, str] | None = None, renamed_from: str = "") -> OrganizationalUnit:
    parent, _, name = path.rpartition("/")
    return OrganizationalUnit(
        name=path,
        display_name=name,
        parent=organizational_unit_address(parent or "Root"),
        tags=tags or {},
        renamed_from=renamed_from,
    )


def strangers(plan: Plan) -> list[str]:
    return [address.name for address in plan.unmanaged if address.type == OrganizationalUnit.TYPE]


WORKLOADS, PROD = unit("Workloads"), unit("Workloads/Prod", {"environment": "prod"})


def test_a_tree_is_made_once(line: Line) -> None:
    """Declared OUs are made under their parents with tags and our ownership, in one write each; the second plan is empty."""
    assert line.apply(PROD, WORKLOADS) == {"create_organizational_unit": 2}
    there = dict(units(line.client(), line.root_id))
    assert set(there) == {"Workloads", "Workloads/Prod"}
    assert tags_of(line.client(), there["Workloads/Prod"]) == {"environment": "prod", "guardrails:managed": "true"}


def test_what_others_ask_of_an_ou(line: Line) -> None:
    """An OU's path is known right after it is made and when it is observed, and is the same."""
    line.outcomes(WORKLOADS, PROD)
    made = line.connection.directory.get(PROD.address, "path")
    line.plan(WORKLOADS, PROD)
    assert line.connection.directory.get(PROD.address, "path") == made
    there = dict(units(line.client(), line.root_id))
    organization = line.client().describe_organization()["Organization"]["Id"]
    assert made == f"{organization}/{line.root_id}/{there['Workloads']}/{there['Workloads/Prod']}/"


def test_more_than_a_page(line: Line) -> None:
    """More OUs under one parent than AWS gives at once are all seen."""
    many = [unit(f"Team {number:02}") for number in range(23)]
    assert line.apply(*many) == {"create_organizational_unit": 23}


def test_an_untagged_ou_is_adopted(line: Line) -> None:
    """An OU that somebody made where one is declared is not made again: it becomes ours by its tags alone."""
    line.client().create_organizational_unit(ParentId=line.root_id, Name="Workloads")
    assert actions(line.plan(WORKLOADS)) == ["=Workloads"]
    assert line.apply(WORKLOADS) == {"tag_resource": 1}


def test_strangers_are_left_alone(line: Line) -> None:
    """An undeclared OU that is not ours is reported and not touched, and what is in it is ours or not by itself."""
    other = line.client().create_organizational_unit(ParentId=line.root_id, Name="Legacy")["OrganizationalUnit"]
    line.client().create_organizational_unit(ParentId=other["Id"], Name="Old")
    plan = line.plan(WORKLOADS)
    assert strangers(plan) == ["Legacy", "Legacy/Old"]
    assert line.apply(WORKLOADS) == {"create_organizational_unit": 1}
    assert set(dict(units(line.client(), line.root_id))) == {"Legacy", "Legacy/Old", "Workloads"}


def test_tags_are_added_changed_and_removed(line: Line) -> None:
    """Tags follow the declaration in one write to set and one to remove; our own tag stays."""
    line.apply(unit("Workloads", {"owner": "a", "team": "x"}))
    want = unit("Workloads", {"owner": "b", "cost-center": "1"})
    assert differences(line.plan(want)) == ["tags.cost-center", "tags.owner", "tags.team"]
    assert line.apply(want) == {"tag_resource": 1, "untag_resource": 1}
    identity = dict(units(line.client(), line.root_id))["Workloads"]
    assert tags_of(line.client(), identity) == {"owner": "b", "cost-center": "1", "guardrails:managed": "true"}


def test_a_renamed_ou_stays_the_same_ou(line: Line) -> None:
    """With renamed_from the OU keeps its id and what is in it: one rename is all that is written."""
    line.apply(WORKLOADS, PROD)
    before = dict(units(line.client(), line.root_id))
    renamed = unit("Products", renamed_from="Workloads"), unit("Products/Prod", {"environment": "prod"})
    plan = line.plan(*renamed)
    assert actions(plan) == ["~Products"]
    assert differences(plan) == ["display_name"]
    assert line.apply(*renamed) == {"update_organizational_unit": 1}
    after = dict(units(line.client(), line.root_id))
    assert after == {"Products": before["Workloads"], "Products/Prod": before["Workloads/Prod"]}


def test_a_child_and_its_parent_renamed_together(line: Line) -> None:
    """An OU and the one above it can be renamed in one go; the child's former path is said under its parent's new name."""
    line.apply(WORKLOADS, PROD)
    renamed = (
        unit("Products", renamed_from="Workloads"),
        unit("Products/Production", {"environment": "prod"}, renamed_from="Products/Prod"),
    )
    assert line.apply(*renamed) == {"update_organizational_unit": 2}


def test_a_rename_that_happened_is_forgotten(line: Line) -> None:
    """renamed_from may stay in the file: once the new name stands it means nothing, even when the old name comes back by hand."""
    renamed = unit("Products", renamed_from="Workloads")
    line.apply(WORKLOADS)
    line.apply(renamed)
    line.client().create_organizational_unit(ParentId=line.root_id, Name="Workloads")
    plan = line.plan(renamed)
    assert (plan.changes, strangers(plan)) == ((), ["Workloads"])


def test_what_is_ours_and_no_longer_declared_is_deleted(line: Line) -> None:
    """Dropped OUs are deleted, children first."""
    line.apply(WORKLOADS, PROD)
    plan = line.plan()
    assert [(change.action, change.address.name) for change in plan.changes] == [
        (Action.DELETE, "Workloads/Prod"),
        (Action.DELETE, "Workloads"),
    ]
    assert line.apply() == {"delete_organizational_unit": 2}


def test_an_ou_that_is_not_empty_is_not_deleted(line: Line) -> None:
    """AWS refuses to delete an OU with something in it: the change fails with AWS's code, and the OU stands."""
    line.apply(WORKLOADS)
    identity = dict(units(line.client(), line.root_id))["Workloads"]
    line.client().create_organizational_unit(ParentId=identity, Name="By hand")
    (outcome,) = line.outcomes()
    assert outcome.result is Result.FAILED
    assert "OrganizationalUnitNotEmptyException" in outcome.reason
    assert "Workloads" in dict(units(line.client(), line.root_id))


def test_an_ou_cannot_move(line: Line) -> None:
    """AWS has no call that moves an OU: a plan that would need it is refused, and says so."""
    line.apply(WORKLOADS, PROD)
    top = replace(unit("Prod", {"environment": "prod"}, renamed_from="Workloads/Prod"), parent=ROOT_ADDRESS)
    with pytest.raises(PlanError, match=r"OrganizationalUnit Prod: parent cannot be changed"):
        check(line.plan(WORKLOADS, top), {})


def test_a_denied_look_is_no_empty_tree(line: Line) -> None:
    """When the OUs may not be listed nothing is planned for them, and the plan is refused as incomplete."""
    line.apply(WORKLOADS)
    line.refusing["ListOrganizationalUnitsForParent"] = "AccessDeniedException"
    plan = line.plan(WORKLOADS, PROD)
    assert "+Workloads/Prod" not in actions(plan)
    assert [spot.type for spot in plan.blind] == ["AWS::Organizations::OrganizationalUnit"]
    with pytest.raises(IncompletePlan, match="let the caller perform organizations:list_organizational_units"):
        check(plan, {})
