"""policies/declarative, tag, backup, ai-opt-out, s3: documents with inheritance operators, with examples of what becomes effective."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guardrails.errors import ConfigError, Problem
from guardrails.iam.declarative_grammar import flaws
from guardrails.library.policies import NOWHERE, Place, PolicySource


@dataclass(frozen=True)
class Sample:
    """The effective policy of an account; `below` is another policy, attached to the account itself. Texts may hold expressions."""

    name: str
    effective: Mapping[str, Any]
    below: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DeclarativePolicy(PolicySource):
    """A policy of a type that AWS merges from the root down; `content` is its document before expressions are evaluated."""

    content: Mapping[str, Any]
    samples: tuple[Sample, ...]

    @property
    def example_names(self) -> tuple[str, ...]:
        """The names of its examples, in order."""
        return tuple(sample.name for sample in self.samples)

    def render(self, parameters: Mapping[str, Any], facts: Mapping[str, Any], place: Place = NOWHERE) -> dict[str, Any]:
        """The policy document for these parameters.

        Raises: ConfigError, with every problem: of the parameters, of an expression, of a key or value that AWS does not take.
        """
        document: dict[str, Any] = self.filled(("content",), self.content, self.known(parameters, facts, place))
        problems = [
            self.problem(("content", *flaw.path), flaw.message, flaw.suggestion)
            for flaw in flaws(document, self.policy_type)
        ]
        if problems:
            raise ConfigError(problems)
        return document

    def without(
        self, document: Mapping[str, Any], organization_paths: Sequence[str], accounts: Sequence[str]
    ) -> dict[str, Any]:
        """The document itself, where nothing is excluded.

        Raises: ConfigError, where something is: a declarative policy has no conditions.
        """
        if organization_paths or accounts:
            message = f"a policy of the kind {self.kind} has no conditions, and so no exclusions"
            do = "name the organizational units and accounts where it holds, or attach another policy below that says otherwise"
            raise ConfigError([Problem("", 0, 0, message, do)])
        return dict(document)
