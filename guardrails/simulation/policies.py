"""What may have a say in a question: the levels above the principal and above the resource, the principal's own policies, files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from guardrails.iam import ASSUMED, FULL, Decision, Level, NamedPolicy, Policies, Request, evaluate
from guardrails.simulation.hierarchy import Hierarchy, Line
from guardrails.simulation.permission_sets import IdentityPolicies
from guardrails.simulation.questions import Question, home_of, permission_set_of, request

NO_LINE: Final = Line()
GIVEN_LEVEL: Final = "as given"
LINES: Final = 4096
"""For how many pairs of lines the policies are kept, understood."""


@dataclass(frozen=True, eq=False)
class Given:
    """Policies that the asker gives, in place of what would be assumed: None, or (), where nothing was given.

    `scps` and `rcps` bind besides those of the organization, as if they were attached to one more level above the account.
    """

    scps: tuple[NamedPolicy, ...] = ()
    rcps: tuple[NamedPolicy, ...] = ()
    identity: tuple[NamedPolicy, ...] | None = None
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] = ()
    resource: NamedPolicy | None = None


NOTHING: Final = Given()


@dataclass(frozen=True)
class Understood:
    """A question as the evaluator takes it: the request, what may have a say, and the principal's own policies as far as they are known."""

    request: Request
    policies: Policies
    own: IdentityPolicies | None


def understood(hierarchy: Hierarchy, question: Question, given: Given = NOTHING) -> Understood:
    """A question made ready; the policies are the same object for every question under the same ones.

    Raises: ConfigError, when there is no such account, principal or action.
    """
    asked = request(hierarchy, question)
    home = home_of(hierarchy, asked.principal_arn)
    owner = hierarchy.with_id(asked.resource_owner)
    own = home.permission_sets.get(permission_set_of(asked.principal_arn)) if home else None
    if given.identity is not None:
        own = _given(given)
    home_line, owner_line = home.line if home else NO_LINE, owner.line if owner else NO_LINE
    return Understood(asked, _policies(home_line, owner_line, own, given, hierarchy.management_account), own)


def decide(hierarchy: Hierarchy, question: Question, given: Given = NOTHING) -> Decision:
    """What the policies decide about a question; an answer that rests on a policy whose content is not at hand says so.

    Raises: ConfigError, when there is no such account, principal or action; UnsupportedPolicy.
    """
    return decision_of(understood(hierarchy, question, given))


def decision_of(ready: Understood) -> Decision:
    """What the policies decide about a question that was made ready.

    Raises: ConfigError, when AWS would refuse a policy; UnsupportedPolicy.
    """
    decision, own = evaluate(ready.request, ready.policies), ready.own
    if decision.outcome != "allowed" or own is None or not own.assumed:
        return decision
    if not own.boundary_assumed:
        certain = replace(ready.policies, identity=own.known)
        if evaluate(ready.request, certain).outcome == "allowed":
            return decision
    return replace(decision, assumed=(*decision.assumed, *(f"the policy {name}" for name in own.assumed)))


@lru_cache(maxsize=LINES)
def _policies(home: Line, owner: Line, own: IdentityPolicies | None, given: Given, management_account: str) -> Policies:
    return Policies(
        scps=home.scps if home is NO_LINE else (*home.scps, *_level(given.scps)),
        rcps=owner.rcps if owner is NO_LINE else (*owner.rcps, *_level(given.rcps)),
        identity=ASSUMED if own is None else own.policies,
        boundary=given.boundary or (own.boundary if own else None),
        session=given.session,
        resource=given.resource or ASSUMED,
        management_account=management_account,
    )


def _level(policies: tuple[NamedPolicy, ...]) -> Iterator[Level]:
    """A level of policies that are given; those that only deny have FullAWSAccess beside them, as AWS would leave it."""
    if policies:
        statements = (statement for policy in policies for statement in policy.statements)
        beside = (FULL,) if all(statement.denies for statement in statements) else ()
        yield Level(GIVEN_LEVEL, (*beside, *policies))


@lru_cache(maxsize=LINES)
def _given(given: Given) -> IdentityPolicies:
    return IdentityPolicies(given.identity or ())
