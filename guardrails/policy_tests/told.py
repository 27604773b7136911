"""Results in words, in 80 columns, and as JSON-shaped data: only failures in detail, and a last line with the counts."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from guardrails.policy_tests.results import Failure, Result

WIDTH: Final = 80
MOST_NAMES: Final = 8
"""How many accounts, principals, actions or resources of a failure are told before the rest is counted."""


def in_words(results: Sequence[Result], examples: Sequence[Result], seconds: float) -> str:
    """What became of tests and of examples of policies."""
    failed = [result for result in (*examples, *results) if result.failures]
    return "\n".join([*(line for result in failed for line in _failed(result)), _summary(results, examples, seconds)])


def _summary(results: Sequence[Result], examples: Sequence[Result], seconds: float) -> str:
    questions = sum(result.questions for result in (*results, *examples))
    parts = [_counted(results, "test"), _counted(examples, "example of policies", "examples of policies")]
    told = "; ".join(part for part in parts if part)
    return _wrapped(f"{told or 'Nothing was asked'}. {questions:,} questions, {seconds:.1f} s.")


def _counted(results: Sequence[Result], one: str, many: str = "") -> str:
    if not results:
        return ""
    failed = sum(bool(result.failures) for result in results)
    what = one if len(results) == 1 else many or f"{one}s"
    return f"{failed} of {len(results):,} {what} failed" if failed else f"{len(results):,} {what} passed"


def _failed(result: Result) -> Iterator[str]:
    yield _wrapped(f"FAILED {result.file}:{result.line}: {result.name}")
    for failure in result.failures:
        of = f": {failure.questions:,} of {result.questions:,} questions" if result.questions > 1 else ""
        yield _wrapped(f"{failure.message}{of}", 2)
        for name, values in _asked(failure):
            yield _wrapped(f"{name:<11} {_listed(values)}", 4, 12)
        for reason in failure.why:
            yield _wrapped(f"{'why':<11} {reason}", 4, 12)
        if failure.do:
            yield _wrapped(f"{'do':<11} {failure.do}", 4, 12)
    yield ""


def _asked(failure: Failure) -> Iterator[tuple[str, Sequence[str]]]:
    """What was asked, each part by its name."""
    parts = (
        ("account", failure.accounts),
        ("principal", failure.principals),
        ("action", failure.actions),
        ("resource", failure.resources),
        ("region", failure.regions),
    )
    yield from ((name if len(values) == 1 else f"{name}s", values) for name, values in parts if values)


def _listed(values: Sequence[str]) -> str:
    more = len(values) - MOST_NAMES
    return ", ".join([*values[:MOST_NAMES], *([f"{more:,} more"] if more > 0 else [])])


def _wrapped(text: str, indent: int = 0, hanging: int = 2) -> str:
    following = " " * (indent + hanging)
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )


def explained(failure: Failure) -> Iterable[str]:
    """A failure's particulars, one a line, in full."""
    yield from (f"{name}: {', '.join(values)}" for name, values in _asked(failure))
    yield from (f"why: {reason}" for reason in failure.why)
    if failure.do:
        yield f"do: {failure.do}"


def as_data(results: Sequence[Result], examples: Sequence[Result]) -> dict[str, Any]:
    """What became of tests and of examples of policies, each of them, with every name."""
    return {
        "passed": not any(result.failures for result in (*results, *examples)),
        "summary": {
            "tests": _figures(results),
            "examples": _figures(examples),
            "questions": sum(result.questions for result in (*results, *examples)),
        },
        "tests": [_result(result) for result in results],
        "examples": [_result(result) for result in examples],
    }


def _figures(results: Sequence[Result]) -> dict[str, int]:
    failed = sum(bool(result.failures) for result in results)
    return {"passed": len(results) - failed, "failed": failed}


def _result(result: Result) -> dict[str, Any]:
    return {"passed": not result.failures, **asdict(result)}
