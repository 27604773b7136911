"""The linter: its rules, together."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from guardrails.iam.grammar import IDENTITY, POLICY_TYPES, SERVICE_CONTROL
from guardrails.iam.lint import SEVERITIES, lint, rules
from guardrails.iam.linted import Facts, Linted
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


def test_what_aws_manages_has_no_error() -> None:
    """Of the policies that AWS manages every thirtieth is linted: none has an error, but that some are larger than we may write."""
    policies = list(json.loads(aws_managed_policies_data).values())[::30]
    findings = [finding for policy in policies for finding in lint(Linted(policy["Document"], IDENTITY))]
    assert {each.rule.id for each in findings if each.rule.severity == "error"} <= {"GR104"}
    assert len(policies) > 50


ACTIONS = ("*", "s3:*", "s3:GetObjct", "S3:getobject", "ec2:Get??", "nothing:Such", "iam:GetRole", ":", "")
TEXTS = st.one_of(
    st.sampled_from((*ACTIONS, "arn:*:iam::*:role/x", "${aws:username}", "${", "Deny")), st.integers(), st.none()
)
VALUES = st.one_of(
    TEXTS, st.lists(TEXTS, max_size=2), st.dictionaries(st.sampled_from(("AWS", "x")), TEXTS, max_size=2)
)
OPERATORS = (
    "StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLikeIfExists",
    "Null",
    "ArnNotLike",
    "Bool",
    "x",
)
KEYS = ("aws:PrincipalArn", "aws:TagKeys", "s3:authTpye", "aws:RequestedRegion", "accounts.google.com:aud", ":")
CONDITIONS = st.dictionaries(
    st.sampled_from(OPERATORS), st.one_of(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=2), TEXTS), max_size=2
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(("Allow", "Deny", 3))},
    optional={
        **dict.fromkeys(("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Sid"), VALUES),
        "Condition": CONDITIONS,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, max_size=3), st.sampled_from(POLICY_TYPES), st.booleans())
def test_whatever_a_document_holds(statements: list[Any], kind: str, trusting: bool) -> None:
    """Every document gets its findings, whatever is in it, each at a path that exists there; one that AWS refuses has an error."""
    facts = Facts(("arn:*:iam::*:role/Deployer",), beside_full_access=True) if trusting else Facts()
    policy = Linted(document(*statements), kind, facts)
    findings = lint(policy)
    for finding in findings:
        value = policy.document
        for step in finding.path[:2]:
            value = value[step]
    assert any(flaw.refused for flaw in policy.flaws) == any(finding.rule.id == "GR101" for finding in findings)
