from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.policy_tests.asking import run
from guardrails.policy_tests.likeness import Organized, alike
from guardrails.policy_tests.shapes import PolicyTest
from guardrails.resources import account_address
from guardrails.simulation.hierarchy import AccountPlace
from tests.policy_tests.shop import GUARD, organized

IDS = organized().facts["account_ids"]
PROD = IDS["prod"]


def policy_test(**given: Any) -> PolicyTest:
    return PolicyTest.model_validate(
        {"name": "x", "principals": "role/X", "actions": "s3:GetObject", "resources": "*", "expect": "denied", **given}
    )


class EachAlone(Organized):
    """The same organization, in which every account is asked by itself."""

    def is_named(self, account: AccountPlace) -> bool:
        return True


def groups(test: PolicyTest, of: Organized) -> list[set[str]]:
    members = [account for account in of.hierarchy.accounts if account.name != "management"]
    return [set(names) for names, _ in alike(test, of, members)]


def denied_if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Sid": "If", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {operator: {key: value}}}


CORE, WORK = {"logs", "tools"}, {"dev", "prod", "lab"}


@pytest.mark.parametrize(
    ("given", "statement", "expected"),
    [
        ({}, GUARD, [CORE, WORK]),
        ({"resources": "arn:aws:s3:::x-{{ account_id }}"}, GUARD, [CORE, WORK]),
        ({"resources": "arn:aws:s3:::x-{{ account }}"}, GUARD, [{"logs"}, {"tools"}, {"dev"}, {"prod"}, {"lab"}]),
        ({"resources": f"arn:aws:s3:::x-{PROD}"}, GUARD, [CORE, {"dev", "lab"}, {"prod"}]),
        ({"resource_account": "prod"}, GUARD, [CORE, {"dev", "lab"}, {"prod"}]),
        ({}, denied_if("StringEquals", "aws:PrincipalAccount", PROD), [CORE, {"dev", "lab"}, {"prod"}]),
        (
            {},
            denied_if("StringLike", "aws:PrincipalAccount", f"{PROD[:3]}*"),
            [{"logs"}, {"tools"}, {"dev"}, {"prod"}, {"lab"}],
        ),
    ],
)
def test_who_is_asked_for_whom(given: dict[str, Any], statement: dict[str, Any], expected: list[set[str]]) -> None:
    """Accounts of one OU are asked as one, unless the test or a policy tells them apart."""
    found = groups(policy_test(**given), organized(statement))
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


def test_a_policy_of_its_own() -> None:
    """An account to which a policy is attached is asked by itself."""
    assert groups(policy_test(), organized(targets=[account_address("dev")])) == [CORE, {"dev"}, {"prod", "lab"}]


VALUES = st.sampled_from(
    [PROD, IDS["logs"], f"{PROD[:4]}*", "????????????", "*", "arn:aws:iam::*:role/X", f"arn:aws:s3:::x-{PROD}", "x"]
)


@given(
    st.sampled_from(["StringLike", "StringNotLike", "ArnLike"]),
    st.sampled_from(["aws:PrincipalAccount", "aws:ResourceAccount", "aws:PrincipalArn", "aws:SourceArn"]),
    VALUES,
    st.sampled_from(["*", f"arn:aws:s3:::x-{PROD}", "arn:aws:s3:::x-{{ account_id }}", "arn:aws:s3:::{{ account }}"]),
    st.sampled_from(["*", "arn:aws:s3:::prod", "arn:aws:s3:::x-${aws:PrincipalAccount}", f"arn:aws:s3:::*-{PROD}"]),
    st.sampled_from(["", "prod", IDS["logs"]]),
)
@settings(max_examples=40)
def test_one_for_all_is_each_by_itself(
    operator: str, key: str, value: str, resource: str, of_statement: str, owner: str
) -> None:
    """Asking one account for all that are alike gives the very answers that asking each of them gives."""
    together = organized({**denied_if(operator, key, value), "Resource": of_statement})
    apart = EachAlone(together.organization, together.hierarchy, together.facts)
    test = policy_test(resources=resource, resource_account=owner, regions="eu-west-1")
    results = [run(test, each) for each in (together, apart)]
    told = [{f.message: (f.questions, set(f.accounts)) for f in result.failures} for result in results]
    assert told[0] == told[1]
    assert results[0].questions == results[1].questions
