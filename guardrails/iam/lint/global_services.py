"""Denials of regions that also deny the services whose one endpoint stands in us-east-1, wherever the caller is."""

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


def _denied(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        regions = _regions(statement)
        if not statement.denies or not regions or GLOBAL_REGION in regions or not _about_services(statement):
            continue
        denied = [service for service in sorted(GLOBAL_SERVICES) if statement.concerns(f"{service}:Any")]
        if denied:
            message = f"{statement.name} denies {', '.join(denied)} everywhere: they are only in {GLOBAL_REGION}"
            names = ", ".join(f"{service}:*" for service in denied)
            yield Found(statement.path, message, f"add {names} to its NotAction, or {GLOBAL_REGION} to its regions")


def _regions(statement: Statement) -> set[str]:
    """The regions outside of which a statement holds; none where it is not about regions."""
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
    Rule("GR409", "the Deny of regions denies global services", "error", SOURCE, _denied, (SERVICE_CONTROL, IDENTITY)),
)
