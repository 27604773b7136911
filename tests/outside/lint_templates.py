"""Judges every compiled template with cfn-lint and checkov: `python tests/outside/lint_templates.py CHECKOV_BIN TEMPLATES`.

cfn-lint may find nothing at all, not even something to be warned of. What checkov finds and we keep stands in checkov_skips.yaml, each
with its reason; it brings more than a hundred packages, so it comes from an environment of its own, and asks nobody outside.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from guardrails.library.lint import RUN

SKIPS = Path(__file__).with_name("checkov_skips.yaml")


def main(checkov: str, folder: str) -> None:
    """Judge the templates in a folder; ends with 1 when there is a finding that is not skipped, or a skip that skips nothing."""
    skips = yaml.safe_load(SKIPS.read_text(encoding="utf-8"))
    passed, found = judged(checkov, folder)
    unjustified = [finding for finding in found if not any(covers(skip, finding) for skip in skips)]
    stale = [skip for skip in skips if not any(covers(skip, finding) for finding in found)]
    lines = list(linted(Path(folder)))
    lines += [f"{finding['check_id']} {finding['check_name']}: {place(finding)}" for finding in unjustified]
    lines += [f"{skip['check']} on {skip['resource']} skips nothing any more: take it out" for skip in stale]
    if lines or not passed:
        sys.exit("\n".join(lines or ["checkov passed nothing: it cannot have looked"]))
    print(
        f"cfn-lint: no finding. checkov: {passed} checks passed, {len(found)} findings skipped for {len(skips)} reasons, none left."
    )


def linted(folder: Path) -> Iterator[str]:
    """Everything that cfn-lint finds, of every level."""
    files = sorted(map(str, folder.glob("*.json")))
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--format", "json", "--", *files]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for finding in json.loads(said):
        line = finding["Location"]["Start"]["LineNumber"]
        yield f"cfn-lint {finding['Rule']['Id']} {finding['Filename']}, line {line}: {finding['Message']}"


def judged(checkov: str, folder: str) -> tuple[int, list[Mapping[str, Any]]]:
    """How many checks passed, and those that failed."""
    quiet = ["--skip-download", "--compact", "--quiet", "--soft-fail", "--output", "json"]
    command = [checkov, "--directory", folder, "--framework", "cloudformation", *quiet]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    reports = list(each(json.loads(said)))
    return sum(one["summary"]["passed"] for one in reports), [
        finding for one in reports for finding in one["results"]["failed_checks"]
    ]


def each(report: Any) -> Iterator[Mapping[str, Any]]:
    """The reports in checkov's answer, which is a list only when there are several."""
    yield from report if isinstance(report, list) else [report]


def covers(skip: Mapping[str, str], finding: Mapping[str, Any]) -> bool:
    """Whether a skip is about a finding: the same check, on this resource or on all of its type."""
    resource = finding["resource"]
    return finding["check_id"] == skip["check"] and skip["resource"] in {resource, resource.rpartition(".")[0]}


def place(finding: Mapping[str, Any]) -> str:
    """The resource, and the template that it stands in."""
    return f"{finding['resource']} in {finding['file_path'].lstrip('/')}"


if __name__ == "__main__":
    main(*sys.argv[1:])
