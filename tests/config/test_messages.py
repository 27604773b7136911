from datetime import date
from typing import Literal

import pytest
from pydantic import Field

from guardrails.config.messages import validate, value_at
from guardrails.config.vocabulary import Names, Settings
from guardrails.problems import Problems
from guardrails.yaml_document import parse


class Inner(Settings):
    """A part of a whole."""

    count: int = Field(default=1, gt=0, le=10)
    ratio: float = Field(default=0.5, ge=0, lt=1)
    on: bool = False
    word: str = Field(default="ab", min_length=2, max_length=4, pattern="^[a-z]+$")


class Outer(Settings):
    """A whole, with parts in every kind of container."""

    one: Inner = Inner()
    since: date | None = None
    maybe: Inner | None = None
    listed: tuple[Inner, ...] = ()
    named: dict[str, Inner] = Field(default_factory=dict)
    nested: dict[str, tuple[Inner, ...]] = Field(default_factory=dict)
    spelled: Inner = Field(default=Inner(), alias="spelled-so")
    level: Literal["low", "medium", "high"] = "low"


def wrong(text: str) -> list[str]:
    problems = Problems()
    document = parse(text, "f", problems)
    assert document
    assert (validate(Outer, document, (), Names(), problems) is None) == bool(problems.found)
    return [str(problem) for problem in sorted(problems.found)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("one: {count: 0}", "f:1:14: 'count' should be more than 0"),
        ("one: {count: 11}", "f:1:14: 'count' should be at most 10"),
        ("one: {count: 1.5}", "f:1:14: 'count' should be a whole number"),
        ("one: {count: yes}", "f:1:14: 'count' should be a whole number"),
        ("one: {count: '1'}", "f:1:14: 'count' should be a whole number"),
        ("one: {ratio: -0.5}", "f:1:14: 'ratio' should be at least 0.0"),
        ("one: {ratio: 1}", "f:1:14: 'ratio' should be less than 1.0"),
        ("one: {ratio: x}", "f:1:14: 'ratio' should be a number"),
        ("one: {on: 1}", "f:1:11: 'on' should be true or false"),
        ("one: {word: a}", "f:1:13: 'word' should have at least 2 characters"),
        ("one: {word: abcde}", "f:1:13: 'word' should have at most 4 characters"),
        ("one: {word: AB}", "f:1:13: 'word' is 'AB', which does not match ^[a-z]+$"),
        ("one: {word: {a: b}}", "f:1:13: 'word' should be text, not a mapping"),
        ("one: 5", "f:1:6: 'one' should be a mapping (key: value)"),
        ("listed: 5", "f:1:9: 'listed' should be a list (write [5])"),
        ("listed: 1.5", "f:1:9: 'listed' should be a list (write [1.5])"),
        ("level: hihg", "f:1:8: 'level' is 'hihg', but should be 'low', 'medium' or 'high' (did you mean 'high'?)"),
        (
            "level: mediun",
            "f:1:8: 'level' is 'mediun', but should be 'low', 'medium' or 'high' (did you mean 'medium'?)",
        ),
        ("listed: {a: b}", "f:1:9: 'listed' should be a list"),
        ("listed: [5]", "f:1:10: an item of 'listed' should be a mapping (key: value)"),
        ("named: [5]", "f:1:8: 'named' should be a mapping (key: value)"),
        ("5", "f:1:1: this should be a mapping (key: value)"),
    ],
)
def test_words(text: str, problem: str) -> None:
    """Each kind of mistake is told in plain words, where it stands; nothing is quietly converted."""
    assert wrong(text) == [problem]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("one: {cont: 1}", "f:1:7"),
        ("maybe: {cont: 1}", "f:1:9"),
        ("listed: [{}, {cont: 1}]", "f:1:15"),
        ("named: {x: {cont: 1}}", "f:1:13"),
        ("nested: {x: [{cont: 1}]}", "f:1:15"),
        ("spelled-so: {cont: 1}", "f:1:14"),
    ],
)
def test_known_keys_anywhere(text: str, place: str) -> None:
    """The nearest known key is found wherever the settings are nested."""
    assert wrong(text) == [f"{place}: unknown key 'cont' (did you mean 'count'?)"]


def test_aliases_are_the_known_keys() -> None:
    """A key is offered as it is spelled in the file."""
    assert wrong("speled-so: {}") == ["f:1:1: unknown key 'speled-so' (did you mean 'spelled-so'?)"]


def test_all_at_once() -> None:
    """Every mistake is told, not just the first."""
    assert len(wrong("one: {count: 0, on: 1}\nlisted: [{count: x}, {wrod: ab}]\nnamed: {x: {ratio: x}}")) == 5


def test_unknown_kinds_of_mistakes() -> None:
    """A mistake without words of our own is told in pydantic's, with its name and place."""
    assert wrong("since: 2026-13-01") == [
        "f:1:8: 'since': input should be a valid date in the format YYYY-MM-DD, month value is outside expected range of 1-12"
    ]


def test_value_at() -> None:
    """A path leads to a value, or to nothing where the data has another shape."""
    data = {"a": [{"b": 1}]}
    assert value_at(data, ("a", 0, "b")) == 1
    assert value_at(data, ("a", 1)) is None
    assert value_at(data, ("a", "b")) is None
    assert value_at(data, ("x", "y")) is None
