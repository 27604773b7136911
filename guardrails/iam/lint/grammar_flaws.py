"""What AWS refuses in a document of its type, and what it takes and never matches."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.grammar import RESOURCE_CONTROL
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted

GRAMMAR: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
RESTRICTED: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"


def _refused(policy: Linted) -> Iterator[Found]:
    for flaw in policy.flaws:
        if flaw.refused:
            yield Found(flaw.path, flaw.message, flaw.suggestion)


def _unrestricted(policy: Linted) -> Iterator[Found]:
    for flaw in policy.flaws:
        if not flaw.refused and "Condition" not in flaw.path:  # the keys with several values are a rule of their own
            yield Found(flaw.path, flaw.message, flaw.suggestion)


RULES: Final = (
    Rule("GR101", "AWS refuses the policy", "error", GRAMMAR, _refused),
    Rule(
        "GR102",
        "resource control policies do not restrict the service",
        "error",
        RESTRICTED,
        _unrestricted,
        (RESOURCE_CONTROL,),
    ),
)
