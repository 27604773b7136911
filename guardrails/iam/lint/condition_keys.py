"""Condition keys that nobody knows, that are misspelled, or that no action of their statement has."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.catalogue import Catalogue, Service, catalogue
from guardrails.iam.global_condition_keys import ConditionKey
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted, Statement, Test
from guardrails.iam.spelling import one_slip_away

SOURCE: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
GLOBAL: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"


def named_services(statement: Statement) -> list[str]:
    """The services that a statement's Action names; none where it may be any."""
    prefixes = {text.partition(":")[0].lower() for _, text in statement.items("Action")}
    return [] if "*" in prefixes else sorted(prefixes)


def known_key(statement: Statement, test: Test) -> ConditionKey | None:
    """The condition key that a line of a statement is about; None when it is not known."""
    return catalogue().condition_key(test.key, named_services(statement))


def _of_provider(key: str) -> bool:
    """Whether a key is of a web identity provider, by the address before its colon: anybody can have one."""
    return "." in key.partition(":")[0]


def _tests(policy: Linted) -> Iterator[tuple[Statement, Test]]:
    return ((statement, test) for statement in policy.statements for test in statement.tests)


def _unknown_keys(policy: Linted) -> Iterator[tuple[Test, str]]:
    """The lines with keys that are not known, and the one that each is a slip away from."""
    for statement, test in _tests(policy):
        if known_key(statement, test) is None and not _of_provider(test.key):
            yield test, _slip(catalogue(), test.key)


def _slip(known: Catalogue, key: str) -> str:
    prefix, _, _ = key.partition(":")
    service = known.service(prefix)
    candidates = [*known.global_keys.all, *(service.keys.all if service else ())]
    name, slash, rest = key.partition("/")
    slip = one_slip_away(name, [each.name.partition("/")[0] for each in candidates])
    return f"{slip}{slash}{rest}" if slip else ""


def _nearest(known: Catalogue, key: str) -> str:
    service = known.service(key.partition(":")[0])
    near = known.global_keys.nearest(key) or (service.keys.nearest(key) if service else "")
    return f"did you mean {near!r}?" if near else ""


def _unknown(policy: Linted) -> Iterator[Found]:
    for test, slip in _unknown_keys(policy):
        if not slip:
            message = f"the condition key {test.key} was not known on {catalogue().date}"
            yield Found(test.path, message, _nearest(catalogue(), test.key))


def _misspelled(policy: Linted) -> Iterator[Found]:
    for test, slip in _unknown_keys(policy):
        if slip:
            yield Found(test.path, f"there is no condition key {test.key!r}", f"did you mean {slip!r}?")


def _foreign(policy: Linted) -> Iterator[Found]:
    known = catalogue()
    for statement, test in _tests(policy):
        services = [known.service(prefix) for prefix in named_services(statement)]
        if not services or None in services or known.global_keys.find(test.key) or _of_provider(test.key):
            continue
        if known_key(statement, test) and not any(_has(each, statement, test.key) for each in services if each):
            message = f"no action of this statement was known on {known.date} to have the condition key {test.key}"
            yield Found(test.path, message, "a key that is never there: what should the condition do?")


def _has(service: Service, statement: Statement, key: str) -> bool:
    """Whether one of the service's actions that a statement is about knows a key; of a key that none of all knows, it is not told."""
    found = service.keys.find(key)
    if found and not any(found in keys for keys in service.keys_of_action.values()):
        return True
    names = [text.partition(":") for _, text in statement.items("Action")]
    patterns = [name for prefix, _, name in names if prefix.lower() == service.prefix]
    return found is not None and any(
        found in service.keys_of_action[name.lower()] for pattern in patterns for name in service.matching(pattern)
    )


RULES: Final = (
    Rule("GR301", "nobody knows the condition key", "warning", GLOBAL, _unknown),
    Rule("GR302", "the condition key is misspelled", "error", GLOBAL, _misspelled),
    Rule("GR303", "no action of the statement has the condition key", "warning", SOURCE, _foreign),
)
