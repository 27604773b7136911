"""Actions that nobody knows, actions that are misspelled, and wildcards that match none."""

from collections.abc import Iterator
from typing import Final, Literal

from guardrails.iam.catalogue import Catalogue, Service, catalogue
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted
from guardrails.iam.spelling import one_slip_away

SOURCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
SHORTEST: Final = 5
"""A service of fewer letters than that is one slip away from too many others."""

Kind = Literal["unknown", "misspelled", "nothing"]


def _judged(policy: Linted) -> Iterator[tuple[Kind, Found]]:
    known = catalogue()
    for statement in policy.statements:
        for path, text in statement.items("Action", "NotAction"):
            prefix, colon, name = text.partition(":")
            if not colon or prefix == "*":
                continue
            service = known.service(prefix)
            found = _wrong_name(known, service, name) if service else _wrong_service(known, prefix)
            if found:
                yield found[0], Found(path, *found[1:])


def _wrong_service(known: Catalogue, prefix: str) -> tuple[Kind, str, str]:
    slip = one_slip_away(prefix, known.services) if len(prefix) >= SHORTEST else ""
    if slip:
        return "misspelled", f"there is no service {prefix!r}", f"did you mean {slip!r}?"
    near = known.nearest_service(prefix)
    return "unknown", f"the service {prefix!r} was not known on {known.date}", f"did you mean {near!r}?" if near else ""


def _wrong_name(known: Catalogue, service: Service, name: str) -> tuple[Kind, str, str] | None:
    if service.matching(name):
        return None
    if any(wildcard in name for wildcard in "*?"):
        return "nothing", f"no action of {service.prefix} that was known on {known.date} matches {name!r}", ""
    slip = one_slip_away(name, service.actions.values())
    if slip:
        return "misspelled", f"{service.prefix} has no action {name!r}", f"did you mean {slip!r}?"
    near = service.nearest(name)
    message = f"the action {service.prefix}:{name} was not known on {known.date}"
    return "unknown", message, f"did you mean {near!r}?" if near else ""


def _unknown(policy: Linted) -> Iterator[Found]:
    return (found for kind, found in _judged(policy) if kind == "unknown")


def _misspelled(policy: Linted) -> Iterator[Found]:
    return (found for kind, found in _judged(policy) if kind == "misspelled")


def _matches_nothing(policy: Linted) -> Iterator[Found]:
    return (found for kind, found in _judged(policy) if kind == "nothing")


RULES: Final = (
    Rule("GR201", "nobody knows the action", "warning", SOURCE, _unknown),
    Rule("GR202", "the action is misspelled", "error", SOURCE, _misspelled),
    Rule("GR203", "the wildcard matches no action", "warning", SOURCE, _matches_nothing),
)
