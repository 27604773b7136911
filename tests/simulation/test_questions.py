"""One question: names as people write them, the request it stands for, and what the organization's policies decide."""

import pytest

from guardrails.errors import ConfigError
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.policies import decide
from guardrails.simulation.questions import Question, principal_arn, request
from tests.simulation.shop import RESOURCES, SHOP

HIERARCHY = declared_hierarchy(SHOP, RESOURCES)
SHOP_ID, DEV_ID = (HIERARCHY.account(name).id for name in ("shop", "dev"))
STRANGER = "arn:aws:iam::999999999999:role/App"


@pytest.mark.parametrize(
    ("written", "arn"),
    [
        ("role/Developer", f"arn:aws:iam::{DEV_ID}:role/Developer"),
        ("role/teams/a/Developer", f"arn:aws:iam::{DEV_ID}:role/teams/a/Developer"),
        ("user/kim", f"arn:aws:iam::{DEV_ID}:user/kim"),
        ("root", f"arn:aws:iam::{DEV_ID}:root"),
        ("assumed-role/Developer/kim", f"arn:aws:sts::{DEV_ID}:assumed-role/Developer/kim"),
        ("permission-set/Builder",
         f"arn:aws:iam::{DEV_ID}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Builder_0123456789abcdef"),
        (STRANGER, STRANGER),
        ("ec2.amazonaws.com", "ec2.amazonaws.com"),
        ("anonymous", "anonymous"),
    ],
)  # fmt: skip
def test_principals_as_people_write_them(written: str, arn: str) -> None:
    """A short name is of the question's account; an ARN, a service and nobody are as they are."""
    assert principal_arn(HIERARCHY, HIERARCHY.account("dev"), written) == arn


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("devv", "role/X", "s3:GetObject"), "no account 'devv' is in the organization (did you mean 'dev'?)"),
        (Question("dev", "Developer", "s3:GetObject"), "'Developer' is no principal (write role/Name, "),
        (Question("dev", "arn:aws:s3:::x", "s3:GetObject"), "'arn:aws:s3:::x' is not the ARN of a user"),
        (Question("dev", "role/X", "s3:*"), "'s3:*' is no action"),
        (Question("shop", "permission-set/Auditor", "s3:GetObject"),
         "the permission set 'Auditor' is not assigned in shop (assigned there: Admin, Builder)"),
        (Question("dev", "role/X", "s3:GetObject", resource_account="nobody"), "no account 'nobody' is in the organization"),
    ],
)  # fmt: skip
def test_a_question_about_nothing(question: Question, message: str) -> None:
    """An account, a principal or an action that does not exist is told, with what would be right."""
    with pytest.raises(ConfigError) as error:
        request(HIERARCHY, question)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("question", "outcome"),
    [
        (Question("dev", "role/X", "organizations:LeaveOrganization"), "explicitDeny"),
        (Question("management", "role/X", "organizations:LeaveOrganization"), "allowed"),
        (Question("till", "role/X", "ec2:RunInstances"), "explicitDeny"),
        (Question("shop", "role/X", "ec2:RunInstances"), "allowed"),
        (Question("shop", "user/x", "iam:CreateAccessKey"), "explicitDeny"),
        (Question("dev", "user/x", "iam:CreateAccessKey"), "allowed"),
        (Question("dev", "role/X", "cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/acme"), "explicitDeny"),
        (Question("dev", "role/X", "cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/own"), "allowed"),
        (Question("dev", "role/X", "s3:GetObject", "arn:aws:s3:::b/k"), "allowed"),
        (Question("dev", STRANGER, "s3:GetObject", "arn:aws:s3:::b/k"), "explicitDeny"),
        (Question("management", STRANGER, "s3:GetObject", "arn:aws:s3:::b/k"), "allowed"),
        (Question("dev", STRANGER, "s3:GetObject", "arn:aws:s3:::b/k", resource_account="999999999999"), "allowed"),
    ],
)  # fmt: skip
def test_what_the_levels_decide(question: Question, outcome: str) -> None:
    """SCPs bind by the principal's account and RCPs by the resource's, neither the management account."""
    assert decide(HIERARCHY, question).outcome == outcome


def test_what_the_request_says_of_owner_and_principal() -> None:
    """The resource belongs to whom its ARN says, else to whom the question says, else to the question's account."""
    foreign = f"arn:aws:sqs:eu-west-1:{SHOP_ID}:orders"
    owners = [
        request(HIERARCHY, question).resource_owner
        for question in (
            Question("dev", "role/X", "sqs:SendMessage", foreign),
            Question("dev", "role/X", "s3:GetObject", "arn:aws:s3:::b/k", resource_account="shop"),
            Question("dev", "role/X", "s3:GetObject", "arn:aws:s3:::b/k"),
        )
    ]
    assert owners == [SHOP_ID, SHOP_ID, DEV_ID]
    assert (
        request(HIERARCHY, Question("dev", "role/X", "s3:GetObject")).organization_path == HIERARCHY.account("dev").path
    )
    assert request(HIERARCHY, Question("dev", STRANGER, "s3:GetObject")).organization_path == ""
