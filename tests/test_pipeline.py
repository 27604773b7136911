"""The line itself: what is loaded, compiled and planned, and from which folders."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.engine.change import Action
from guardrails.engine.resource import Address, Caveat, Resource
from guardrails.errors import CatalogError, ConfigError, Problem
from guardrails.library import Library
from guardrails.model import ControlDeclaration, Identity, Organization
from guardrails.resources import ROOT_ADDRESS
from guardrails.resources.organizational_unit import OrganizationalUnit
from tests.organization_line import FIRST_DAY, Line

Items = Iterable[Resource | Caveat]


def unit(name: str, *, needs: Iterable[Address] = (), **tags: str) -> OrganizationalUnit:
    return OrganizationalUnit(name=name, display_name=name, parent=ROOT_ADDRESS, tags=tags, depends_on=frozenset(needs))


def declared(repository: Path, controls: Mapping[str, Items | ConfigError], **more: Any) -> pipeline.Declared:
    """An organization whose controls yield these things, or fail so."""

    def control(name: str, items: Items | ConfigError) -> Control:
        def resources(organization: Organization, library: Library, settings: Any) -> Iterator[Resource | Caveat]:
            if isinstance(items, ConfigError):
                raise items
            yield from items

        return Control(name, name, "preventive", "https://docs.aws.amazon.com/", Settings, resources)

    declarations = tuple(ControlDeclaration(name, Settings()) for name in controls)
    organization = replace(FIRST_DAY, controls=declarations, **more)
    return pipeline.Declared(organization, Library(repository), {n: control(n, items) for n, items in controls.items()})


def test_what_follows_is_sorted(repository: Path) -> None:
    """Resources come sorted by address, whichever control wants them; caveats in the order of the controls."""
    desired = pipeline.compile(declared(repository, {"x": [unit("b"), Caveat("one")], "y": [Caveat("two"), unit("a")]}))
    assert [resource.name for resource in desired.resources] == ["a", "b"]
    assert desired.caveats == ("one", "two")


def test_two_controls_may_want_the_same(repository: Path) -> None:
    """Equal resources of two controls become one, which waits for what either says."""
    first, second = Address("T", "1"), Address("T", "2")
    desired = pipeline.compile(
        declared(repository, {"x": [unit("a", needs=[first])], "y": [unit("a", needs=[second])]})
    )
    (resource,) = desired.resources
    assert {first, second} <= resource.references()


def test_two_controls_may_not_want_one_thing_differently(repository: Path) -> None:
    """Different resources with one address are refused, and the second control is named."""
    with pytest.raises(ConfigError, match=r"want AWS::Organizations::OrganizationalUnit a to be different .*is y\)"):
        pipeline.compile(declared(repository, {"x": [unit("a")], "y": [unit("a", tag="x")]}))


def test_every_problem_of_every_control(repository: Path) -> None:
    """The problems of all controls are told together, those of conflicts among them."""
    wrong = ConfigError([Problem("f", 1, 1, "wrong")])
    with pytest.raises(ConfigError) as raised:
        pipeline.compile(declared(repository, {"v": wrong, "w": [unit("a")], "x": [unit("a", tag="x")]}))
    assert len(raised.value.problems) == 2


def test_what_may_be_deleted_and_where_stacks_may_stand(repository: Path) -> None:
    """Exclusive kinds become types; stacks may stand in every governed or left region, here and in the two other accounts."""
    identity = Identity(exclusive=frozenset({"groups"}))
    desired = pipeline.compile(
        declared(repository, {"identity-center": []}, identity=identity, left_regions=("us-east-1",))
    )
    assert desired.exclusive == {"AWS::IdentityStore::Group"}
    regions = ("eu-west-1", "eu-central-1", "us-east-1")
    assert desired.places == set(product(("", "log-archive", "security-tooling"), regions))
    alone = declared(repository, {}, log_archive_account="management", security_account="management")
    assert pipeline.compile(alone).places == {("", "eu-west-1"), ("", "eu-central-1")}


def test_nothing_is_exclusive_that_is_not_held(repository: Path) -> None:
    """With identity-center switched off what identity.yaml says is left alone: nothing is deleted for not being declared."""
    identity = Identity(exclusive=frozenset({"groups", "assignments"}))
    assert pipeline.compile(declared(repository, {}, identity=identity)).exclusive == frozenset()


def test_exclusive_kinds_are_types(repository: Path) -> None:
    """What can be declared exclusive is a type that is known, and one that carries no tag."""
    types = pipeline.known_types()
    for name in pipeline.EXCLUSIVE_TYPES.values():
        assert not getattr(types[name], "tagged")  # noqa: B009 - only object types have it


def test_what_ships_compiles_to_the_same_every_time(repository: Path) -> None:
    """The shipped configuration is right, and compiles to equal resources twice; every reference leads somewhere."""
    one, other = (pipeline.compile(pipeline.load(repository / "config", repository)) for _ in range(2))
    assert one.resources == other.resources
    assert {resource.TYPE for resource in one.resources} <= set(pipeline.known_types())
    known = {resource.address for resource in one.resources}
    dangling = {target for resource in one.resources for target in resource.references()} - known
    assert {target.type for target in dangling} <= {"AWS::Organizations::Root", "AWS::Organizations::Organization"}


def test_where_the_content_is(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Content is where it is said to be, else in the working directory, else what the package ships."""
    monkeypatch.chdir(tmp_path)
    assert pipeline.content_folder(Path("given")) == Path("given")
    assert pipeline.content_folder(None) == pipeline.SHIPPED_CONTENT
    for part in ("policies", "templates"):
        (tmp_path / part).mkdir()
    assert pipeline.content_folder(None) == tmp_path


