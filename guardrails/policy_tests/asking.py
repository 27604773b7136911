"""A test's questions, every one of them decided by the policies of the compiled organization."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final

from guardrails.errors import GuardrailsError
from guardrails.iam import Values, evaluate
from guardrails.iam.context import ENDPOINT_REGIONS
from guardrails.library.examples import values_of
from guardrails.policy_tests.expressions import evaluated, facts_in
from guardrails.policy_tests.likeness import Organized, alike
from guardrails.policy_tests.principals import principals_in
from guardrails.policy_tests.results import Failure, Result
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.policy_tests.verdicts import Verdict, verdict, why
from guardrails.simulation.actions import expanded
from guardrails.simulation.hierarchy import AccountPlace
from guardrails.simulation.policies import Understood, understood
from guardrails.simulation.questions import ANY_RESOURCE, PERMISSION_SET, Question
from guardrails.simulation.resources import named_resources
from guardrails.targets import accounts_in

UNNAMED: Final = ""
"""The resource of a test that names none: every one that a policy names for the action, and every other."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a test: what differs from one to the next."""

    principal: str
    action: str
    resource: str
    region: str


@dataclass
class Wrong:
    """The questions whose answers were wrong in one way, each with its accounts; `why` is that of the first."""

    why: tuple[str, ...]
    asked: list[tuple[tuple[str, ...], Asked]] = field(default_factory=list)

    def parts(self, name: str) -> tuple[str, ...]:
        """What differs in one part of the questions."""
        return tuple(dict.fromkeys(getattr(each, name) for _, each in self.asked if getattr(each, name)))


@dataclass
class Answers:
    """How many questions were asked, and the answers that were not as expected, by what was wrong with them."""

    questions: int = 0
    wrong: dict[Verdict, Wrong] = field(default_factory=dict)

    def failures(self) -> Iterator[Failure]:
        """One failure for each thing that was wrong."""
        for found, wrong in self.wrong.items():
            yield Failure(
                found.message,
                wrong.why,
                found.do,
                questions=sum(len(accounts) for accounts, _ in wrong.asked),
                accounts=tuple(dict.fromkeys(name for accounts, _ in wrong.asked for name in accounts)),
                principals=wrong.parts("principal"),
                actions=wrong.parts("action"),
                resources=wrong.parts("resource"),
                regions=wrong.parts("region"),
            )


def run(test: PolicyTest, organized: Organized) -> Result:
    """What becomes of a test: each of its questions is decided.

    Raises: ConfigError, when an expression of it cannot be evaluated.
    """
    started, answers, accounts = time.perf_counter(), Answers(), _accounts(test, organized)
    for names, account in alike(test, organized, accounts):
        _Asking(test, organized, names, account, answers).ask()
    failures = tuple(answers.failures())
    if not answers.questions:
        failures = (_nothing_asked(accounts),)
    place, seconds = test.standing, round(time.perf_counter() - started, 6)
    return Result(test.name, place.file, place.line, answers.questions, failures, seconds)


def _nothing_asked(accounts: Sequence[AccountPlace]) -> Failure:
    if not accounts:
        return Failure("nothing was asked: no account stands there", do="name targets that hold one", questions=0)
    return Failure("nothing was asked: except leaves nobody", do="except fewer principals", questions=0)


def _accounts(test: PolicyTest, organized: Organized) -> list[AccountPlace]:
    """The accounts of a test. The management account, which no such policy binds, is among them only when it is named."""
    organization = organized.organization
    return [
        organized.hierarchy.account(account.name)
        for account in accounts_in(organization, test.targets)
        if account.name != organization.management_account or account.name in test.targets.accounts
    ]


@dataclass(frozen=True)
class _Asking:
    """A test on its way through the accounts with these names, of which one is asked for all."""

    test: PolicyTest
    organized: Organized
    names: tuple[str, ...]
    account: AccountPlace
    answers: Answers
    seen: set[Asked] = field(default_factory=set)

    def ask(self) -> None:
        """Ask everything."""
        organization = self.organized.organization
        actions = tuple(dict.fromkeys(expanded(self.test.actions)))
        for region in self.test.regions or organization.governed_regions:
            words = evaluated(self.test, facts_in(self.organized.facts, self.account.name, region))
            context = {key: values_of(value) for key, value in words["context"].items()}
            excluded = principals_in(organization, self.account, words["except"])
            principals = principals_in(organization, self.account, words["principals"])
            asking = [each for each in principals if each not in excluded]
            for principal, action, resource in product(asking, actions, words["resources"] or [UNNAMED]):
                self._one(Asked(principal, action, resource, self._region(action, resource, region)), context)

    def _region(self, action: str, resource: str, region: str) -> str:
        """Where a request goes: "" where the action's service or the resource tells."""
        of_resource = (*resource.split(":", 5), "", "", "", "")[3]
        tells = of_resource not in ("", "*") and not self.test.regions
        return "" if tells or action.partition(":")[0] in ENDPOINT_REGIONS else region

    def _one(self, asked: Asked, context: Mapping[str, Values]) -> None:
        if asked in self.seen:
            return
        self.seen.add(asked)
        name = asked.principal.removeprefix(PERMISSION_SET)
        if name != asked.principal and name not in self.account.permission_sets:
            self._note(
                asked, Verdict(f"the permission set {name} is not assigned there", "name targets where it is"), ()
            )
            return
        question = Question(
            self.account.name,
            asked.principal,
            asked.action,
            asked.resource or ANY_RESOURCE,
            self.test.resource_account,
            asked.region,
            context,
        )
        try:
            ready = understood(self.organized.hierarchy, question)
            if asked.resource == UNNAMED:
                self._named(asked, question, ready)
            self._judge(asked, ready)
        except GuardrailsError as error:
            self._note(asked, Verdict(f"cannot be asked: {error}"), ())

    def _named(self, asked: Asked, question: Question, ready: Understood) -> None:
        """Ask about each resource that policies name for the action."""
        for pattern, arn in named_resources(ready.request, ready.policies).items():
            each = replace(asked, resource=pattern, region=self._region(asked.action, arn, asked.region))
            if each not in self.seen:
                self.seen.add(each)
                about = replace(question, resource=arn, region=each.region)
                self._judge(each, understood(self.organized.hierarchy, about))

    def _judge(self, asked: Asked, ready: Understood) -> None:
        decision = evaluate(ready.request, ready.policies)
        found = verdict(decision, self.test.expect, self.test.depends, self.test.by)
        self._note(asked, found, why(found, ready, decision) if found and found not in self.answers.wrong else ())

    def _note(self, asked: Asked, found: Verdict | None, reasons: tuple[str, ...]) -> None:
        self.answers.questions += len(self.names)
        if found is None:
            return
        shown = asked if asked.resource else replace(asked, resource="every other resource")
        self.answers.wrong.setdefault(found, Wrong(reasons)).asked.append((self.names, shown))
