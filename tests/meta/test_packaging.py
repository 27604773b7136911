"""What is built is whole: the engine and the content it falls back on."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_engine_and_the_content(wheel: Path) -> None:
    """Every module, and every file of config/, policies/ and templates/, is in the wheel; tests are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(file.relative_to(REPOSITORY)) for file in (REPOSITORY / "guardrails").rglob("*.py")}
    content = {
        f"guardrails/_content/{file.relative_to(REPOSITORY)}"
        for folder, kind in (("config", "yaml"), ("policies", "yaml"), ("templates", "py"))
        for file in (REPOSITORY / folder).rglob(f"*.{kind}")
    }
    assert modules | content | {"guardrails/py.typed", "guardrails/iam/action_catalogue.txt"} <= names
    assert not any(name.startswith("tests") for name in names)


def test_what_was_built_works_far_from_the_repository(wheel: Path, tmp_path: Path) -> None:
    """The unpacked wheel validates a configuration in an empty folder with the policies and templates that it brings along."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    place = tmp_path / "elsewhere"
    place.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [
        sys.executable,
        "-m",
        "guardrails",
        "validate",
        "--config",
        str(tmp_path / "site/guardrails/_content/config"),
    ]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