def test_no_content(tmp_path: Path) -> None:
    """A content folder without policies is refused, before anything else is looked at."""
    with pytest.raises(ConfigError, match="holds no policies/ folder"):
        pipeline.load(tmp_path / "config", tmp_path)


def test_a_control_of_ones_own(repository: Path, tmp_path: Path) -> None:
    """A file dropped into the content's controls/ is a control, and what it wants is compiled; one of an id that is taken is refused."""
    shutil.copytree(repository / "policies", tmp_path / "policies")
    shutil.copytree(repository / "config", tmp_path / "config")
    (tmp_path / "controls").mkdir()
    source = (repository / "guardrails/controls/organization_tree.py").read_text(encoding="utf-8")
    source = source.replace('id="organization-tree"', 'id="more-units"').replace(
        "name=unit.path", 'name="More " + unit.path'
    )
    (tmp_path / "controls/more_units.py").write_text(source)
    (tmp_path / "config/controls.yaml").write_text("more-units:\nidentity-center: false\n")
    desired = pipeline.compile(pipeline.load(tmp_path / "config", tmp_path))
    assert "More Workloads" in [resource.name for resource in desired.resources]
    (tmp_path / "controls/again.py").write_text(source)
    with pytest.raises(CatalogError, match=r"more_units\.py: more-units is already taken"):
        pipeline.known_controls(tmp_path)


def test_templates_are_linted_by_their_owner(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every template of a resource is linted under that resource's address; what has none is not."""
    handed: dict[str, Any] = {}

    def remember(templates: Mapping[str, Any], passed: Path) -> bool:
        handed.update(templates)
        return True

    monkeypatch.setattr(pipeline, "lint", remember)
    desired = pipeline.compile(pipeline.load(repository / "config", repository))
    assert pipeline.lint_templates(desired, tmp_path)
    assert handed
    assert all("Resources" in template for template in handed.values())
    assert set(handed) <= {str(resource.address) for resource in desired.resources}


def test_the_examples_are_counted(repository: Path) -> None:
    """All examples of all shipped policies hold for this organization."""
    assert pipeline.check_examples(declared(repository, {})) > 0


def test_a_plan_of_the_bare_organization(line: Line, repository: Path) -> None:
    """On the first day everything is created but the management account, which is adopted; progress names each type once."""
    desired = pipeline.compile(declared(repository, {"x": [unit("a"), Caveat("beware")]}))
    told: list[str] = []
    plan = pipeline.make_plan(line.connection, desired, told.append)
    assert [(change.action, change.address.name) for change in plan.changes] == [(Action.CREATE, "a")]
    assert plan.caveats == ("beware",)
    assert sorted(told) == sorted(pipeline.known_types())
    assert not line.connection.gateway.calls.writes
