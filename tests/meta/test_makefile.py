"""The Makefile: every target is listed, needs nothing run before it, and says what is wrong when Python is too old."""

import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)
WITHOUT_ENVIRONMENT = {"help", "clean", "check"}


def make(*arguments: str, folder: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_targets() -> None:
    """The targets that people know from the README are there, each with its line of help, and each declared phony."""
    assert set(TARGETS) >= {
        *"setup demo validate plan apply drift onboard test check crash-every-write docs clean help".split()
    }
    phony = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert sorted(phony[0].split()) == sorted(TARGETS)
    listed = make("help").stdout
    assert all(re.search(rf"^  {target} +\S", listed, re.MULTILINE) for target in TARGETS)


@pytest.mark.parametrize("target", sorted(set(TARGETS) - WITHOUT_ENVIRONMENT))
def test_every_target_makes_the_environment_itself(target: str) -> None:
    """Each target that runs something depends on the environment, and so makes it when it is missing."""
    assert re.search(rf"^{target}: \$\(READY\)", MAKEFILE, re.MULTILINE)


def test_check_ends_with_the_tests() -> None:
    """`make check` lints first and tests last, so that pytest has the last word."""
    assert re.search(r"^check: lint test ", MAKEFILE, re.MULTILINE)


def test_an_old_python_is_refused_with_the_reason(tmp_path: Path) -> None:
    """Without Python 3.11 or newer, make says so, and which variable names another interpreter, before it creates anything."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text("" if name != "Makefile" else MAKEFILE, encoding="utf-8")
    old = tmp_path / "python-of-old"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    done = make("setup", f"PYTHON={old}", folder=tmp_path)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make setup PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_onboarding_says_what_it_needs(tmp_path: Path) -> None:
    """`make onboard` without its variables shows an example, and runs nothing."""
    done = make("onboard", "--old-file=.venv/.ready", "NAME=", "EMAIL=", "OU=")
    assert done.returncode != 0
    assert "make onboard NAME=" in done.stderr
