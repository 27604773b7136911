"""A policy's own examples, really evaluated: is each decided as the file says?

The example's account stands below a root that allows everything, in an organizational unit to which the policy is attached:
beside `FullAWSAccess` when the policy only denies, alone when it allows. A principal may be written short
("role/Admin", "user/kim", "root"): it then belongs to the account 111111111111.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.errors import ConfigError, GuardrailsError, Problem
from guardrails.iam.context import Request, Values
from guardrails.iam.evaluate import FULL_AWS_ACCESS, Decision, Level, NamedPolicy, evaluate_scps
from guardrails.library.policies import Example, PolicySource

ACCOUNT: Final = "111111111111"
DEFAULT_PATH: Final = "o-exampleorg/r-exam/ou-exam-11111111/"
FULL: Final = NamedPolicy("FullAWSAccess", FULL_AWS_ACCESS)


def check(source: PolicySource, facts: Mapping[str, Any]) -> Iterator[Problem]:
    """Every example that is not decided as the file expects, or cannot be evaluated; facts must hold no late values."""
    for index, example in enumerate(source.examples):
        at = ("examples", index)
        try:
            decision = decide(source, index, facts)
        except ConfigError as error:
            yield from error.problems
        except (GuardrailsError, ValueError) as error:
            yield source.problem(at, f"the example {example.name!r} cannot be evaluated: {error}")
        else:
            if decision.outcome != example.expect:
                why = "; ".join(map(str, decision.reasons))
                message = f"the example {example.name!r} expects {example.expect}, but the answer is {decision.outcome}"
                yield source.problem((*at, "expect"), message, why)


def decide(source: PolicySource, index: int, facts: Mapping[str, Any]) -> Decision:
    """The decision about one example of a policy.

    Raises: ConfigError, UnsupportedPolicy; ValueError, when the request is none.
    """
    example = source.examples[index]
    place = source.problem(("examples", index, "parameters"), "")
    document = source.render(example.parameters, facts, (place.file, place.line, place.column))
    known = source.known(example.parameters, facts)
    request = _request(source.filled(("examples", index, "request"), example.request, known))
    attached = NamedPolicy(source.id, document)
    allows = any(statement["Effect"] == "Allow" for statement in document["Statement"])
    levels = [
        Level("Root", (FULL,)),
        Level("organizational unit", (attached,) if allows else (FULL, attached)),
        Level("account", (FULL,)),
    ]
    return evaluate_scps(request, levels)


def _request(written: Mapping[str, Any]) -> Request:
    principal = written["principal"]
    short = principal == "root" or principal.startswith(("role/", "user/"))
    return Request(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:{principal}" if short else principal,
        action=written["action"],
        resource=written.get("resource", "*"),
        region=written.get("region", ""),
        organization_path=written.get("path", DEFAULT_PATH),
        context={key: _values(value) for key, value in written.get("context", {}).items()},
    )


def _values(value: Any) -> Values:
    if isinstance(value, bool):
        return "true" if value else "false"
    return tuple(map(str, value)) if isinstance(value, list) else str(value)


def has_both_kinds(examples: tuple[Example, ...]) -> bool:
    """Whether something is denied and something is still allowed: a policy without either proves nothing."""
    return len({example.expect == "allowed" for example in examples}) > 1
