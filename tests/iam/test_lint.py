"""The linter: its rules, together."""

import re

from guardrails.iam.grammar import IDENTITY, POLICY_TYPES, SERVICE_CONTROL
from guardrails.iam.lint import SEVERITIES, lint, rules
from guardrails.iam.linted import Linted
from tests.lint_cases import document, statement


def test_every_rule_says_what_it_is() -> None:
    """A rule has an id that nothing else has, a title, a severity, policy types that exist, and a page of AWS that says so."""
    for name, rule in rules().items():
        assert re.fullmatch(r"GR\d{3}", name)
        assert name == rule.id
        assert rule.title[:1].islower() or rule.title.startswith(("AWS", "NotPrincipal", "ForA", "FullAWS"))
        assert rule.severity in SEVERITIES
        assert set(rule.types) <= set(POLICY_TYPES)
        assert rule.source.startswith("https://docs.aws.amazon.com/")
    assert list(rules()) == sorted(rules())


def test_findings_are_in_the_order_of_the_statements() -> None:
    """What is found comes statement by statement, and a rule that is about other policy types finds nothing."""
    mixed = document(statement("Allow", Action="s3:GetObjct"), statement(Action=["clodtrail:*", "s3:*"]))
    assert [(each.rule.id, each.path[1]) for each in lint(Linted(mixed, SERVICE_CONTROL))] == [
        ("GR202", 0),
        ("GR403", 0),
        ("GR404", 0),
        ("GR202", 1),
    ]
    assert [each.rule.id for each in lint(Linted(mixed, IDENTITY))] == ["GR202", "GR403", "GR202"]
