from dataclasses import replace
from typing import Any

import pytest

from guardrails.library.authorization_policies import AuthorizationPolicy, Example
from guardrails.library.examples import check, decide, has_both_kinds
from guardrails.library.policies import Parameter

FACTS = {"trusted_principals": ["arn:*:iam::*:role/Deployer"]}
SOURCE = AuthorizationPolicy(
    id="p",
    kind="scp",
    title="T",
    description="D",
    severity="low",
    frameworks={},
    source="https://docs.aws.amazon.com/",
    parameters={"action": Parameter("action", "string", "d", "s3:*")},
    statements=[{"Sid": "One", "Effect": "Deny", "Action": "{{ action }}", "Resource": "*"}],
    examples=(),
    exempt_reason="",
    file="p.yaml",
    marks={("examples", 0): (3, 5), ("examples", 0, "expect"): (6, 9)},
)


def with_example(**changes: Any) -> AuthorizationPolicy:
    request = {"principal": "role/Admin", "action": "s3:GetObject", **changes.pop("request", {})}
    return replace(
        SOURCE, examples=(Example(**{"name": "e", "request": request, "expect": "explicitDeny", **changes}),)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"request": {"principal": "root"}},
        {"request": {"principal": "arn:aws:iam::{{ '2' * 12 }}:user/kim"}},
        {"request": {"principal": "role/Deployer"}, "expect": "allowed"},
        {"parameters": {"action": "ec2:*"}, "expect": "allowed"},
        {"request": {"context": {"aws:SecureTransport": True, "aws:TagKeys": ["a"], "s3:max-keys": "7"}}},
    ],
)
def test_right_expectations(changes: dict[str, Any]) -> None:
    """An example that is decided as expected is no problem; short principals, expressions and parameters work."""
    assert list(check(with_example(**changes), FACTS)) == []


def test_a_wrong_expectation() -> None:
    """An example that is decided otherwise is a problem at its `expect`, with the reasons for the answer."""
    (problem,) = check(with_example(expect="allowed"), FACTS)
    assert (problem.file, problem.line, problem.column) == ("p.yaml", 6, 9)
    assert "expects allowed, but the answer is explicitDeny" in problem.message
    assert "p / One (p.yaml:1): denies it" in problem.suggestion


CONDITIONAL = replace(
    SOURCE,
    statements=[{**SOURCE.statements[0], "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}],
    marks={("examples", 0, "request"): (4, 3)},
)


@pytest.mark.parametrize(
    ("context", "expect"),
    [({"aws:PrincipalTag/team": "red"}, "explicitDeny"), ({"aws:PrincipalTag/team": None}, "allowed")],
)
def test_null_is_a_key_that_is_certainly_absent(context: dict[str, Any], expect: str) -> None:
    """A condition key that is given, be it as null, leaves nothing open."""
    example = with_example(request={"context": context}, expect=expect).examples
    assert list(check(replace(CONDITIONAL, examples=example), FACTS)) == []


def test_an_answer_that_hangs_on_what_is_not_given() -> None:
    """An example whose answer another value of a key could change is a problem at its request, which names the key."""
    (problem,) = check(replace(CONDITIONAL, examples=with_example(expect="allowed").examples), FACTS)
    assert (problem.line, problem.column) == (4, 3)
    assert problem.message == "the answer of the example 'e' hangs on aws:principaltag/team"
    assert "null means" in problem.suggestion


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"request": {"principal": "Admin"}}, "is not the ARN"),
        ({"request": {"action": "s3:*"}}, "is no action"),
        ({"request": {"resource": "{{ x }}"}}, "no parameter or fact 'x'"),
        ({"parameters": {"actions": "s3:*"}}, "has no parameter 'actions'"),
    ],
)
def test_what_cannot_be_evaluated(changes: dict[str, Any], message: str) -> None:
    """A request that is none, and wrong parameters, are problems of the file."""
    (problem,) = check(with_example(**changes), FACTS)
    assert problem.file == "p.yaml"
    assert message in problem.message


def test_a_policy_that_allows_stands_alone() -> None:
    """At its level nothing else allows, so what it does not allow is denied implicitly."""
    statements = [{"Sid": "One", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
    allowing = replace(with_example(request={"action": "ec2:RunInstances"}), statements=statements)
    assert decide(allowing, 0, FACTS).outcome == "implicitDeny"


def test_both_kinds() -> None:
    """Denials alone, or permissions alone, are not enough."""
    denied, allowed = Example("d", {}, "explicitDeny"), Example("a", {}, "allowed")
    assert has_both_kinds((denied, allowed))
    assert not has_both_kinds((denied, denied))
    assert not has_both_kinds((allowed,))
