"""The answer to a question: one decision where a resource is named; else one for each resource that policies name, and for every other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from guardrails.iam import Decision, Request
from guardrails.simulation.alternatives import Alternative, alternatives
from guardrails.simulation.hierarchy import Hierarchy
from guardrails.simulation.policies import NOTHING, Given, Understood, decision_of, understood
from guardrails.simulation.questions import ANY_RESOURCE, Question
from guardrails.simulation.resources import named_resources
from guardrails.simulation.usual_context import told, usual

Verdict = Literal["allowed", "explicitDeny", "implicitDeny", "depends", "dependsOnResource"]
"""A decision; or that it hangs on what was not given: context, or the content of a policy; or on the resource."""
DENIALS: Final = ("explicitDeny", "implicitDeny")


@dataclass(frozen=True)
class Case:
    """What is decided about some resources: the one that was asked for, the patterns that policies name, or `*`, every other.

    `taken_for_granted` is what the answer would hang on, were it not usual: "aws:ViaAWSService is 'false'".
    """

    resources: tuple[str, ...]
    ready: Understood
    decision: Decision
    taken_for_granted: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The outcome, unless it hangs on what was not given; a denial one way or the other is one."""
        if self.decision.denied_anyway:
            return self.decision.outcome
        unread = self.ready.own is not None and self.decision.outcome == "allowed" and self.decision.assumed
        return "depends" if self.decision.depends or unread else self.decision.outcome

    @cached_property
    def otherwise(self) -> tuple[Alternative, ...]:
        """What the answer would be, by the values of the keys that it hangs on."""
        return alternatives(self.ready, self.decision)


@dataclass(frozen=True)
class Answer:
    """A question and what is decided, case by case; every other resource comes last."""

    question: Question
    request: Request
    cases: tuple[Case, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict of every case; where some allow and others deny, that it depends on the resource."""
        verdicts = {case.verdict for case in self.cases}
        if "depends" in verdicts:
            return "depends"
        last = self.cases[-1].verdict
        return last if len(verdicts) == 1 or verdicts <= set(DENIALS) else "dependsOnResource"

    def about(self, resource: str) -> Case:
        """The case of a resource as policies name it; that of every other one, when none is its own."""
        return next((case for case in self.cases if resource in case.resources), self.cases[-1])


def ask(hierarchy: Hierarchy, question: Question, given: Given = NOTHING) -> Answer:
    """What is decided about a question, asked as a direct call as far as it does not say otherwise.

    Raises: ConfigError, when there is no such account, principal or action, or AWS would refuse a policy; UnsupportedPolicy.
    """
    ready = understood(hierarchy, question, given)
    every_other = _case(question.resource, ready)
    if question.resource != ANY_RESOURCE:
        return Answer(question, ready.request, (every_other,))
    named = [
        _case(pattern, understood(hierarchy, replace(question, resource=arn), given))
        for pattern, arn in named_resources(ready.request, ready.policies).items()
    ]
    return Answer(question, ready.request, tuple(_together([*named, every_other])))


def _case(resource: str, ready: Understood) -> Case:
    decision = decision_of(ready)
    added = usual(ready.request.principal_arn, ready.request.context, ready.policies) if decision.depends else {}
    if not {key.lower() for key in added} & decision.depends:
        return Case((resource,), ready, decision)
    request = replace(ready.request, context={**ready.request.context, **added})
    direct = replace(ready, request=request)
    return Case((resource,), direct, decision_of(direct), tuple(told(added, decision.depends)))


def _together(cases: list[Case]) -> Iterator[Case]:
    """The cases, those that are decided alike as one; what is no other than for every other resource is not told apart."""
    *named, every_other = cases
    alike: dict[tuple[object, ...], Case] = {}
    for case in named:
        reasons = () if case.decision.outcome == "allowed" else case.decision.reasons
        key = (case.verdict, case.decision.depends, reasons)
        known = alike.get(key)
        alike[key] = replace(case, resources=(*known.resources, *case.resources)) if known else case
    last = every_other.verdict, every_other.decision.depends
    for (verdict, depends, _), case in alike.items():
        if (verdict, depends) != last and not {verdict, last[0]} <= set(DENIALS):
            yield case
    yield every_other
