"""A folder is the registry: one constant a file, one id once."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from guardrails.engine.catalog import discover, load_file
from guardrails.errors import CatalogError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """An empty plugin package."""
    folder = tmp_path / "plugins_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Plugins."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("plugins_for_test")
    for name in [name for name in sys.modules if name.startswith(("plugins_for_test", "guardrails_content_more"))]:
        del sys.modules[name]


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """A folder of single files beside the package."""
    folder = tmp_path / "more"
    folder.mkdir()
    return folder


def add(package: ModuleType, name: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{name}.py").write_text(text)


def found(package: ModuleType, *folders: Path) -> list[str]:
    return list(discover(package, "WORD", str, str.lower, folders=folders))


def test_every_file_is_a_plugin(package: ModuleType, more: Path) -> None:
    """Files of the package and of further folders are found by id, sorted; names that start with _ are no plugins."""
    add(package, "b", "WORD = 'B'")
    (more / "a.py").write_text("WORD = 'A'")
    (more / "_private.py").write_text("raise ValueError")
    assert found(package, more) == ["a", "b"]
    assert found(package) == ["b"]


def test_a_folder_that_is_not_there_holds_nothing(package: ModuleType, more: Path) -> None:
    """A further folder need not exist."""
    assert found(package, more / "absent") == []


@pytest.mark.parametrize("text", ["", "WORD = 1"], ids=["missing", "of another kind"])
def test_a_file_without_its_constant_is_named(package: ModuleType, more: Path, text: str) -> None:
    """A file that exports nothing, or the wrong kind of thing, is refused by name with exit code 3."""
    (more / "bad.py").write_text(text)
    with pytest.raises(CatalogError, match=r"more/bad\.py: exports no WORD that is a str") as raised:
        found(package, more)
    assert raised.value.exit_code == 3


def test_an_id_is_taken_once(package: ModuleType, more: Path) -> None:
    """Two files with one id are refused, and both are named."""
    add(package, "ours", "WORD = 'Same'")
    (more / "theirs.py").write_text("WORD = 'same'")
    with pytest.raises(CatalogError, match=r"theirs\.py: same is already taken by .*ours\.py"):
        found(package, more)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        ("WORD = undefined", "NameError"),
        ("WORD = {}['key']", "KeyError"),
        ("WORD = 1 / 0", "ZeroDivisionError"),
        ("WORD = open('/nowhere/at/all')", "FileNotFoundError"),
    ],
)
def test_a_file_whose_code_fails_is_named(more: Path, text: str, reason: str) -> None:
    """A file that cannot be loaded is refused by name with the reason, and leaves no half module behind."""
    (more / "broken.py").write_text(text)
    with pytest.raises(CatalogError, match=rf"more/broken\.py: cannot be loaded: {reason}"):
        load_file(more / "broken.py")
    assert "guardrails_content_more_broken" not in sys.modules


def test_only_python_is_loaded(more: Path) -> None:
    """A file of another kind is refused."""
    with pytest.raises(CatalogError, match="is not a Python file"):
        load_file(more / "notes.txt")
