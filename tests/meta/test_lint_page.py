"""docs/lint.md says what the linter's rules are today."""

from pathlib import Path

import pytest

from guardrails.iam.lint import rules
from guardrails.linting.page import page

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"


def test_the_page_is_current(request: pytest.FixtureRequest) -> None:
    """The page is what the rules make of it; `make docs` writes it anew."""
    if request.config.getoption("--write-docs"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"


def test_every_rule_is_on_the_page() -> None:
    """Each rule has its row, and so has the one about entries that accept nothing."""
    rows = [line.split(" | ")[0].removeprefix("| ") for line in page().splitlines() if line.startswith("| GR")]
    assert sorted(rows) == [*rules(), "GR901"]
