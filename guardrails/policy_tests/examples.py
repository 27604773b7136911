"""The examples of policy files, as results of the same kind as those of tests."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guardrails.library.examples import Examples
from guardrails.library.policies import PolicySource
from guardrails.policy_tests.results import Failure, Result


def results_of(source: PolicySource, facts: Mapping[str, Any], wanted: Callable[[str], bool]) -> Iterator[Result]:
    """What becomes of each example of a policy that is wanted by its name, with these facts of the organization."""
    examples = Examples(source, facts)
    for index, name in enumerate(source.example_names):
        if not wanted(name):
            continue
        started = time.perf_counter()
        failures = tuple(
            Failure(problem.message, (f"{problem.file}:{problem.line}",), problem.suggestion)
            for problem in examples.problems(index)
        )
        place = source.problem(("examples", index), "")
        yield Result(name, place.file, place.line, 1, failures, round(time.perf_counter() - started, 6))
