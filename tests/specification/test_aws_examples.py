"""The examples of AWS's documentation evaluate as their pages say."""

from collections.abc import Mapping
from typing import Any

import pytest

from guardrails.iam import evaluate
from guardrails.iam.lint import lint
from guardrails.iam.linted import Linted
from tests.specification.examples import FOLDER, Example, examples, request

EXAMPLES = examples()


@pytest.mark.parametrize(
    ("example", "asked"),
    [
        pytest.param(example, asked, id=f"{example.file}: {example.name}: {asked['says']}")
        for example in EXAMPLES
        for asked in example.content["requests"]
    ],
)
def test_an_example_evaluates_as_its_page_says(example: Example, asked: Mapping[str, Any]) -> None:
    """The decision is the page's, at the levels it names, and hangs on no key that the request leaves open."""
    decision = evaluate(request(asked), example.policies())
    assert (decision.outcome, decision.depends) == (asked["expect"], frozenset(asked.get("depends", ()))), (
        decision.reasons
    )
    if "because" in asked:
        assert [reason.level for reason in decision.reasons] == asked["because"]


@pytest.mark.parametrize(
    "example", [pytest.param(example, id=f"{example.file}: {example.name}") for example in EXAMPLES]
)
def test_an_example_lints_clean(example: Example) -> None:
    """No error, but where the page itself warns of it; each other finding stands in the file with its reason."""
    findings = [
        finding.rule for policy_type, document in example.documents() for finding in lint(Linted(document, policy_type))
    ]
    assert {rule.id for rule in findings} == set(example.content.get("findings", ()))
    assert {rule.id for rule in findings if rule.severity == "error"} == set(example.content.get("warned_of", ()))


def test_every_page_is_named() -> None:
    """Each file names the page that it is about, and each example has a name of its own there and asks something."""
    assert len(EXAMPLES) > 80
    assert {example.file for example in EXAMPLES} == {file.stem for file in FOLDER.iterdir()}
    assert all(example.page.startswith("https://") and example.content["requests"] for example in EXAMPLES)
    assert len({(example.file, example.name) for example in EXAMPLES}) == len(EXAMPLES)
