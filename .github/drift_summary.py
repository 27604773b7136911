"""What `guardrails drift --output json` found, as Markdown for a job summary; the first line is a sentence of its own.

`python drift_summary.py REPORT LOG EXIT_CODE`: the report (empty when it could not be made), what was said on stderr, the exit code.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LONGEST_VALUE = 200


def summary(report: str, log: str, exit_code: int) -> Iterator[str]:
    """The lines of the summary.

    Raises: json.JSONDecodeError, when there was a report and it is not JSON.
    """
    if not report.strip():
        yield f"Could not look for drift: guardrails ended with exit code {exit_code}."
        yield from ("", "```text", *log.strip().splitlines(), "```")
        return
    plan = json.loads(report)
    yield _headline(plan)
    if plan["changes"]:
        yield from ("", "| | what | property | live | declared |", "|---|---|---|---|---|")
        for change in plan["changes"]:
            yield from _rows(change)
    if plan["blind"]:
        yield from ("", "Not seen:", "", *(f"- {_cell(spot)}" for spot in plan["blind"]))


def _headline(plan: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count} to {action}" for action, count in plan["summary"].items() if count)
    unseen = "" if plan["complete"] else " Part of the organization could not be seen."
    return (f"Drift: {counts}." if counts else "No drift.") + unseen


def _rows(change: Mapping[str, Any]) -> Iterator[str]:
    start = f"| {change['action']} | {_cell(change['address'])} |"
    if change["action"] == "create" or not change["differences"]:
        yield f"{start} | | |"
        return
    for name, difference in change["differences"].items():
        yield f"{start} {_cell(name)} | {_cell(difference['live'])} | {_cell(difference['desired'])} |"


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + " …"
    return (
        f"<code>{text.replace('&', '&amp;').replace('<', '&lt;').replace('|', '&#124;').replace(chr(10), ' ')}</code>"
    )


if __name__ == "__main__":
    report_file, log_file, code = sys.argv[1:]
    for line in summary(
        Path(report_file).read_text(encoding="utf-8"), Path(log_file).read_text(encoding="utf-8"), int(code)
    ):
        print(line)
