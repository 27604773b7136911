"""Every plugin keeps the contract of its folder: one file, one constant, one id, a source and a mirror test."""

import importlib
import inspect
from pathlib import Path

import pytest
from pydantic import BaseModel

from guardrails.controls import Control
from guardrails.engine.resource import Resource, ResourceType
from guardrails.pipeline import known_controls, known_types
from guardrails.reports import Format

REPOSITORY = Path(__file__).parents[2]
AWS_DOCUMENTATION = "https://docs.aws.amazon.com/"


def plugin_files(folder: str) -> list[str]:
    return sorted(file.stem for file in (REPOSITORY / "guardrails" / folder).glob("[!_]*.py"))


@pytest.mark.parametrize("name", plugin_files("controls"))
def test_control(name: str) -> None:
    """A control's id is its file's name, its title, behavior and source are given, and every one of its settings is described."""
    module = importlib.import_module(f"guardrails.controls.{name}")
    control = module.CONTROL
    assert isinstance(control, Control)
    assert control.id == name.replace("_", "-")
    assert control.title
    assert not control.title.endswith(".")
    assert control.behavior in {"preventive", "detective", "proactive"}
    assert control.source.startswith(AWS_DOCUMENTATION)
    assert module.__doc__
    assert inspect.getdoc(control.resources)
    assert undescribed(control.settings) == []


def undescribed(settings: type[BaseModel]) -> list[str]:
    return [name for name, field in settings.model_fields.items() if not field.description]


@pytest.mark.parametrize("name", plugin_files("resources"))
def test_resource_type(name: str) -> None:
    """A resource type's shape is named like its file, says where AWS documents it, and everything public of it is explained."""
    module = importlib.import_module(f"guardrails.resources.{name}")
    kind = module.TYPE
    assert isinstance(kind, ResourceType)
    assert kind.resource.__name__.lower() == name.replace("_", "")
    assert issubclass(kind.resource, Resource)
    assert kind.name.startswith(("AWS::", "Guardrails::"))
    assert kind.source.startswith(AWS_DOCUMENTATION)
    for thing in (module, kind.resource, type(kind), type(kind).observe, type(kind).put):
        assert (thing.__doc__ or "").strip(), thing
    if hasattr(kind, "delete"):
        assert (type(kind).delete.__doc__ or "").strip()


@pytest.mark.parametrize("name", plugin_files("reports"))
def test_report_format(name: str) -> None:
    """A report format's name is its file's name."""
    report_format = importlib.import_module(f"guardrails.reports.{name}").FORMAT
    assert isinstance(report_format, Format)
    assert report_format.name == name


@pytest.mark.parametrize("folder", ["controls", "resources"])
def test_every_plugin_has_a_mirror_test(folder: str) -> None:
    """For every plugin file there is a test file of its name in the mirrored folder."""
    missing = [
        name for name in plugin_files(folder) if not (REPOSITORY / "tests" / folder / f"test_{name}.py").exists()
    ]
    assert missing == []


def test_discovery_finds_every_plugin_file() -> None:
    """The catalogues hold exactly one entry for each file: no list anywhere has to be edited."""
    assert len(known_types()) == len(plugin_files("resources"))
    shipped = known_controls(REPOSITORY)
    assert sorted(shipped) == sorted(name.replace("_", "-") for name in plugin_files("controls"))


def test_a_dropped_in_control_is_known(tmp_path: Path) -> None:
    """A control file in the content folder's controls/ is discovered, with no other file changed."""
    folder = tmp_path / "controls"
    folder.mkdir()
    source = (REPOSITORY / "guardrails" / "controls" / "accounts.py").read_text(encoding="utf-8")
    (folder / "our_accounts.py").write_text(source.replace('id="accounts"', 'id="our-accounts"'), encoding="utf-8")
    assert "our-accounts" in known_controls(tmp_path)


def policy_files() -> list[Path]:
    return [file for file in sorted((REPOSITORY / "policies").glob("*/*.yaml")) if file.parent.name != "packs"]


def test_there_are_policies() -> None:
    """The repository ships policies, so that the checks below check something."""
    assert len(policy_files()) >= 6


@pytest.mark.parametrize("file", policy_files(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_policy_file(file: Path) -> None:
    """A policy is named like its file and cites AWS; its examples show a denial and what stays allowed, or what becomes effective."""
    import yaml

    policy = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert policy["id"] == file.stem
    assert policy["title"]
    assert policy["source"].startswith(AWS_DOCUMENTATION)
    decided = {example["expect"] == "allowed" for example in policy["examples"] if "statements" in policy}
    effective = [example["effective"] for example in policy["examples"] if "content" in policy]
    assert decided == {True, False} or len(effective) >= 2


@pytest.mark.parametrize("file", sorted((REPOSITORY / "templates").glob("[!_]*.py")), ids=lambda file: file.stem)
def test_template_file(file: Path) -> None:
    """A template file says what it is for."""
    assert compile(file.read_text(encoding="utf-8"), str(file), "exec").co_consts[0]
    assert file.read_text(encoding="utf-8").startswith('"""')
