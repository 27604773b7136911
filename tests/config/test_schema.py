import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from guardrails import pipeline
from guardrails.config import load, schema
from guardrails.problems import Problems
from guardrails.yaml_document import parse

KINDS = ("account", "controls", "identity", "organization")
FILES = {"organization.yaml": "organization", "controls.yaml": "controls", "identity.yaml": "identity"}


@pytest.fixture(scope="module")
def shipped(repository: Path) -> dict[str, Any]:
    """The schemas for the controls that ship."""
    known = pipeline.known_controls(repository)
    return schema({control.id: control.settings for control in known.values()})


@pytest.mark.parametrize("kind", KINDS)
def test_current(repository: Path, shipped: dict[str, Any], kind: str) -> None:
    """The schema that ships beside the configuration is the one that `guardrails schema` prints."""
    file = repository / "config" / ".schema" / f"{kind}.json"
    assert file.read_text() == json.dumps(shipped[kind], indent=2) + "\n", f"guardrails schema {kind} > {file}"


@pytest.mark.parametrize("kind", KINDS)
def test_valid(shipped: dict[str, Any], kind: str) -> None:
    """Each schema is a valid draft-07 schema, as editors read it."""
    assert shipped[kind]["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(shipped[kind])


def test_shipped_configuration_fits(repository: Path, shipped: dict[str, Any]) -> None:
    """Every shipped file names its schema in its first line, the named file is there, and the file fits it."""
    files = sorted((repository / "config").rglob("*.yaml"))
    assert len(files) >= 8
    for file in files:
        header = file.read_text().splitlines()[0]
        assert header.startswith("# yaml-language-server: $schema=")
        named = (file.parent / header.partition("=")[2]).resolve()
        kind = FILES.get(file.name, "account")
        assert named == repository / "config" / ".schema" / f"{kind}.json"
        document = parse(file.read_text(), file.name, Problems())
        assert document
        jsonschema.validate(document.data, shipped[kind])


def test_shipped_configuration_loads(repository: Path) -> None:
    """The configuration that ships is right."""
    known = pipeline.known_controls(repository)
    organization = load(
        repository / "config",
        {control.id: control.settings for control in known.values()},
        [control.id for control in known.values() if control.enabled_by_default],
    )
    assert {account.name for account in organization.accounts} == {
        "management",
        "log-archive",
        "security-tooling",
        "prod",
        "dev",
    }


def test_every_key_is_explained(controls: dict[str, type[BaseModel]]) -> None:
    """Every key of the files that all share has a description for the person who edits it."""
    schemas = schema(controls)
    for kind in ("organization", "account", "identity"):
        parts = [schemas[kind], *schemas[kind].get("definitions", {}).values()]
        unexplained = [
            key for part in parts for key, value in part.get("properties", {}).items() if "description" not in value
        ]
        assert unexplained == []


def test_controls_are_explained(controls: dict[str, type[BaseModel]]) -> None:
    """Each control says what its settings are, or that it has none."""
    properties = schema(controls)["controls"]["properties"]
    assert properties["keys"]["description"] == (
        "Keys in every region. Leave it empty for the defaults. false switches it off."
    )
    assert properties["tree"]["description"] == "Takes no settings: leave it empty. false switches it off."


@pytest.mark.parametrize(
    ("kind", "text", "fits"),
    [
        ("controls", "keys: {rotation_days: 90, targets: {regions: [eu-west-1]}}", True),
        ("controls", "keys:", True),
        ("controls", "keys: false", True),
        ("controls", "kes:", False),
        ("controls", "keys: {rotation_days: x}", False),
        ("controls", "policies: {policies: [{policy: a, targets: {ous: [A]}}]}", False),
        ("account", "{name: a, email: a@b.cd, organizational_unit: Root, tags: {a: 5}}", True),
        ("account", "{name: a, email: ab.cd, organizational_unit: Root}", False),
        ("account", "{name: a, email: a@b.cd}", False),
    ],
)
def test_what_fits(controls: dict[str, type[BaseModel]], kind: str, text: str, fits: bool) -> None:
    """The schemas accept what loading accepts, and underline what they can of what it refuses."""
    validator = jsonschema.Draft7Validator(schema(controls)[kind])
    assert validator.is_valid(yaml.safe_load(text)) is fits
