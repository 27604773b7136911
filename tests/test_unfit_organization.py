"""No credentials, another account, an organization that is not ready, a denied read: told with its exit code, and nothing is written."""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import ONLINE, Workplace, denied, refused_everywhere, same_message
from tests.organization_snapshot import differences, snapshot

Laid = Callable[[str], None]
Untouched = Callable[[], None]


def test_without_credentials_nothing_is_asked(workplace: Workplace, untouched: Untouched) -> None:
    """Without the sandbox and without credentials every command that needs AWS ends with 4, and says how to sign in."""
    message = same_message([workplace.run(*command) for command in ONLINE], 4)
    assert "no AWS credentials were found" in message
    assert "aws sso login" in message
    assert "--sandbox" in message
    untouched()


def test_half_of_the_credentials_is_told(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key without its secret ends with 4 and names the variable that is missing."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert "AWS_SECRET_ACCESS_KEY" in same_message([workplace.run("plan")], 4)


def test_credentials_of_a_member_account_are_refused(
    workplace: Workplace, sandbox: Embedded, untouched: Untouched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials of a member account end every command with 4, naming the caller, its account and the management account."""
    organizations = sandbox.client("organizations")
    request = organizations.create_account(AccountName="member", Email="member@acme.example")["CreateAccountStatus"]
    for _look in range(2):
        status = organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])
    member = status["CreateAccountStatus"]["AccountId"]
    for name, value in {**sandbox.environment, **credentials(sandbox, member)}.items():
        monkeypatch.setenv(name, value)
    before = snapshot(sandbox)
    message = same_message([workplace.run(*command) for command in ONLINE], 4)
    assert f"are of account {member}" in message
    assert f"managed by {sandbox.running.account_id}: use credentials of the management account" in message
    assert differences(before, snapshot(sandbox)) == []
    assert workplace.journal == []


def credentials(sandbox: Embedded, account: str) -> dict[str, str]:
    """The variables of a session in a member account."""
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    issued = sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="member")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": issued["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": issued["SecretAccessKey"],
        "AWS_SESSION_TOKEN": issued["SessionToken"],
    }


def test_an_organization_without_all_features_is_refused(workplace: Workplace, lay: Laid, untouched: Untouched) -> None:
    """An organization for consolidated billing only ends every command with 4, and says how all features are enabled."""
    lay("consolidated-billing")
    message = refused_everywhere(workplace, 4, offline=False)
    assert "only consolidated billing" in message
    assert "aws organizations enable-all-features" in message
    untouched()


def test_an_account_without_an_organization_is_refused(workplace: Workplace, sandbox: Embedded) -> None:
    """An account that stands alone ends every command with 4, says how an organization is made, and still has none afterwards."""
    sandbox.reset("no-organization")
    message = refused_everywhere(workplace, 4, offline=False)
    assert "belongs to no organization" in message
    assert "aws organizations create-organization" in message
    organizations = sandbox.client("organizations")
    with pytest.raises(organizations.exceptions.AWSOrganizationsNotInUseException):
        organizations.describe_organization()
    assert workplace.journal == []


def test_identity_center_that_is_not_enabled_is_a_blind_spot(
    workplace: Workplace, lay: Laid, untouched: Untouched
) -> None:
    """The plan shows the rest, what was not seen and who can enable it; drift ends with 2, apply with 6 before its first write."""
    lay("no-identity-center")
    plan = workplace.sandboxed("plan", "--output", "json")
    assert plan.code == 0
    assert plan.document["complete"] is False
    assert {spot["type"] for spot in plan.document["blind"]} == {
        "AWS::IdentityStore::Group",
        "AWS::SSO::Assignment",
        "AWS::SSO::PermissionSet",
    }
    assert any("OrganizationalUnit" in change["address"] for change in plan.document["changes"])
    assert not any("SSO" in change["address"] for change in plan.document["changes"])
    assert "no organization instance in eu-west-1" in " ".join(workplace.sandboxed("plan").out.split())
    assert workplace.sandboxed("plan", "--detailed-exitcode").code == 2
    assert workplace.sandboxed("drift").code == 2
    refused = same_message([workplace.sandboxed("apply", "--yes")], 6)
    assert "the plan is incomplete" in refused
    assert "enable it with AWS Organizations" in refused
    untouched()


@pytest.mark.parametrize(
    ("service", "name", "blind"),
    [
        ("organizations", "ListPolicies", "AWS::Organizations::Policy"),
        ("organizations", "ListAWSServiceAccessForOrganization", "Guardrails::Organizations::TrustedAccess"),
        ("sso-admin", "ListPermissionSets", "AWS::SSO::PermissionSet"),
        ("cloudformation", "ListStackSets", "AWS::CloudFormation::StackSet"),
    ],
)
def test_a_denied_read_is_a_blind_spot(
    workplace: Workplace,
    untouched: Untouched,
    service: str,
    name: str,
    blind: str,
) -> None:
    """What may not be read is no change but a blind spot with the permission that is missing; apply is refused with 6."""
    with denied(service, name):
        drift = workplace.sandboxed("drift", "--output", "json")
        refused = same_message([workplace.sandboxed("apply", "--yes")], 6)
    assert drift.code == 2
    assert drift.document["complete"] is False
    spots = {spot["type"]: spot for spot in drift.document["blind"]}
    assert blind in spots
    assert "AccessDeniedException" in spots[blind]["reason"]
    assert spots[blind]["remedy"].startswith(f"let the caller perform {service}:")
    assert not any(change["address"].startswith(f"{blind} ") for change in drift.document["changes"])
    assert f"{blind}: {service}:" in refused
    untouched()


def test_a_denied_look_at_the_organization_itself_ends_the_command(workplace: Workplace, untouched: Untouched) -> None:
    """Who may not even describe the organization cannot plan: 4, with the operation and AWS's words."""
    with denied("organizations", "DescribeOrganization"):
        message = refused_everywhere(workplace, 4, offline=False)
    assert message.startswith("organizations:describe_organization")
    assert "AccessDeniedException: User: arn:aws:iam::111111111111:user/administrator is not authorized" in message
    untouched()


def test_a_member_account_that_lets_nobody_in_is_a_blind_spot(workplace: Workplace, sandbox: Embedded) -> None:
    """Where the member role may not be assumed, what stands there was not seen: named with account and role; apply is refused with 6."""
    controls, identity = (
        (workplace.folder / "config" / name).read_text() for name in ("controls.yaml", "identity.yaml")
    )
    workplace.declare_little()
    assert workplace.sandboxed("apply", "--yes").code == 0
    workplace.write("config/controls.yaml", controls)
    workplace.write("config/identity.yaml", identity)
    before, lines = snapshot(sandbox), workplace.journal
    with denied("sts", "AssumeRole"):
        plan = workplace.sandboxed("plan", "--output", "json")
        refused = same_message([workplace.sandboxed("apply", "--yes")], 6)
    assert plan.code == 0
    spots = [spot for spot in plan.document["blind"] if spot["type"] == "AWS::CloudFormation::Stack"]
    assert ("log-archive", "eu-west-1") in [(spot["account"], spot["region"]) for spot in spots]
    assert "role/OrganizationAccountAccessRole" in refused
    assert differences(before, snapshot(sandbox)) == []
    assert workplace.journal == lines
