"""Denials that would bind whoever has to apply and to repair them."""

from collections.abc import Iterator
from typing import Final

from guardrails.iam.containment import covers_resource
from guardrails.iam.grammar import SERVICE_CONTROL
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted, Statement

SOURCE: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html"
NEGATED: Final = frozenset({"ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEquals"})
WHO: Final = "aws:principalarn"
ROOT: Final = ":root"


def _bound(policy: Linted) -> Iterator[Found]:
    for statement in policy.statements:
        if not statement.denies or statement.index in policy.facts.binds_everybody or _binds_roots_only(statement):
            continue
        spared = _spared(statement)
        bound = [
            who
            for who in policy.facts.trusted_principals
            if who not in spared and not any(covers_resource(one, who) for one in spared)
        ]
        if bound:
            message = f"{statement.name} binds {', '.join(bound)} too"
            yield Found(statement.path, message, "add ArnNotLike on aws:PrincipalArn, so that they can mend it")


def _spared(statement: Statement) -> list[str]:
    """The ARN patterns that a condition lets alone."""
    return [
        value
        for test in statement.tests
        if test.key.casefold() == WHO and test.use.operator.name in NEGATED
        for value in test.values
    ]


def _binds_roots_only(statement: Statement) -> bool:
    return any(
        test.key.casefold() == WHO
        and not test.use.operator.negated
        and all(value.endswith(ROOT) for value in test.values)
        for test in statement.tests
    )


RULES: Final = (Rule("GR406", "the Deny binds whoever has to mend it", "error", SOURCE, _bound, (SERVICE_CONTROL,)),)
