"""The examples of policy files, as results of the same kind as those of tests."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from guardrails.errors import GuardrailsError
from guardrails.iam import evaluate
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.examples import Examples
from guardrails.library.policies import PolicySource
from guardrails.policy_tests.results import Failure, Result
from guardrails.policy_tests.verdicts import verdict, why
from guardrails.simulation.policies import Understood


def results_of(source: PolicySource, facts: Mapping[str, Any], wanted: Callable[[str], bool]) -> Iterator[Result]:
    """What becomes of each example of a policy that is wanted by its name, with these facts of the organization."""
    examples = Examples(source, facts)
    for index, name in enumerate(source.example_names):
        if not wanted(name):
            continue
        started, place = time.perf_counter(), source.problem(("examples", index), "")
        failures = tuple(_failures(source, examples, index))
        yield Result(name, place.file, place.line, 1, failures, round(time.perf_counter() - started, 6))


def _failures(source: PolicySource, examples: Examples, index: int) -> Iterator[Failure]:
    """What is wrong with an example, told as it is of a test where it is a request that can be decided."""
    if isinstance(source, AuthorizationPolicy):
        try:
            ready = Understood(*examples.asked(source, index), None)
            decision = evaluate(ready.request, ready.policies)
        except (GuardrailsError, ValueError):
            yield from _problems(examples, index)
            return
        found = verdict(decision, source.examples[index].expect)
        if found:
            yield Failure(found.message, why(found, ready, decision), found.do)
    else:
        yield from _problems(examples, index)


def _problems(examples: Examples, index: int) -> Iterator[Failure]:
    for problem in examples.problems(index):
        yield Failure(problem.message, (problem.suggestion,) if problem.suggestion else ())
