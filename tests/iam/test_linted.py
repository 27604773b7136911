"""What the linter's rules look at."""

from guardrails.iam.grammar import SERVICE_CONTROL
from guardrails.iam.linted import Linted
from tests.lint_cases import document, statement


def test_statements_without_flaws() -> None:
    """Only statements that AWS would take are looked at, and they keep their number; a policy that is none has none."""
    policy = Linted(document(statement(Effect="no"), statement(Sid="Fine"), statement()), SERVICE_CONTROL)
    assert [(each.index, each.name) for each in policy.statements] == [(1, "Fine"), (2, "statement 3")]
    assert Linted([], SERVICE_CONTROL).statements == ()
    assert [
        each.name for each in Linted({**document(), "Statement": statement(Sid="One")}, SERVICE_CONTROL).statements
    ] == ["One"]


def test_parts_of_a_statement() -> None:
    """Items and conditions come with their path; a statement is about an action that Action matches, or NotAction does not."""
    condition = {"Bool": {"aws:SecureTransport": False}, "Null": {"aws:SourceIp": "false"}}
    made = statement(NotAction=["iam:*", "sts:Get*"], Condition=condition)
    (one,) = Linted(document(made), SERVICE_CONTROL).statements
    assert list(one.items("Resource", "NotAction"))[:2] == [
        (("Statement", 0, "Resource"), "*"),
        (("Statement", 0, "NotAction", 0), "iam:*"),
    ]
    assert [(test.path[3:], test.values) for test in one.tests] == [
        (("Bool", "aws:SecureTransport"), ("false",)),
        (("Null", "aws:SourceIp"), ("false",)),
    ]
    assert (one.guards("AWS:sourceip"), one.guards("aws:SecureTransport")) == (True, False)
    assert (one.concerns("iam:GetRole"), one.concerns("sts:AssumeRole")) == (False, True)
