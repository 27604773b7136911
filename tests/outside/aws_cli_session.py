"""Runs the README's session with the AWS CLI as it stands there: `python tests/outside/aws_cli_session.py AWS_CLI_BIN GUARDRAILS_BIN`.

The block behind `<!-- runs: aws cli -->` is one bash script. Its lines `#> …` are what it must print, in order. The AWS CLI
pins botocore exactly, so it comes from an environment of its own (`make aws-cli-session`).
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"<!-- runs: aws cli -->\n```sh\n(.*?)```", re.DOTALL)


def main(*folders: str) -> None:
    """Run the session in an empty folder; ends with 1 when it prints anything else than it should."""
    (script,) = BLOCK.findall(README.read_text(encoding="utf-8"))
    expected = [line.removeprefix("#>").strip() for line in script.splitlines() if line.startswith("#>")]
    path = os.pathsep.join([*(str(Path(folder).resolve()) for folder in folders), os.environ["PATH"]])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with TemporaryDirectory() as folder:
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env={**environment, "PATH": path},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        subprocess.run(["guardrails", "sandbox", "stop"], cwd=folder, env={**environment, "PATH": path}, check=False)
    printed = [" ".join(line.split()) for line in ended.stdout.splitlines() if line.strip()]
    if ended.returncode or printed != expected:
        sys.exit("\n".join([f"exit code {ended.returncode}; expected:", *expected, "printed:", *printed]))
    print(f"The README's session with the AWS CLI holds: {len(expected)} lines as expected.")


if __name__ == "__main__":
    main(*sys.argv[1:])
