"""What a command loads: nothing that it does not need."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HEAVY = {"boto3", "botocore", "moto", "pydantic", "troposphere", "jinja2", "yaml", "rich", "cfnlint"}
AWS = {"boto3", "botocore", "moto"}
RUN = """
import json, sys
from guardrails.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
sys.stderr.write("\\n" + json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_saying_what_it_is_loads_nothing_heavy(option: str) -> None:
    """`--version` and `--help` import no AWS SDK, no validation, no template and no YAML library."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "guardrails", option], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in re.findall(r"\|\s+(\S+)$", done.stderr, re.MULTILINE)}
    assert "click" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    "command", [["validate"], ["compile"], ["compile", "--out", "compiled"], ["schema"]], ids=" ".join
)
def test_offline_commands_load_no_aws_sdk(command: list[str], tmp_path: Path, linted: Path) -> None:
    """Offline commands succeed on what the repository ships, and import neither boto3 nor botocore nor moto."""
    (tmp_path / ".guardrails").mkdir()
    (tmp_path / ".guardrails" / "linted").symlink_to(linted)
    places = ["--config", str(REPOSITORY / "config"), "--content", str(REPOSITORY)]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *command, *places], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    code, loaded = json.loads(done.stderr.splitlines()[-1])
    assert code in {0, None}, done.stderr
    assert set(loaded) & AWS == set()
