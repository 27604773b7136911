"""What a plan of the shipped baseline costs: `python tests/bench/plan.py [ACCOUNTS ...]`. Not a test: it asserts nothing.

For each number of accounts, in two and in four regions, the shipped configuration is applied to an embedded sandbox; then a plan
is made that has nothing to do. Shown are its calls, and which operations' counts grow with accounts or with regions.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from guardrails.cli import main as guardrails
from guardrails.sandbox import in_process
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.process import write_state
from guardrails.sandbox.running import Running

REPOSITORY = Path(__file__).parents[2]
HOME, MORE = "  - eu-central-1\n", "  - eu-central-1\n  - us-east-1\n  - us-west-2\n"
ACCOUNT = "name: Acme {name}\nemail: aws+{name}@acme.example\norganizational_unit: Workloads/Prod\n"


def run(*arguments: str) -> str:
    """Run one command here; what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        guardrails(["--content", str(REPOSITORY), "--sandbox", *arguments])
    return out.getvalue()


def declare(folder: Path, sandbox: Embedded, accounts: int, regions: int) -> None:
    """Lay the shipped configuration with that many accounts and regions, and a bare sandbox."""
    sandbox.reset()
    shutil.copytree(REPOSITORY / "config", folder / "config")
    for number in range(accounts - len(list((folder / "config" / "accounts").glob("*.yaml")))):
        name = f"team-{number}"
        (folder / "config" / "accounts" / f"{name}.yaml").write_text(ACCOUNT.format(name=name), encoding="utf-8")
    file = folder / "config" / "organization.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(HOME, MORE if regions > 2 else HOME), encoding="utf-8")
    (folder / ".guardrails").mkdir()
    write_state(folder / ".guardrails", Running(sandbox.endpoint, pid=os.getpid()))


def measure(sandbox: Embedded, accounts: int, regions: int) -> dict[str, Any]:
    """Seconds of apply and of the plan after it, and that plan's calls."""
    with TemporaryDirectory() as name, contextlib.chdir(name):
        declare(Path(name), sandbox, accounts, regions)
        begun = time.perf_counter()
        run("apply", "--yes")
        applied = time.perf_counter()
        said = json.loads(run("plan", "--show-calls", "--output", "json"))
        taken = {"apply": applied - begun, "plan": time.perf_counter() - applied}
    return {"changes": len(said["changes"]), "reads": said["calls"]["reads"], **taken}


def table(found: dict[tuple[int, int], dict[str, Any]]) -> Iterator[str]:
    """The figures, sizes beside each other; of the operations only those whose count differs."""
    sizes = list(found)
    yield "".join(
        [f"{'accounts in regions':56}", *(f"{f'{accounts} in {regions}':>10}" for accounts, regions in sizes)]
    )
    for what in ("apply", "plan"):
        yield "".join([f"{f'seconds of {what}':56}", *(f"{found[size][what]:10.1f}" for size in sizes)])
    yield "".join([f"{'calls of plan':56}", *(f"{sum(found[size]['reads'].values()):10,}" for size in sizes)])
    for operation in sorted({name for size in sizes for name in found[size]["reads"]}):
        counts = [found[size]["reads"].get(operation, 0) for size in sizes]
        if len(set(counts)) > 1:
            yield "".join([f"  {operation:54}", *(f"{count:10,}" for count in counts)])


def main(*sizes: str) -> None:
    """Measure and print."""
    with in_process() as sandbox:
        wanted = [(int(accounts), regions) for accounts in sizes or ("10", "100") for regions in (2, 4)]
        found = {size: measure(sandbox, *size) for size in wanted}
    left = {size: one["changes"] for size, one in found.items() if one["changes"]}
    print("\n".join(table(found)))
    if left:
        print(f"not at rest after apply: {left}")


if __name__ == "__main__":
    main(*sys.argv[1:])
