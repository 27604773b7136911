"""Faults strike as they were told to, and the same way every time."""

from typing import Any

import pytest

from guardrails.sandbox.faults.rules import Fault, WrongFault

CALL = ("organizations:CreatePolicy", "111111111111", "us-east-1")


def struck(number: int, **settings: Any) -> list[int]:
    """Which of so many calls a fault strikes, counted from 1."""
    fault = Fault.from_mapping({"kind": "throttling", **settings})
    return [call for call in range(1, number + 1) if fault.strikes(*CALL)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"every": 3}, [1, 4]),
        ({"every": 2, "first": 3}, [3]),
        ({"first": 3}, [3, 4]),
        ({"times": 2}, [1, 2]),
        ({"calls": "organizations:*"}, [1, 2, 3, 4]),
        ({"calls": "ORGANIZATIONS:create*"}, [1, 2, 3, 4]),
        ({"calls": "iam:*"}, []),
        ({"account": "222222222222"}, []),
        ({"region": "eu-west-1"}, []),
        ({"account": "111111111111", "region": "us-east-1"}, [1, 2, 3, 4]),
    ],
)
def test_what_is_struck(settings: dict[str, Any], expected: list[int]) -> None:
    """Pattern, place, first call, every Nth and number of times decide."""
    assert struck(4, **settings) == expected


def test_chance_is_reproducible() -> None:
    """The same seed strikes the same calls, another seed others, and about as many as the probability says."""
    one = struck(200, probability=0.3, seed=1)
    assert one == struck(200, probability=0.3, seed=1)
    assert one != struck(200, probability=0.3, seed=2)
    assert 40 < len(one) < 80


def test_other_calls_in_between_change_nothing() -> None:
    """Whether the Nth call of an operation is struck does not depend on what else is called meanwhile."""
    fault = Fault.from_mapping({"kind": "throttling", "probability": 0.5, "seed": 3})
    found = []
    for number in range(1, 13):
        fault.strikes("iam:CreateRole", *CALL[1:])
        if fault.strikes(*CALL):
            found.append(number)
    assert found == struck(12, probability=0.5, seed=3)


@pytest.mark.parametrize("kind", ["conflict", "lost-response", "crash"])
def test_some_faults_befall_writes_only(kind: str) -> None:
    """Reading calls meet no conflict, lose no answer and crash nothing."""
    fault = Fault.from_mapping({"kind": kind})
    assert not fault.strikes("organizations:ListRoots", *CALL[1:])
    assert fault.strikes(*CALL)


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "flood"},
        {"kind": "throttling", "probability": 0},
        {"kind": "throttling", "probability": 1.5},
        {"kind": "throttling", "every": 0},
        {"kind": "throttling", "often": 3},
    ],
)
def test_nonsense_is_refused(settings: dict[str, Any]) -> None:
    """An unknown kind or setting, and a number out of range, are refused."""
    with pytest.raises(WrongFault):
        Fault.from_mapping(settings)
