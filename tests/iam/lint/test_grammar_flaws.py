"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html."""

import pytest

from guardrails.errors import GuardrailsError
from guardrails.iam.grammar import IDENTITY, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST
from guardrails.iam.lint import lint
from guardrails.iam.linted import Linted
from tests.lint_cases import found, statement


def test_what_aws_refuses() -> None:
    """A flaw of the type's grammar is an error at its path; other rules still look at the statements that have none."""
    wrong = statement(Effect="deny", Action="clodtrail:*")
    assert [where for where, _, _ in found("GR101", wrong, statement())] == [(0, "Effect")]
    assert [where for where, _, _ in found("GR202", wrong, statement(Action="clodtrail:*"))] == [(1, "Action")]
    assert found("GR101", statement(Principal="*"), kind=IDENTITY)
    assert found("GR101", statement("Allow", Principal="*", Action="sts:AssumeRole"), kind=TRUST)
    assert found("GR101", statement(Sid="Fine")) == []


def test_what_rcps_do_not_restrict() -> None:
    """An action of a service that resource control policies do not restrict is never denied by one: an error."""
    assert found("GR102", statement(Principal="*", Action="ec2:*"), kind=RESOURCE_CONTROL)
    assert found("GR102", statement(Principal="*", Action="s3:*"), kind=RESOURCE_CONTROL) == []


@pytest.mark.parametrize("document", [None, [], "x", {}, {"Statement": 3}, {"Statement": [[]]}, {"Statement": []}])
def test_what_is_no_policy(document: object) -> None:
    """What is no policy at all is refused by the grammar, and breaks no rule."""
    assert {each.rule.id for each in lint(Linted(document, SERVICE_CONTROL))} == {"GR101"}


def test_what_is_not_understood() -> None:
    """A policy of a type whose grammar is not known is refused, never taken for clean."""
    with pytest.raises(GuardrailsError, match="TAG_POLICY"):
        lint(Linted({}, "TAG_POLICY"))
