"""A small configuration that is right, for tests to break, and two controls with settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import BaseModel, Field

from guardrails.config import load
from guardrails.config.vocabulary import GlobalTargetsSettings, GovernedRegion, Settings, TargetsSettings
from guardrails.errors import ConfigError
from guardrails.model import Organization, Targets

ORGANIZATION: Final = """\
prefix: acme
home_region: eu-west-1
governed_regions: [eu-west-1, eu-central-1]
accounts:
  management: management
  log_archive: log-archive
  security: security
organizational_units:
  Security:
  Workloads:
    Prod:
      /tags: {environment: prod}
    Dev:
  Sandbox:
deployer_roles: [Deployer]
break_glass_roles: [BreakGlass]
"""
ACCOUNT: Final = """\
name: {name}
email: aws+{name}@acme.example
organizational_unit: {unit}
tags: {{environment: {environment}}}
"""
ACCOUNTS: Final = {
    "management": ("Root", "shared"),
    "log-archive": ("Security", "shared"),
    "security": ("Security", "shared"),
    "shop": ("Workloads/Prod", "prod"),
}
IDENTITY: Final = """\
groups:
  developers: Build and run workloads
  auditors:
permission_sets:
  Developer:
    session_duration: PT8H
    managed_policies: [PowerUserAccess]
assignments:
  - group: developers
    permission_set: Developer
    targets: {organizational_units: [Workloads]}
"""


class DeclaredPolicy(Settings):
    """One policy and where it holds."""

    policy: str
    targets: GlobalTargetsSettings = Targets()
    parameters: dict[str, Any] = Field(default_factory=dict)


class Policies(Settings):
    """Policies."""

    policies: tuple[DeclaredPolicy, ...] = ()


class Keys(Settings):
    """Keys in every region."""

    rotation_days: int = Field(default=365, ge=90, le=2560)
    primary: GovernedRegion = "eu-west-1"
    targets: TargetsSettings = Targets()


class Nothing(Settings):
    """A control that has nothing to set."""


CONTROLS: Final[dict[str, type[BaseModel]]] = {"policies": Policies, "keys": Keys, "tree": Nothing, "spare": Nothing}


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A right configuration, named as a user would name it: config."""
    monkeypatch.chdir(tmp_path)
    directory = Path("config")
    (directory / "accounts").mkdir(parents=True)
    (directory / "organization.yaml").write_text(ORGANIZATION)
    (directory / "identity.yaml").write_text(IDENTITY)
    (directory / "controls.yaml").write_text("policies:\nkeys:\n")
    for name, (unit, environment) in ACCOUNTS.items():
        text = ACCOUNT.format(name=name, unit=unit, environment=environment)
        (directory / "accounts" / f"{name}.yaml").write_text(text)
    return directory


@pytest.fixture
def controls() -> dict[str, type[BaseModel]]:
    """The settings models of the controls that the configuration may name."""
    return CONTROLS


@pytest.fixture
def loaded() -> Callable[[Path], Organization]:
    """Load a configuration whose control `tree` is on by default."""
    return lambda directory: load(directory, CONTROLS, {"tree"})


@pytest.fixture
def problems(configuration: Path, loaded: Callable[[Path], Organization]) -> Callable[..., list[str]]:
    """What is wrong once a file is given another text, or (`old`, `new`) a part of it is replaced."""

    def found(file: str, text: str | bytes, old: str = "") -> list[str]:
        path = configuration / file
        if old:
            assert old in path.read_text()
            text = path.read_text().replace(old, str(text), 1)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            loaded(configuration)
        except ConfigError as error:
            return [str(problem) for problem in error.problems]
        return []

    return found
