"""docs/policies.md says which policies and packs ship today."""

from pathlib import Path

import pytest

from guardrails.library import Library
from guardrails.library.policies import POLICY_TYPES
from guardrails.library_page import page

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "policies.md"
LIBRARY = Library(REPOSITORY)
POLICIES = [policy for kind in POLICY_TYPES for policy in LIBRARY.policies(kind).values()]


def test_the_page_is_current(request: pytest.FixtureRequest) -> None:
    """The page is what the policies and packs make of it; `make docs` writes it anew."""
    made = page(POLICIES, LIBRARY.packs().values(), REPOSITORY)
    if request.config.getoption("--write-docs"):
        PAGE.write_text(made, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "run make docs"


def test_every_policy_is_on_the_page() -> None:
    """Each policy has a row that links to its file, and each of its requirements names it."""
    made = page(POLICIES, LIBRARY.packs().values(), REPOSITORY)
    for policy in POLICIES:
        link = f"[{policy.id}](../policies/{policy.kind}/"
        assert made.count(link) == 1
        named = sum(f"`{policy.id}`" in line for line in made.partition("## By requirement")[2].splitlines())
        assert named >= len(policy.frameworks)
