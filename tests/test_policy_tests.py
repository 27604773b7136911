"""The tests that ship, and the one that the documentation shows, asked of the organization that ships."""

import re
from collections import Counter
from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.policy_tests.asking import run
from guardrails.policy_tests.expressions import facts_of
from guardrails.policy_tests.likeness import Organized
from guardrails.policy_tests.loading import files_in, load
from guardrails.policy_tests.principals import SETS
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.simulation.declared import declared_hierarchy

REPOSITORY = Path(__file__).parents[1]
Shipped = tuple[tuple[PolicyTest, ...], Organized]


@pytest.fixture(scope="module")
def shipped() -> Shipped:
    """The tests that ship, and the organization that ships."""
    declared = pipeline.load(REPOSITORY / "config", REPOSITORY)
    organization = declared.organization
    hierarchy = declared_hierarchy(organization, pipeline.compile(declared).resources)
    organized = Organized(organization, hierarchy, facts_of(organization))
    ids = {policy.id for policy in pipeline.policies_of(declared)}
    return load(files_in(REPOSITORY / "tests" / "guardrails"), organization, organized.facts, ids), organized


def test_what_ships_holds(shipped: Shipped) -> None:
    """Every test holds, and they ask for what must stay possible as well as for what must be denied."""
    tests, organized = shipped
    assert [failure for test in tests for failure in run(test, organized).failures] == []
    asked = Counter(test.expect == "allowed" for test in tests)
    assert min(asked[True], asked[False]) >= 8


def test_every_policy_is_needed(shipped: Shipped) -> None:
    """Each SCP and RCP that is attached is one by which some test says that something is denied: none could go unnoticed."""
    tests, organized = shipped
    attached = {
        Path(place.partition(":")[0]).stem
        for account in organized.hierarchy.accounts
        for level in (*account.line.scps, *account.line.rcps)
        for policy in level.policies
        for places in policy.origins
        for place in places
    }
    assert attached - {test.by for test in tests} == set()
    assert len(attached) >= 12


def test_the_documentation(shipped: Shipped, tmp_path: Path) -> None:
    """The test that docs/policy-tests.md shows can be copied and holds; every key of a test and every word has its row there."""
    _, organized = shipped
    page = (REPOSITORY / "docs" / "policy-tests.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "t.yaml").write_text(block, encoding="utf-8")
    (test,) = load([tmp_path / "t.yaml"], organized.organization, organized.facts, set())
    assert run(test, organized).failures == ()
    rows = set(re.findall(r"^\| `([a-z_-]+)` \|", page, re.MULTILINE))
    assert rows == {*SETS, *(field.alias or name for name, field in PolicyTest.model_fields.items())}
