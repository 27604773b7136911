"""A policy's own examples, really evaluated: is each decided, or does each become effective, as the file says?

The example's account stands below a root that allows everything, in an organizational unit to which the policy is attached:
beside `FullAWSAccess` when it only denies, alone when it allows. A principal may be written short ("role/Admin", "user/kim",
"root"): it then belongs to the account 111111111111, which for a resource control policy owns the resource. A principal with the
path "" is outside the organization. An answer that hangs on a condition key which the example does not give proves nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from guardrails.errors import ConfigError, GuardrailsError, Problem
from guardrails.iam import FULL, RESOURCE_CONTROL, Decision, Level, NamedPolicy, Policies, Request, Values, evaluate
from guardrails.iam.declarative_grammar import flaws
from guardrails.iam.inheritance import merged
from guardrails.library.authorization_policies import AuthorizationPolicy, Example
from guardrails.library.declarative_policies import DeclarativePolicy
from guardrails.library.policies import PolicySource

ACCOUNT: Final = "111111111111"
DEFAULT_PATH: Final = "o-exampleorg/r-exam/ou-exam-11111111/"


def check(source: PolicySource, facts: Mapping[str, Any]) -> Iterator[Problem]:
    """Every example that does not end as the file expects, hangs on what it does not give, or cannot be evaluated.

    Facts must hold no late values.
    """
    examples = Examples(source, facts)
    for index, _ in enumerate(source.example_names):
        yield from examples.problems(index)


class Examples:
    """The examples of one policy, with facts that hold no late values; what they have in common is understood once."""

    def __init__(self, source: PolicySource, facts: Mapping[str, Any]) -> None:
        self._source, self._facts = source, facts
        self._attached: dict[str, Policies] = {}

    def problems(self, index: int) -> Iterator[Problem]:
        """What is wrong with the example at this place in the list."""
        source, name = self._source, self._source.example_names[index]
        try:
            if isinstance(source, AuthorizationPolicy):
                yield from _undecided(source, index, self.decision(source, index))
            elif isinstance(source, DeclarativePolicy):
                yield from _ineffective(source, index, self._facts)
        except ConfigError as error:
            yield from error.problems
        except (GuardrailsError, ValueError) as error:
            yield source.problem(("examples", index), f"the example {name!r} cannot be evaluated: {error}")

    def decision(self, source: AuthorizationPolicy, index: int) -> Decision:
        """The decision about one example of the policy, which decides requests.

        Raises: ConfigError, UnsupportedPolicy; ValueError, when the request is none.
        """
        return evaluate(*self.asked(source, index))

    def asked(self, source: AuthorizationPolicy, index: int) -> tuple[Request, Policies]:
        """The request of one example of the policy, and the policies that decide about it.

        Raises: ConfigError; ValueError, when the request is none.
        """
        example = source.examples[index]
        given = json.dumps(example.parameters, sort_keys=True)
        if given not in self._attached:
            self._attached[given] = _attached(source, _rendered(source, index, example.parameters, self._facts))
        known = source.known(example.parameters, self._facts)
        request = _request(source.filled(("examples", index, "request"), example.request, known))
        if source.policy_type == RESOURCE_CONTROL:
            request = replace(request, resource_owner=ACCOUNT, resource_organization_path=DEFAULT_PATH)
        return request, self._attached[given]


def decide(source: AuthorizationPolicy, index: int, facts: Mapping[str, Any]) -> Decision:
    """The decision about one example of a policy.

    Raises: ConfigError, UnsupportedPolicy; ValueError, when the request is none.
    """
    return Examples(source, facts).decision(source, index)


def _attached(source: AuthorizationPolicy, document: Mapping[str, Any]) -> Policies:
    """The policy where an example's account stands."""
    policy = NamedPolicy(source.id, document, source.policy_type, source.origins)
    if source.policy_type == RESOURCE_CONTROL:
        return Policies(rcps=(Level("organizational unit", (policy,)),))
    allows = any(statement["Effect"] == "Allow" for statement in document["Statement"])
    unit = Level("organizational unit", (policy,) if allows else (FULL, policy))
    return Policies(scps=(Level("Root", (FULL,)), unit, Level("account", (FULL,))))


def _undecided(source: AuthorizationPolicy, index: int, decision: Decision) -> Iterator[Problem]:
    """That an example is decided otherwise than it says, or not at all as far as it says."""
    example = source.examples[index]
    if decision.outcome != example.expect:
        why = "; ".join(map(str, decision.reasons))
        message = f"the example {example.name!r} expects {example.expect}, but the answer is {decision.outcome}"
        yield source.problem(("examples", index, "expect"), message, why)
    if decision.depends:
        message = f"the answer of the example {example.name!r} hangs on {', '.join(sorted(decision.depends))}"
        do = "give it under context: of the request; null means that the request certainly lacks it"
        yield source.problem(("examples", index, "request"), message, do)


def _ineffective(source: DeclarativePolicy, index: int, facts: Mapping[str, Any]) -> Iterator[Problem]:
    """That something else becomes effective than an example says."""
    sample, found = source.samples[index], effective(source, index, facts)
    at = ("examples", index, "effective")
    if found != source.filled(at, sample.effective, source.known(sample.parameters, facts)):
        yield source.problem(at, f"the example {sample.name!r} is effective otherwise than it says", f"it is {found}")


def effective(source: DeclarativePolicy, index: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The effective policy of an account in one example: of this policy, and the one that the example attaches below it.

    Raises: ConfigError.
    """
    sample = source.samples[index]
    document = _rendered(source, index, sample.parameters, facts)
    at = ("examples", index, "below")
    below = source.filled(at, sample.below, source.known(sample.parameters, facts))
    problems = [
        source.problem((*at, *flaw.path), flaw.message, flaw.suggestion) for flaw in flaws(below, source.policy_type)
    ]
    if below and problems:
        raise ConfigError(problems)
    return merged([[document], [below]])


def _rendered(
    source: PolicySource, index: int, parameters: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    place = source.problem(("examples", index, "parameters"), "")
    return source.render(parameters, facts, (place.file, place.line, place.column))


def _request(written: Mapping[str, Any]) -> Request:
    principal = written["principal"]
    short = principal == "root" or principal.startswith(("role/", "user/"))
    return Request(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:{principal}" if short else principal,
        action=written["action"],
        resource=written.get("resource", "*"),
        region=written.get("region", ""),
        organization_path=written.get("path", DEFAULT_PATH),
        context={key: values_of(value) for key, value in written.get("context", {}).items()},
    )


def values_of(value: Any) -> Values:
    """The value of a context key as it is written: null is a key that the request certainly lacks."""
    if value is None:
        return ()
    if isinstance(value, bool):
        return "true" if value else "false"
    return tuple(map(str, value)) if isinstance(value, list) else str(value)


def has_both_kinds(examples: tuple[Example, ...]) -> bool:
    """Whether something is denied and something is still allowed: a policy without either proves nothing."""
    return len({example.expect == "allowed" for example in examples}) > 1
