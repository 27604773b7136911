import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from guardrails.config import load
from guardrails.config.vocabulary import Settings
from guardrails.errors import ConfigError
from guardrails.model import (
    Account,
    Assignment,
    Group,
    Organization,
    OrganizationalUnit,
    PermissionSet,
    Source,
    Targets,
)

WORDS = (
    *("prefix", "home_region", "governed_regions", "accounts", "organizational_units", "management", "security"),
    *("/tags", "/renamed_from", "Workloads", "Workloads/Prod", "Root", "eu-west-1", "email", "name", "tags", "aws:x"),
    *("organizational_unit", "keys", "tree", "policies", "targets", "account_tags", "regions", "excluded_accounts"),
    *("groups", "permission_sets", "assignments", "exclusive", "group", "permission_set", "developers", "Developer"),
    *("inline_policy", "Statement", "policy", "shop", "", "\u27e6", "x" * 300),
)
Load = Callable[[Path], Organization]
Problems = Callable[..., list[str]]


def test_organization(configuration: Path, loaded: Load) -> None:
    """What the files say is what the model holds, each part with its place."""
    organization = loaded(configuration)
    assert organization.prefix == "acme"
    assert organization.home_region == "eu-west-1"
    assert organization.governed_regions == ("eu-west-1", "eu-central-1")
    assert organization.management_account == "management"
    assert organization.log_archive_account == "log-archive"
    assert organization.security_account == "security"
    assert organization.deployer_roles == ("Deployer",)
    assert organization.break_glass_roles == ("BreakGlass",)
    assert organization.member_role == "OrganizationAccountAccessRole"
    assert organization.organizational_units == (
        OrganizationalUnit("Security"),
        OrganizationalUnit("Workloads"),
        OrganizationalUnit("Workloads/Prod", {"environment": "prod"}),
        OrganizationalUnit("Workloads/Dev"),
        OrganizationalUnit("Sandbox"),
    )
    assert organization.organizational_units[2].source == Source("config/organization.yaml", 11, 5)


def test_accounts(configuration: Path, loaded: Load) -> None:
    """Accounts are named by their files, and sorted."""
    accounts = loaded(configuration).accounts
    assert [account.name for account in accounts] == ["log-archive", "management", "security", "shop"]
    assert accounts[3] == Account(
        "shop", "shop", "aws+shop@acme.example", "Workloads/Prod", "", {"environment": "prod"}
    )
    assert accounts[3].source == Source("config/accounts/shop.yaml", 1, 1)


def test_identity(configuration: Path, loaded: Load) -> None:
    """Groups, permission sets and assignments come through with what was left out filled in."""
    identity = loaded(configuration).identity
    assert identity.groups == (Group("auditors"), Group("developers", "Build and run workloads"))
    assert identity.permission_sets == (
        PermissionSet("Developer", session_duration="PT8H", managed_policies=("PowerUserAccess",)),
    )
    assert identity.assignments == (
        Assignment("developers", "Developer", Targets(organizational_units=("Workloads",))),
    )
    assert identity.exclusive == frozenset()


def test_renamed_unit(configuration: Path, loaded: Load, problems: Problems) -> None:
    """A renamed OU carries its former path."""
    assert problems("organization.yaml", "Sandbox: {/renamed_from: Playground}", "Sandbox:") == []
    assert loaded(configuration).organizational_units[-1] == OrganizationalUnit("Sandbox", {}, "Playground")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("keys:\n", ["keys", "tree"]),
        ("keys: {rotation_days: 90}\n", ["keys", "tree"]),
        ("keys: true\n", ["keys", "tree"]),
        ("keys: false\n", ["tree"]),
        ("tree: off\n", []),
        ("tree:\n", ["tree"]),
        ("{}\n", ["tree"]),
    ],
)
def test_switches(configuration: Path, loaded: Load, text: str, ids: list[str]) -> None:
    """A control holds when it is named or on by default, unless it is set to false."""
    (configuration / "controls.yaml").write_text(text)
    assert [control.id for control in loaded(configuration).controls] == ids


