"""House rules that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted((REPOSITORY / "guardrails").rglob("*.py"))
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
LONGEST_FILE = 300
UNMIRRORED = {"meta", "policies", "specification", "templates"}


def name_of(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def catch_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}) for kind in caught
    )


def broad_handlers(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ExceptHandler) and catch_all(node):
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                yield f"{name_of(file)}:{node.lineno}"


def test_nothing_catches_everything() -> None:
    """No handler catches `Exception` or more and goes on: what nobody foresaw ends the command with its traceback."""
    assert [place for file in SOURCES for place in broad_handlers(file)] == []


def prints(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{name_of(file)}:{node.lineno}"
        if (
            isinstance(node, ast.Attribute)
            and node.attr in {"stdout", "stderr"}
            and isinstance(node.value, ast.Name)
            and node.value.id == "sys"
        ):
            yield f"{name_of(file)}:{node.lineno}"


def test_the_library_never_prints() -> None:
    """Only guardrails/cli prints or touches the standard streams."""
    library = [file for file in SOURCES if "cli" not in file.relative_to(REPOSITORY).parts]
    assert [place for file in library for place in prints(file)] == []


def test_files_are_short() -> None:
    """No file is longer than 300 lines: each is one subject."""
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES + TESTS}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def unfinished(file: Path) -> Iterator[str]:
    if any(mark in file.read_text(encoding="utf-8") for mark in ("TO" + "DO", "FIX" + "ME")):
        yield name_of(file)
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node):
            yield f"{name_of(file)}:{node.lineno}"


def test_nothing_is_left_for_later() -> None:
    """No file holds a note to finish it, and nothing raises NotImplementedError."""
    assert [place for file in SOURCES for place in unfinished(file)] == []


def undocumented_tests(file: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
            yield f"{name_of(file)}:{node.lineno} {node.name}"


def test_every_test_says_what_it_proves() -> None:
    """Each test has a docstring: what is true when it passes."""
    assert [place for file in TESTS for place in undocumented_tests(file)] == []


def mislisted(package: Path) -> Iterator[str]:
    text = ast.get_docstring(tree_of(package)) or ""
    modules = {file.stem for file in package.parent.glob("*.py") if not file.stem.startswith("__")}
    inside = modules | {file.parent.name for file in package.parent.glob("*/__init__.py")}
    yield from (f"{name_of(package)} says nothing of {name}" for name in inside - set(re.findall(r"\w+", text)))
    rows = set(re.findall(r"^ *([a-z0-9_]+)/?  +\S", text, re.MULTILINE))
    yield from (f"{name_of(package)} lists {name}, which is not there" for name in rows - inside)


def test_packages_say_what_is_in_them() -> None:
    """The docstring of each package of the sandbox names every file in it and no other, but where the folder is the registry."""
    packages = [file for file in SOURCES if file.name == "__init__.py" and "sandbox" in file.parts]
    listing = [file for file in packages if "The folder is the registry" not in file.read_text(encoding="utf-8")]
    assert (len(listing) > 10, [wrong for file in listing for wrong in mislisted(file)]) == (True, [])


def test_tests_mirror_the_source() -> None:
    """tests/x/test_y.py tests guardrails/x/y.py (or the package guardrails/x/y); only whole-line tests stand at the top."""
    strangers = []
    for file in TESTS:
        folder = file.relative_to(REPOSITORY / "tests").parent
        if not file.name.startswith("test_") or folder == Path() or folder.parts[0] in UNMIRRORED:
            continue
        mirrored = REPOSITORY / "guardrails" / folder / file.stem.removeprefix("test_")
        if not (mirrored.with_suffix(".py").exists() or mirrored.is_dir()):
            strangers.append(name_of(file))
    assert strangers == []


def test_no_test_is_expected_to_fail() -> None:
    """No test is marked xfail or skipped without a condition."""
    marks = ("mark.x" + "fail", "mark.skip" + "(", "pytest.x" + "fail(")
    assert [name_of(file) for file in TESTS if any(mark in file.read_text(encoding="utf-8") for mark in marks)] == []


@pytest.mark.parametrize(
    "file", ["LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "ARCHITECTURE.md", "guardrails/py.typed"]
)
def test_what_a_repository_has(file: str) -> None:
    """The files that people look for are there."""
    assert (REPOSITORY / file).is_file()
