from collections.abc import Callable
from pathlib import Path

import pytest

from guardrails.config.files import Files, account_name_problem, names_in, organizational_units, read_files
from guardrails.errors import ConfigError
from guardrails.model import Organization
from guardrails.problems import Problems


def test_tree_to_paths() -> None:
    """The nested tree becomes slash paths, parents first, without the attributes."""
    tree = {"A": {"/tags": {"x": "y"}, "B": {"C": None}}, "D": None}
    assert list(organizational_units(tree)) == ["A", "A/B", "A/B/C", "D"]


def test_names(configuration: Path) -> None:
    """The names that may be referred to come from all of the files."""
    names = names_in(read_files(configuration, Problems()))
    assert names.organizational_units == frozenset(
        {"Root", "Security", "Workloads", "Workloads/Prod", "Workloads/Dev", "Sandbox"}
    )
    assert names.accounts == frozenset({"management", "log-archive", "security", "shop"})
    assert names.regions == frozenset({"eu-west-1", "eu-central-1"})
    assert names.groups == frozenset({"developers", "auditors"})
    assert names.permission_sets == frozenset({"Developer"})


def test_unknown_names() -> None:
    """Names are unknown, rather than absent, where the file that declares them cannot be understood."""
    names = names_in(Files(None, {}, None, None))
    assert (names.organizational_units, names.regions, names.groups, names.permission_sets) == (None, None, None, None)


def test_optional_files(configuration: Path, loaded: Callable[[Path], Organization]) -> None:
    """Without controls.yaml the default controls hold, and without identity.yaml there is no identity."""
    (configuration / "controls.yaml").unlink()
    (configuration / "identity.yaml").unlink()
    organization = loaded(configuration)
    assert [control.id for control in organization.controls] == ["tree"]
    assert organization.identity.groups == ()


def test_no_directory(tmp_path: Path) -> None:
    """A directory that does not exist is said to be missing, once."""
    with pytest.raises(ConfigError, match="there is no such directory") as raised:
        read_files(tmp_path / "nowhere", Problems())
    assert len(raised.value.problems) == 1


def test_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty directory misses organization.yaml and accounts/."""
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    problems = Problems()
    read_files(Path("config"), problems)
    assert sorted(map(str, problems.found)) == [
        "config/accounts: there is no such directory (each account has a file in it)",
        "config/organization.yaml: cannot be read: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("control.yaml", "control.yaml: is not a file that Guardrails knows (did you mean 'controls.yaml'?)"),
        ("other.yml", "other.yml: is not a file that Guardrails knows"),
        ("accounts/x.yml", "accounts/x.yml: is not an account file (each account is a file <name>.yaml here)"),
        ("accounts/Shop.yaml", "accounts/Shop.yaml: 'Shop' is not an account name (use up to 50 lower-case letters,"),
    ],
)
def test_strangers(configuration: Path, file: str, problem: str) -> None:
    """A file that would silently be ignored is a problem."""
    (configuration / file).touch()
    problems = Problems()
    read_files(configuration, problems)
    assert [str(found)[: len(problem) + 7] for found in problems.found] == [f"config/{problem}"]


def test_hidden_files(configuration: Path) -> None:
    """What editors and the schemas keep in hidden files is nobody's business; other files may stand beside."""
    (configuration / ".schema").mkdir()
    (configuration / ".swp.yaml").touch()
    (configuration / "accounts" / ".shop.yaml.swp").touch()
    (configuration / "README.md").touch()
    problems = Problems()
    read_files(configuration, problems)
    assert problems.found == []


@pytest.mark.parametrize("text", ["- a\n", "text\n", "5\n"])
def test_not_a_mapping(problems: Callable[..., list[str]], text: str) -> None:
    """A file that holds something else than keys and values is one problem."""
    assert problems("controls.yaml", text) == ["config/controls.yaml:1:1: should be a mapping (key: value)"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "~\n", "---\n"])
def test_empty(problems: Callable[..., list[str]], text: str) -> None:
    """An empty file is a problem: it may have lost its content."""
    assert problems("identity.yaml", text)[0].endswith(":1: is empty")


@pytest.mark.parametrize("name", ["shop", "shop-2", "a", "x" * 50])
def test_account_names(name: str) -> None:
    """Lower-case letters, digits and inner hyphens make an account's name."""
    assert account_name_problem(name) == ""


@pytest.mark.parametrize("name", ["", "Shop", "2shop", "shop-", "a--b", "a_b", "x" * 51, "../x"])
def test_wrong_account_names(name: str) -> None:
    """Anything else does not."""
    assert account_name_problem(name)