def test_settings(configuration: Path, loaded: Load) -> None:
    """Settings arrive as an instance of the control's own model, with the place of each."""
    (configuration / "controls.yaml").write_text("keys:\n  rotation_days: 90\n")
    keys = loaded(configuration).controls[0]
    assert keys.settings.rotation_days == 90
    assert keys.settings.primary == "eu-west-1"
    assert keys.sources[()] == Source("config/controls.yaml", 2, 3)
    assert keys.sources["rotation_days",] == Source("config/controls.yaml", 2, 18)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("kes:\n", "1:1: there is no control 'kes' (did you mean 'keys'?)"),
        ("keys: 1\n", "1:7: 'keys' should be a mapping (key: value)"),
        ("keys: 5\n", "1:7: 'keys' should be a mapping (key: value)"),
        ("tree: {a: b}\n", "1:8: unknown key 'a' (known keys: none)"),
        ("keys: {rotation_day: 90}\n", "1:8: unknown key 'rotation_day' (did you mean 'rotation_days'?)"),
        ("keys: {primary: eu-wst-1}\n", "1:17: there is no governed region 'eu-wst-1' (did you mean 'eu-west-1'?)"),
        ("policies: {policies: [{}]}\n", "1:23: 'policy' is missing"),
        ("keys:\nkeys:\n", "2:1: duplicate key 'keys' (it stands on line 1 already)"),
    ],
)
def test_wrong_controls(problems: Problems, text: str, problem: str) -> None:
    """An unknown control or a wrong setting is told with its place and the nearest right name."""
    assert problems("controls.yaml", text) == [f"config/controls.yaml:{problem}"]


def test_default_control_that_needs_settings(configuration: Path) -> None:
    """A control that is on by default but cannot be without settings is a problem, not a crash."""

    class Needy(Settings):
        """A control with a setting that has no default."""

        target: str

    (configuration / "controls.yaml").write_text("{}\n")
    with pytest.raises(ConfigError) as raised:
        load(configuration, {"needy": Needy}, ["needy"])
    assert str(raised.value) == "config/controls.yaml:1:1: 'target' is missing"


def test_every_problem_of_every_file(problems: Problems, configuration: Path) -> None:
    """One mistake in each file is told in one go, even when a file cannot be understood at all."""
    (configuration / "accounts" / "broken.yaml").write_text("name: 'x\n")
    (configuration / "accounts" / "shop.yaml").write_text("name: shop\nemail: x\norganizational_unit: Prod\n")
    (configuration / "controls.yaml").write_text(
        "kes:\npolicies: {policies: [{policy: a, targets: {accounts: [shp]}}]}\n"
    )
    (configuration / "identity.yaml").write_text(
        "groups: {a: }\nassignments: [{group: b, permission_set: P, targets: {}}]\n"
    )
    found = problems("organization.yaml", "eu-west-9", "eu-west-1")
    assert [each.split(": ")[0] for each in found] == [
        "config/accounts/broken.yaml:1:7",
        "config/accounts/shop.yaml:2:8",
        "config/accounts/shop.yaml:3:22",
        "config/controls.yaml:1:1",
        "config/controls.yaml:2:56",
        "config/identity.yaml:2:23",
        "config/identity.yaml:2:42",
        "config/organization.yaml:2:14",
    ]


def test_broken_file_hides_no_names(problems: Problems) -> None:
    """When the tree cannot be read, nobody is told that every OU is unknown; an unreadable account still exists."""
    assert problems("organization.yaml", "prefix: [") == [
        "config/organization.yaml:2:1: is not valid YAML: did not find expected node content"
    ]
    assert problems("organization.yaml", "prefix: acme\n")[0].startswith(
        "config/organization.yaml:1:1: 'accounts' is missing"
    )


def test_nothing_is_loaded_from_a_wrong_configuration(
    configuration: Path, controls: dict[str, type[BaseModel]]
) -> None:
    """A configuration in which anything is wrong yields no organization, but exit code 3."""
    shutil.rmtree(configuration / "accounts")
    with pytest.raises(ConfigError) as raised:
        load(configuration, controls)
    assert raised.value.exit_code == 3


plain_data = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(
    data=plain_data, file=st.sampled_from(["organization.yaml", "controls.yaml", "identity.yaml", "accounts/shop.yaml"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_files_hold(configuration: Path, loaded: Load, data: Any, file: str) -> None:
    """Any data in any file, in place of a part of it or of all of it, loads or is told as problems; it never crashes."""
    path = configuration / file
    right = path.read_text()
    for text in (json.dumps(data), json.dumps({**yaml.safe_load(right), **(data if isinstance(data, dict) else {})})):
        path.write_text(text)
        with contextlib.suppress(ConfigError):
            loaded(configuration)
    path.write_text(right)


def test_thousand_accounts(configuration: Path, loaded: Load) -> None:
    """A thousand account files load, in work that grows with their number alone."""
    text = (configuration / "accounts" / "shop.yaml").read_text()
    for number in range(1000):
        (configuration / "accounts" / f"team-{number}.yaml").write_text(text.replace("shop", f"team-{number}"))
    assert len(loaded(configuration).accounts) == 1004
