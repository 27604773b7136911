"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html."""

from dataclasses import replace

import pytest

from guardrails.iam import Level, NamedPolicy, Policies, Request, evaluate
from guardrails.iam.grammar import RESOURCE_CONTROL, flaws
from guardrails.iam.resource_control_services import RESOURCE_CONTROL_SERVICES, is_restricted

OWNER = "111111111111"


def denying(action: str) -> dict[str, object]:
    statement = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("action", "restricted"),
    [("s3:GetObject", True), ("DynamoDB:GetItem", True), ("sns:Publish", False), ("kms:RetireGrant", False)],
)
def test_which_actions_are_restricted(action: str, restricted: bool) -> None:
    """A policy that denies everything denies the actions of the services that take part, save those that AWS excepts."""
    assert is_restricted(action) == restricted
    request = Request(f"arn:aws:iam::{OWNER}:role/Admin", action)
    levels = [Level("Root", (NamedPolicy("p", denying("*:*"), RESOURCE_CONTROL),))]
    decision = evaluate(replace(request, resource_owner=OWNER), Policies(rcps=tuple(levels)))
    assert decision.outcome == ("explicitDeny" if restricted else "allowed")


def test_a_service_that_takes_no_part() -> None:
    """An action of another service in a policy is a flaw, with the nearest right service; AWS takes it, and never matches it."""
    ((flaw),) = flaws(denying("sqss:*"), RESOURCE_CONTROL)
    assert (flaw.message, flaw.suggestion, flaw.refused) == (
        "resource control policies do not restrict sqss",
        "did you mean 'sqs'?",
        False,
    )
    ((flaw),) = flaws(denying("ec2:*"), RESOURCE_CONTROL)
    assert (flaw.suggestion, flaw.refused) == ("", False)
    assert len(RESOURCE_CONTROL_SERVICES) == 62
