"""policies/scp and policies/rcp: policy documents of statements, with examples of requests that are decided.

Trusted principals are exempted from service control policies here, once for all of them: every Deny gets a condition that lets
them alone. From resource control policies nobody is: they speak of everybody, and anybody can name a role in an account of his own
as ours are named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL, Flaw, flaws
from guardrails.iam.narrowing import deny_unless
from guardrails.library.policies import NOWHERE, Place, PolicySource

WHO: Final[Mapping[str, str]] = {SERVICE_CONTROL: "Principal", RESOURCE_CONTROL: "Resource"}
"""Whose place in the organization a policy of a type is about, as condition keys spell it."""


@dataclass(frozen=True)
class Example:
    """One request and what must be decided about it; texts in `request` may hold expressions. `parameters` are those of the policy."""

    name: str
    request: Mapping[str, Any]
    expect: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AuthorizationPolicy(PolicySource):
    """A service control policy or a resource control policy. `exempt_reason` is "" where trusted principals are exempt.

    `accepted` are findings of the linter, by the rule's id, or its id and a Sid ("GR401 DenyRoot"), with the reason for each.
    """

    statements: Sequence[Mapping[str, Any]]
    examples: tuple[Example, ...]
    exempt_reason: str
    accepted: Mapping[str, str] = field(default_factory=dict)

    @property
    def example_names(self) -> tuple[str, ...]:
        """The names of its examples, in order."""
        return tuple(example.name for example in self.examples)

    @property
    def origins(self) -> tuple[tuple[str, ...], ...]:
        """Where each statement of a rendered document was written, as file:line."""
        places = [self.problem(("statements", index), "") for index in range(len(self.statements))]
        return tuple((f"{place.file}:{place.line}",) for place in places)

    def render(self, parameters: Mapping[str, Any], facts: Mapping[str, Any], place: Place = NOWHERE) -> dict[str, Any]:
        """The policy document for these parameters, of a service control policy with trusted principals exempted.

        Raises: ConfigError, with every problem: of the parameters, of an expression, of a statement that AWS would refuse.
        """
        known = self.known(parameters, facts, place)
        statements = self.filled(("statements",), self.statements, known)
        document: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
        problems = [self._flawed(flaw) for flaw in flaws(document, self.policy_type)]
        if problems:
            raise ConfigError(problems)
        if self.exempt_reason or self.policy_type == RESOURCE_CONTROL:
            return document
        return deny_unless(document, "ArnNotLike", "aws:PrincipalArn", facts["trusted_principals"])

    def _flawed(self, flaw: Flaw) -> Problem:
        """A flaw of the rendered document, at the place in this file; lists may have grown there, so what holds an item is named."""
        path = flaw.path[:-1] if len(flaw.path) > 2 and isinstance(flaw.path[-1], int) else flaw.path
        return self.problem(("statements", *path[1:]), flaw.message, flaw.suggestion)

    def without(
        self, document: Mapping[str, Any], organization_paths: Sequence[str], accounts: Sequence[str]
    ) -> dict[str, Any]:
        """The document, denying nothing to principals (of an RCP: to resources) of the excluded OUs and accounts.

        Who is outside every organization has no path: `ForAllValues` holds without a value, so he stays denied.

        Raises: ConfigError, when the document allows: an Allow cannot be made to skip anyone by a condition.
        """
        if not organization_paths and not accounts:
            return dict(document)
        if any(statement["Effect"] != "Deny" for statement in document["Statement"]):
            message = "a policy that allows cannot exclude organizational units or accounts"
            raise ConfigError([Problem("", 0, 0, message, "attach it to the others instead")])
        who = WHO[self.policy_type]
        narrowed = deny_unless(document, "ForAllValues:StringNotLike", f"aws:{who}OrgPaths", organization_paths)
        return deny_unless(narrowed, "StringNotEquals", f"aws:{who}Account", accounts)
