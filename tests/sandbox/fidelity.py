"""The fidelity table: what AWS does, where AWS says so, and who keeps it. Its rows are the sandbox's tests.

A row is a test that drives the sandbox through boto3 and names a page of AWS after `Source:`, in its own docstring or
in its module's. The docstring's first paragraph is the behaviour. A test marked `not_kept` shows that the sandbox
refuses, or lacks, what AWS does.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest

TABLE: Final = Path(__file__).parents[2] / "docs" / "sandbox-fidelity.md"
DRIVES_THE_SANDBOX: Final = "sandbox"
"""The fixture that every test which speaks to the sandbox asks for, by itself or through others."""
_SOURCE: Final = re.compile(r"Source:\s+(https://\S+)")
_SPELLINGS: Final = {
    "Api": "API",
    "Cloudformation": "CloudFormation",
    "Cloudtrail": "CloudTrail",
    "Cloudwatch": "CloudWatch",
    "Ec2": "EC2",
    "Guardduty": "GuardDuty",
    "Iam": "IAM",
    "Kms": "KMS",
    "S3": "S3",
    "Sns": "SNS",
    "Sqs": "SQS",
    "Ssm": "SSM",
    "Sts": "STS",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One behaviour of AWS: `test` is the node id without parameters, `kept` whether the sandbox keeps it."""

    test: str
    behaviour: str
    source: str
    kept: bool

    @property
    def section(self) -> str:
        """What the row is about, from the test's place: `CloudFormation: stack sets: operations`."""
        folders = self.test.partition("::")[0].removeprefix("tests/sandbox/").removesuffix(".py").split("/")
        names = [folder.removeprefix("test_").replace("_", " ") for folder in folders]
        first, *rest = [_spelled(name, at_start=index == 0) for index, name in enumerate(names)]
        return ": ".join([first, *rest])


def rows_of(items: Iterable[pytest.Item]) -> tuple[Row, ...]:
    """The rows that collected tests make, sorted by place; the parameters of one test make one row."""
    rows = {row.test: row for row in map(row_of, items) if row}
    return tuple(rows[test] for test in sorted(rows))


def row_of(item: pytest.Item) -> Row | None:
    """The row that a test is, or None."""
    if not isinstance(item, pytest.Function) or DRIVES_THE_SANDBOX not in item.fixturenames:
        return None
    text = inspect.getdoc(item.function) or ""
    source = _source(text) or _source(_module_docstring(item.path))
    behaviour = " ".join(text.partition("\n\n")[0].split())
    if source is None:
        return None
    return Row(test_of(item.nodeid), behaviour, source, item.get_closest_marker("not_kept") is None)


def test_of(nodeid: str) -> str:
    """A node id without parameters."""
    return nodeid.partition("[")[0]


test_of.__test__ = False  # type: ignore[attr-defined]  # its name is that of a test to pytest


def rendered(rows: Iterable[Row], moto_version: str, kept_by_moto: frozenset[str]) -> str:
    """The table as Markdown; `kept_by_moto` are the tests that plain moto passes."""
    rows = tuple(rows)
    counts = (len(rows), sum(row.kept for row in rows), sum(row.test in kept_by_moto for row in rows))
    lines = [
        "# What the sandbox keeps of AWS",
        "",
        "Each row is a behaviour that AWS documents and a test of this repository that drives it through plain boto3.",
        "It is kept when the whole test passes. The table is made from the tests by `make fidelity`; CI sees that it is current.",
        "",
        f"Of {counts[0]} behaviours the sandbox keeps {counts[1]}. The same tests against moto {moto_version} alone: {counts[2]}.",
    ]
    for section, members in groupby(sorted(rows, key=lambda row: row.section), key=lambda row: row.section):
        lines += ["", f"## {section}", "", "| AWS | sandbox | moto alone |", "|---|---|---|"]
        lines += [_line(row, kept_by_moto) for row in members]
    return "\n".join(lines) + "\n"


def rows_in(table: str) -> Iterator[tuple[str, str, bool]]:
    """What a rendered table says of each row: behaviour, source, whether the sandbox keeps it."""
    for line in table.splitlines():
        match = re.fullmatch(r"\| (.*) \[source\]\((\S+)\) \| (✓|—) \| (?:✓|—) \|", line)
        if match:
            yield match[1].replace("\\|", "|"), match[2], match[3] == "✓"


def _line(row: Row, kept_by_moto: frozenset[str]) -> str:
    marks: Mapping[bool, str] = {True: "✓", False: "—"}
    behaviour = row.behaviour.replace("|", "\\|")
    return f"| {behaviour} [source]({row.source}) | {marks[row.kept]} | {marks[row.test in kept_by_moto]} |"


def _source(text: str) -> str | None:
    found = _SOURCE.search(text)
    return found[1] if found else None


def _module_docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _spelled(name: str, *, at_start: bool) -> str:
    words = [_SPELLINGS.get(word.capitalize(), word) for word in name.split()]
    text = " ".join(words)
    return text[0].upper() + text[1:] if at_start else text
