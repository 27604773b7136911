"""Actions by accounts as a table, whatever its width."""

import pytest

from guardrails.simulation.answers import ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.matrix import COUNTED, MOST_COLUMNS, MOST_ROWS, table
from guardrails.simulation.questions import Question
from tests.simulation.shop import RESOURCES, SHOP

HIERARCHY = declared_hierarchy(SHOP, RESOURCES)
ACTIONS = ("iam:CreateAccessKey", "cloudtrail:StopLogging", "organizations:LeaveOrganization")


def test_every_cell_stands_under_its_account() -> None:
    """A cell is drawn below the middle of its account's name, and the legend names only what is drawn."""
    accounts = ("shop", "management", "lab")
    cells = {
        (action, account): ask(HIERARCHY, Question(account, "role/X", action))
        for action in ACTIONS
        for account in accounts
    }
    assert table(cells).splitlines() == [
        "                                 shop  management  lab",
        "iam:CreateAccessKey               ✗        ✓        ✓",
        "cloudtrail:StopLogging            ~        ✓        ✓",
        "organizations:LeaveOrganization   ✗        ✓        ✗",
        "",
        "✓ allowed, ✗ denied, ~ depends on the resource",
    ]
    assert table(cells, ascii_only=True).isascii()


@pytest.mark.parametrize("length", [3, 30, 47, 60])
def test_the_columns_break_into_blocks(length: int) -> None:
    """However many accounts there are and however long their names, no line is wider than 80 columns unless one name is."""
    answer = ask(HIERARCHY, Question("shop", "role/X", "iam:CreateAccessKey"))
    names = [f"{number:0>{length}}" for number in range(MOST_COLUMNS)]
    lines = table({("s3:GetObject", name): answer for name in names}).splitlines()
    assert max(map(len, lines)) <= max(80, len("s3:GetObject") + 2 + length)
    assert " ".join(line.strip() for line in lines if line.startswith(" ")).split() == names


def test_many_rows_and_columns() -> None:
    """Of too many actions and accounts those with the same verdicts are drawn once, and named below; of most the number is told."""
    answers = {
        account: ask(HIERARCHY, Question(account, "role/X", "iam:CreateAccessKey")) for account in ("shop", "lab")
    }
    actions = [f"s3:Action{number}" for number in range(MOST_ROWS + 1)]
    accounts = [f"a{number}" for number in range(MOST_COLUMNS + 10)]
    rare = {("s3:Action2", "a3"), ("s3:Action4", "a3"), ("s3:Action2", "a5"), ("s3:Action4", "a5")}
    cells = {
        (action, name): answers["shop" if (action, name) in rare else "lab"] for action in actions for name in accounts
    }
    assert table(cells).replace("\N{BALLOT X}", "x").replace("\N{CHECK MARK}", "y").splitlines() == [
        "                               a3 + 1  every other account (28 of 30)",
        "s3:Action2 + 1                   x                   y",
        "every other action (39 of 41)    y                   y",
        "",
        "s3:Action2 + 1: s3:Action4",
        "",
        "a3 + 1: a5",
        "",
        "y allowed, x denied",
        COUNTED,
    ]
