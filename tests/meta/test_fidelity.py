"""The fidelity table says what the tests say."""

import subprocess
import sys
from pathlib import Path

from tests.sandbox.fidelity import TABLE, rows_in


def test_the_fidelity_table_is_current(repository: Path, tmp_path: Path) -> None:
    """Every behaviour of AWS that a test of the sandbox shows is a row of docs/sandbox-fidelity.md, in its words, and nothing else is."""
    found = tmp_path / "table.md"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-qq", "-p", "no:randomly", "tests/sandbox"]
    subprocess.run([*command, f"--fidelity-table={found}"], cwd=repository, check=True, stdout=subprocess.DEVNULL)
    missing = set(rows_in(found.read_text(encoding="utf-8"))) ^ set(rows_in(TABLE.read_text(encoding="utf-8")))
    assert sorted(missing) == [], "refresh it with: make fidelity"
