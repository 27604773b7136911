import pytest

from guardrails.errors import ConfigError
from guardrails.policy_tests.expressions import evaluated, facts_in, facts_of
from guardrails.policy_tests.shapes import PolicyTest
from tests.policy_tests.shop import SHOP

FACTS = facts_of(SHOP)


def written(**given: object) -> PolicyTest:
    return PolicyTest.model_validate(
        {
            "name": "x",
            "principals": ["role/{{ break_glass_roles[0] }}"],
            "actions": "s3:GetObject",
            "expect": "denied",
            **given,
        }
    )


def test_what_expressions_know() -> None:
    """Facts of the organization, the account and region of the question, and the ids of other accounts; lists are spliced."""
    test = written(
        resources=["arn:aws:s3:::{{ prefix }}-{{ account }}-{{ region }}", "arn:aws:s3:::{{ account_id }}"],
        context={
            "aws:SourceAccount": "{{ account_ids['logs'] }}",
            "aws:TagKeys": ["{{ governed_regions }}", 5],
            "aws:SourceIp": None,
        },
    )
    assert evaluated(test, facts_in(FACTS, "prod", "eu-west-1")) == {
        "principals": ["role/BreakGlass"],
        "except": [],
        "resources": ["arn:aws:s3:::shop-prod-eu-west-1", f"arn:aws:s3:::{FACTS['account_ids']['prod']}"],
        "context": {
            "aws:SourceAccount": FACTS["account_ids"]["logs"],
            "aws:TagKeys": ["eu-west-1", "eu-central-1", "5"],
            "aws:SourceIp": None,
        },
    }


def test_what_cannot_be_evaluated() -> None:
    """Every wrong expression is told."""
    with pytest.raises(ConfigError) as raised:
        evaluated(written(resources="arn:aws:s3:::{{ a }}", context={"aws:SourceIp": "{{ b }}"}), FACTS)
    assert [problem.message for problem in raised.value.problems] == [
        "'context': there is no parameter or fact 'b'",
        "'resources': there is no parameter or fact 'a'",
    ]
