"""Yes, no, and as far as is known."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.iam.answers import NO, YES, Answer, both, certain, either

MAYBE: Answer = (True, frozenset({"a"}))
HARDLY: Answer = (False, frozenset({"b"}))


@pytest.mark.parametrize(
    ("answers", "of_all", "of_one"),
    [
        ([], YES, NO),
        ([YES, YES], YES, YES),
        ([YES, NO], NO, YES),
        ([MAYBE, NO], NO, MAYBE),
        ([MAYBE, YES], MAYBE, YES),
        ([HARDLY, NO], NO, HARDLY),
        ([HARDLY, YES], HARDLY, YES),
        ([MAYBE, HARDLY], (False, frozenset("ab")), (True, frozenset("ab"))),
    ],
)
def test_both_and_either(answers: list[Answer], of_all: Answer, of_one: Answer) -> None:
    """A certain no settles "and", a certain yes settles "or"; else the answer hangs on all keys that are open."""
    assert both(answers) == of_all
    assert either(answers) == of_one


KEYS = ["a", "b", "c"]
FORMULAS = st.recursive(
    st.sampled_from([*KEYS, True, False]),
    lambda parts: st.tuples(st.sampled_from(["and", "or"]), st.lists(parts, min_size=1, max_size=3)),
    max_leaves=8,
)


def answered(formula: Any, known: dict[str, bool]) -> Answer:
    if isinstance(formula, bool):
        return certain(formula)
    if isinstance(formula, str):
        return certain(known[formula]) if formula in known else (False, frozenset({formula}))
    word, parts = formula
    return (both if word == "and" else either)(answered(part, known) for part in parts)


@settings(max_examples=60)
@given(FORMULAS, st.dictionaries(st.sampled_from(KEYS), st.booleans()))
def test_a_certain_answer_never_changes(formula: Any, known: dict[str, bool]) -> None:
    """What is certain stays so whatever the other keys turn out to be."""
    answer = answered(formula, known)
    if not answer[1]:
        for values in product([True, False], repeat=len(KEYS)):
            assert answered(formula, dict(zip(KEYS, values, strict=True)) | known) == answer
