"""The questions of the README about who may do what, asked of the organization that ships; the answers are worked out by hand."""

from pathlib import Path

import pytest

from guardrails import pipeline
from guardrails.model import Organization
from guardrails.simulation.actions import SENSITIVE
from guardrails.simulation.answers import Answer, ask
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.hierarchy import Hierarchy
from guardrails.simulation.principals import STACK_SETS_ROLE, representatives
from guardrails.simulation.questions import Question

Shipped = tuple[Organization, Hierarchy]
TRAIL = "arn:*:cloudtrail:*:*:trail/acme-organization-trail"


@pytest.fixture(scope="module")
def shipped(repository: Path) -> Shipped:
    """The organization of config/, compiled."""
    desired = pipeline.compile(pipeline.load(repository / "config", repository))
    return desired.organization, declared_hierarchy(desired.organization, desired.resources)


def statements(answer: Answer) -> set[str]:
    """The statements that deny every other resource."""
    return {reason.statement for reason in answer.cases[-1].decision.reasons}


def test_who_could_still_stop_the_trail_in_dev(shipped: Shipped) -> None:
    """ProtectOrganizationTrail hangs on the root and exempts the trusted roles: they alone may, and service-linked roles."""
    organization, hierarchy = shipped
    may = {
        principal
        for principal in representatives(organization, hierarchy.account("dev"))
        if ask(hierarchy, Question("dev", principal, "cloudtrail:StopLogging", region="eu-west-1")).about(TRAIL).verdict
        == "allowed"
    }
    assert may == {
        "role/GuardrailsDeployer",
        "role/BreakGlass",
        "role/OrganizationAccountAccessRole",
        STACK_SETS_ROLE,
        "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    }


def test_can_a_developer_make_an_access_key(shipped: Shipped) -> None:
    """The permission set Developer denies it itself, in its inline policy; that of administrators does not, and no SCP of the defaults."""
    _, hierarchy = shipped
    denied = ask(hierarchy, Question("dev", "permission-set/Developer", "iam:CreateAccessKey"))
    assert denied.verdict == "explicitDeny"
    assert "DenyLongLivedCredentials" in statements(denied)


def test_can_anything_run_in_virginia(shipped: Shipped) -> None:
    """DenyOtherRegions hangs on the root; us-east-1 is not governed, and RunInstances is no action of a global service."""
    _, hierarchy = shipped
    answer = ask(hierarchy, Question("prod", "role/Administrator", "ec2:RunInstances", region="us-east-1"))
    assert answer.verdict == "explicitDeny"
    assert "DenyOtherRegions" in statements(answer)
    at_home = ask(hierarchy, Question("prod", "role/Administrator", "ec2:DescribeInstances", region="eu-west-1"))
    assert at_home.verdict == "allowed"


def test_does_an_open_bucket_leak(shipped: Shipped) -> None:
    """DenyStrangers, an RCP, keeps whoever signs nothing away from a bucket of prod, whatever the bucket's policy says."""
    _, hierarchy = shipped
    answer = ask(
        hierarchy, Question("prod", "anonymous", "s3:GetObject", "arn:aws:s3:::photographs/cat.jpg", region="eu-west-1")
    )
    assert answer.verdict == "explicitDeny"
    assert "DenyStrangers" in statements(answer)


def test_does_break_glass_get_through(shipped: Shipped) -> None:
    """Every SCP exempts BreakGlass, and no RCP is about principals of the organization: every sensitive action works in every account."""
    organization, hierarchy = shipped
    verdicts = {
        ask(hierarchy, Question(account.name, "role/BreakGlass", action, region=organization.home_region)).verdict
        for account in hierarchy.accounts
        for action in SENSITIVE
    }
    assert verdicts == {"allowed"}


def test_a_permission_set_tells_where_it_was_written(shipped: Shipped) -> None:
    """A statement of a permission set's own policy is told with the file and line of the set."""
    _, hierarchy = shipped
    question = Question("dev", "permission-set/Developer", "iam:CreateAccessKey")
    (reason,) = ask(hierarchy, question).cases[-1].decision.reasons
    file, _, line = reason.places[0].rpartition(":")
    assert "Developer" in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
