"""Denials of regions that also deny the services whose one endpoint stands in us-east-1, wherever the caller is.

Without IAM nobody can mend anything; the others are missed sooner or later.
"""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.context import GLOBAL_REGION, GLOBAL_SERVICES
from guardrails.iam.grammar import IDENTITY, SERVICE_CONTROL
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted, Statement

SOURCE: Final = (
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html"
)
ASKED: Final = "aws:requestedregion"
IAM: Final = "iam"


def _denies_iam(policy: Linted) -> Iterator[Found]:
    return (found for denied, found in _judged(policy) if IAM in denied)


def _denies_others(policy: Linted) -> Iterator[Found]:
    return (found for denied, found in _judged(policy) if IAM not in denied)


def _judged(policy: Linted) -> Iterator[tuple[list[str], Found]]:
    """The global services that a statement denies, and what to say about it."""
    for statement in policy.statements:
        regions = _regions(statement)
        if not statement.denies or not regions or GLOBAL_REGION in regions or not _about_services(statement):
            continue
        denied = [service for service in sorted(GLOBAL_SERVICES) if statement.concerns(f"{service}:Any")]
        if denied:
            message = f"{statement.name} denies {', '.join(denied)} everywhere: such requests go to {GLOBAL_REGION}"
            names = ", ".join(f"{service}:*" for service in denied)
            advice = f"add {names} to its NotAction, or {GLOBAL_REGION} to its regions"
            yield denied, Found(statement.path, message, advice)


def _regions(statement: Statement) -> set[str]:
    """The regions outside of which a statement holds; none where it is not about regions, or only for certain requests."""
    if any(not test.use.operator.negated and test.key.casefold() != ASKED for test in statement.tests):
        return set()
    return {
        value
        for test in statement.tests
        if test.key.casefold() == ASKED and test.use.operator.negated
        for value in test.values
    }


def _about_services(statement: Statement) -> bool:
    """Whether it is about whole services: what names single actions knows what it names."""
    return "NotAction" in statement.elements or any(text in {"*", "*:*"} for _, text in statement.items("Action"))


RULES: Final = (
    Rule("GR409", "the Deny of regions denies IAM", "error", SOURCE, _denies_iam, (SERVICE_CONTROL, IDENTITY)),
    Rule(
        "GR411",
        "the Deny of regions denies global services",
        "warning",
        SOURCE,
        _denies_others,
        (SERVICE_CONTROL, IDENTITY),
    ),
)
