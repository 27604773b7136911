"""Service control policies that allow: beside denials, or beside AWS's policy that allows everything."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.grammar import SERVICE_CONTROL
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted

STRATEGIES: Final = (
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_strategies.html"
)
EVALUATION: Final = (
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"
)


def _mixed(policy: Linted) -> Iterator[Found]:
    allows = [statement for statement in policy.statements if not statement.denies]
    if len(allows) == len(policy.statements):
        return
    for statement in allows:
        message = f"{statement.name} allows, in a policy that denies: attached alone it allows nothing else there"
        yield Found(statement.path, message, "let FullAWSAccess allow, or put it into a policy of its own")


def _without_effect(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        if policy.facts.beside_full_access and not statement.denies:
            message = f"{statement.name} changes nothing: FullAWSAccess beside it allows everything"
            yield Found(statement.path, message, "deny what should not be, or detach FullAWSAccess there")


RULES: Final = (
    Rule("GR404", "a policy that denies also allows", "warning", STRATEGIES, _mixed, (SERVICE_CONTROL,)),
    Rule("GR405", "FullAWSAccess allows it anyway", "warning", EVALUATION, _without_effect, (SERVICE_CONTROL,)),
)
