"""Whether a decision is what a test expects, and if not, why."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from guardrails.iam import Decision, Reason, principal
from guardrails.iam.catalogue import catalogue
from guardrails.iam.context import Context
from guardrails.iam.evaluate import binding
from guardrails.iam.grammar import listed
from guardrails.iam.policies import Entry
from guardrails.iam.reasons import in_words
from guardrails.simulation.policies import Understood

MOST_REASONS: Final = 3
OF_OTHERS: Final = "denies it of other resources"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an answer is not as expected: in a sentence, with what to do about it.

    `denied_by` is what denied it, in words; `open_keys` are the condition keys (in lower case) that the answer hangs on.
    """

    message: str
    do: str = ""
    denied_by: tuple[str, ...] = ()
    open_keys: frozenset[str] = frozenset()


def verdict(decision: Decision, expected: str, depends: Iterable[str] = (), by: str = "") -> Verdict | None:
    """What is wrong with a decision; None when it is as expected, hangs on no keys but these, and that policy denies it."""
    outcome = decision.outcome
    open_keys = decision.depends - {key.lower() for key in depends}
    if open_keys and not (expected == "denied" and decision.denied_anyway and not by):
        names = ", ".join(sorted(map(_spelled, open_keys)))
        message = f"expected {expected}, but the answer ({outcome}) hangs on {names}"
        do = f"give {names} under context; null where the request certainly lacks it"
        return Verdict(message, do, open_keys=open_keys)
    denied_by = () if outcome == "allowed" else _first(map(str, decision.reasons))
    if outcome != expected and not (expected == "denied" and outcome != "allowed"):
        return Verdict(f"expected {expected}, got {outcome}", denied_by=denied_by)
    if by and not any(by in policies_of(reason) for reason in decision.reasons):
        return Verdict(f"expected a denial by {by}, which denies nothing here")
    return None


def policies_of(reason: Reason) -> set[str]:
    """The policies that a reason is about: as AWS names it, and the ids of the files that its statement was written in."""
    return {reason.policy, *(PurePath(place.rpartition(":")[0]).stem for place in reason.places)}


def why(found: Verdict, ready: Understood, decision: Decision) -> tuple[str, ...]:
    """What an answer came from: what denied it, what asks for the missing keys, or why nothing denied it."""
    if found.denied_by:
        return found.denied_by
    about = _about(ready)
    if found.open_keys:
        keys = found.open_keys
        asking = [entry for entry in about if any(test.key in keys for test in entry.statement.tests)]
        return _first(f"{_named(entry)}: asks for it" for entry in asking)
    if decision.outcome != "allowed":
        return _first(map(str, decision.reasons))
    unread = ready.own.assumed if ready.own else ()
    unbound = [
        reason.text for reason in decision.reasons if not reason.policy and ready.request.action not in reason.text
    ]
    denying = sorted((entry for entry in about if entry.statement.denies), key=lambda entry: _distance(entry, ready))
    return (
        *unbound,
        *_first(f"{_named(entry)}: {_not_met(entry, ready)}" for entry in denying),
        *(f"the policy {name} is not known here, and assumed to allow it" for name in unread),
    )


def _about(ready: Understood) -> list[Entry]:
    """Every statement about the action of a question that binds it, those that deny first."""
    candidates = ready.policies.candidates(ready.request.action)
    binds = binding(ready.request, principal(ready.request.principal_arn), ready.policies)
    every = [*candidates.denies, *(entry for allows in candidates.allows for entry in allows)]
    return [entry for entry in every if binds[entry.rank]]


def _not_met(entry: Entry, ready: Understood) -> str:
    """Why a statement does not deny: a condition that does not hold, else the resource."""
    context = Context(ready.request)
    unmet = [in_words(test, context) for test in entry.statement.tests if not test.ask(context)[0]]
    return f"denies only where {'; and '.join(unmet)}" if unmet else OF_OTHERS


def _distance(entry: Entry, ready: Understood) -> tuple[bool, bool]:
    """How far a statement is from denying: those come first that name the action, and of which only a condition does not hold."""
    statement = listed(entry.policy.document["Statement"])[entry.number]
    names_it = any(pattern != "*" for pattern in listed(statement.get("Action", [])))
    return not names_it, _not_met(entry, ready) == OF_OTHERS


def _named(entry: Entry) -> str:
    """A statement, with its policy and place."""
    return str(
        Reason(entry.level, entry.policy.name, entry.statement.label, "", places=entry.policy.places(entry.number))
    )[:-2]


def _first(texts: Iterable[str]) -> tuple[str, ...]:
    """The first few of several sentences, each once."""
    each = list(dict.fromkeys(texts))
    more = [f"and {len(each) - MOST_REASONS} more"] if len(each) > MOST_REASONS else []
    return (*each[:MOST_REASONS], *more)


def _spelled(key: str) -> str:
    """A condition key, which evaluation knows in lower case, as AWS spells it, where the catalogue knows."""
    found = catalogue().condition_key(key)
    return found.name if found and found.name.lower() == key else key
