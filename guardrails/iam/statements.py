"""A statement made ready: whether it speaks of a request, asked many times.

Its action is asked apart from the rest, for whoever asks about the same action again need not ask all statements again.
"""

import re
from collections.abc import Sequence
from typing import Final

from guardrails.iam.answers import NO, YES, Answer, both, either
from guardrails.iam.condition_block import compile_test, late_match, operator_use, value_texts
from guardrails.iam.context import Context, Principal
from guardrails.iam.document import Statement
from guardrails.iam.patterns import Pattern, action_matcher, parse, resource_expression, resource_matcher, verbatim
from guardrails.iam.principals import Grant, PrincipalElement

_EVERYTHING: Final = "*"


class CompiledStatement:
    """One statement of a policy, ready to be asked; `variables` says whether the policy's version knows policy variables."""

    __slots__ = ("_actions", "_negated_actions", "_resources", "denies", "label", "principals", "tests")

    def __init__(self, statement: Statement, *, variables: bool) -> None:
        self.label, self.denies = statement.label, statement.effect == "Deny"
        self._actions = tuple(map(action_matcher, statement.actions or statement.not_actions))
        self._negated_actions = bool(statement.not_actions)
        self._resources = _Resources.of(statement, variables=variables)
        self.principals = _principals(statement)
        self.tests = tuple(
            compile_test(operator_use(name), key, value_texts(value) or (), denies=self.denies, variables=variables)
            for name, keys in statement.conditions.items()
            for key, value in keys.items()
        )

    def names_action(self, action: str) -> bool:
        """Whether the statement is about an action."""
        return any(matches(action) for matches in self._actions) != self._negated_actions

    @property
    def unconditional(self) -> bool:
        """Whether the statement speaks of every request for its actions."""
        return self._resources is None and not self.tests and self.principals is None

    def grant(self, who: Principal) -> Grant | None:
        """How the statement speaks of a principal: everybody's, where it names nobody; None when it does not."""
        return Grant.EVERYBODY if self.principals is None else self.principals.grant(who)

    def ask(self, resource: str, context: Context) -> Answer:
        """Whether resource and conditions are those of a request, whose action and principal are known to be."""
        first = YES if self._resources is None else self._resources.ask(resource, context)
        if first is NO:
            return NO
        open_answers: list[Answer] = [] if first is YES else [first]
        for test in self.tests:
            answer = test.ask(context)
            if answer is YES:
                continue
            if answer is NO:
                return NO
            open_answers.append(answer)
        return both(open_answers) if open_answers else YES


class _Resources:
    """A Resource element, or a NotResource: one expression for what is plain, and the patterns with variables."""

    __slots__ = ("_late", "_negated", "_plain")

    def __init__(self, patterns: Sequence[Pattern], *, negated: bool) -> None:
        ready = [pattern.resolve(lambda key: None) for pattern in patterns if not pattern.variables]
        expression = "|".join(f"(?:{resource_expression(pieces)})" for pieces in ready if pieces)
        self._plain = re.compile(expression, re.DOTALL).fullmatch if expression else None
        self._late = tuple(pattern for pattern in patterns if pattern.variables)
        self._negated = negated

    @classmethod
    def of(cls, statement: Statement, *, variables: bool) -> "_Resources | None":
        """The resources of a statement; None when it speaks of all of them."""
        texts = statement.resources or statement.not_resources
        if not texts or (statement.resources and _EVERYTHING in texts):
            return None
        understood = parse if variables else verbatim
        return cls([understood(text) for text in texts], negated=bool(statement.not_resources))

    def ask(self, resource: str, context: Context) -> Answer:
        matched = self._plain is not None and self._plain(resource) is not None
        if matched or not self._late:
            return NO if matched == self._negated else YES
        answer = either(_late_match(pattern, resource, context) for pattern in self._late)
        return (not answer[0], answer[1]) if self._negated else answer


def _late_match(pattern: Pattern, resource: str, context: Context) -> Answer:
    return late_match(pattern, resource, context, lambda pieces: resource_matcher(pieces)(resource))


def _principals(statement: Statement) -> PrincipalElement | None:
    if statement.not_principal is not None:
        return PrincipalElement(statement.not_principal, negated=True)
    return None if statement.principal is None else PrincipalElement(statement.principal)
