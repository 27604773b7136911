"""Whatever is wrong with what was written, or with who came to what: told clearly, with its exit code, and nothing is written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from guardrails.sandbox import account_creation, operations
from guardrails.sandbox.calls import Call
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.refusals import Refusal
from tests.command_line import Ended, Workplace
from tests.organization_snapshot import differences, snapshot

OFFLINE = (("validate",), ("compile", "--out", "out"))
ONLINE = (("plan", "--out", "plan.json"), ("drift",), ("apply", "--yes"))
TOO_LONG = """\
id: too-long
title: A policy that names every object on its own
description: Longer than AWS takes.
severity: low
frameworks: {AWS Well-Architected Security Pillar: [SEC01-BP06]}
source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
statements:
  - {Sid: DenyOneByOne, Effect: Deny, Action: "s3:*", Resource: [%s]}
examples:
  - {name: one of them, request: {principal: role/Admin, action: s3:GetObject, resource: "arn:aws:s3:::b/0"}, expect: explicitDeny}
"""

Laid = Callable[[str], None]
Untouched = Callable[[], None]


@pytest.fixture(scope="module")
def first_days() -> dict[str, Any]:
    """What stands in the sandbox after each seed, for those that were laid."""
    return {}


@pytest.fixture
def lay(sandbox: Embedded, first_days: dict[str, Any]) -> Laid:
    """Lays a seed, and keeps what stands there then."""

    def seed(name: str) -> None:
        sandbox.reset(name)
        if name not in first_days:
            first_days[name] = snapshot(sandbox)

    return seed


@pytest.fixture
def untouched(sandbox: Embedded, workplace: Workplace, lay: Laid, first_days: dict[str, Any]) -> Untouched:
    """Sees that the organization is what the seed laid (the bare one if none was), and that nothing was recorded."""
    lay("bare")

    def check() -> None:
        first_day = first_days[sandbox._application.seed_name]
        assert "\n".join(differences(first_day, snapshot(sandbox))) == ""
        assert workplace.journal == []

    return check


@contextmanager
def denied(service: str, name: str) -> Iterator[None]:
    """During the block the sandbox refuses an operation ("guardduty", "ListDetectors") to everybody, as AWS does for lack of permission."""
    known = operations.handler_of

    def refuse(call: Call) -> operations.Answer:
        raise Refusal(
            "AccessDeniedException", f"User: {call.caller.arn} is not authorized to perform: {service}:{name}"
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "handler_of", lambda *asked: refuse if asked == (service, name) else known(*asked))
        yield


def refused_everywhere(workplace: Workplace, code: int, *, offline: bool = True) -> str:
    """Run every command; each must end with the code and the same message, which is returned, and print no result."""
    offline_ends = [workplace.run(*command) for command in OFFLINE if offline]
    ends = [*offline_ends, *(workplace.sandboxed(*command) for command in ONLINE)]
    return same_message(ends, code)


def same_message(ends: list[Ended], code: int) -> str:
    """See that all ended alike, and return what they said."""
    assert {(end.code, end.out) for end in ends} == {(code, "")}
    (message,) = {end.message for end in ends}
    return message.removeprefix("Error: ")


def test_malformed_yaml_is_told_with_its_place(workplace: Workplace, untouched: Untouched) -> None:
    """A file that is no YAML ends every command with 3, naming the file, line and column; nothing is written."""
    workplace.write("config/identity.yaml", "groups: {developers: Build\nassignments: [\n")
    message = refused_everywhere(workplace, 3)
    assert message.startswith("config/identity.yaml:")
    assert "is not valid YAML" in message
    assert not (workplace.folder / "out").exists()
    untouched()


def test_every_file_that_is_wrong_is_told_at_once(workplace: Workplace, untouched: Untouched) -> None:
    """Two broken files and an unknown name in a third are three lines of one message, each with its place."""
    workplace.write("config/accounts/dev.yaml", "name: [\n")
    workplace.write("config/controls.yaml", "kms-defaults: }\n")
    workplace.edit("config/accounts/prod.yaml", "Workloads/Prod", "Workloads/Porod")
    ended = workplace.sandboxed("apply", "--yes")
    places = [line.partition(": ")[0] for line in ended.err.splitlines()[1:]]
    assert ended.code == 3
    assert [place.partition(":")[0] for place in places] == [
        "config/accounts/dev.yaml",
        "config/accounts/prod.yaml",
        "config/controls.yaml",
    ]
    assert "did you mean 'Workloads/Prod'?" in ended.message
    untouched()


def test_a_policy_over_its_size_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """A service control policy over AWS's quota ends every command with 3 before AWS is asked, naming policy, size and quota."""
    own = workplace.with_own_content()
    resources = ", ".join(f'"arn:aws:s3:::b/{number}"' for number in range(600))
    workplace.write("content/policies/scp/too-long.yaml", TOO_LONG % resources)
    workplace.edit(
        "config/controls.yaml",
        "  policies:\n",
        "  policies:\n    - {policy: too-long, targets: {organizational_units: [Root]}}\n",
    )
    message = refused_everywhere(own, 3)
    assert "too-long" in message
    assert "10240" in message.replace(",", "").replace(" ", "").replace("_", "")
    untouched()


def test_a_template_that_cfn_lint_refuses_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """A template with an error that only cfn-lint sees ends every command with 3, naming the stack, the place in it and the rule."""
    own = workplace.with_own_content()
    workplace.edit("content/templates/kms_defaults.py", "TargetKeyId=Ref(key)", 'TargetKeyId=Ref("Nowhere")')
    message = same_message([own.sandboxed("apply", "--yes")], 3)
    assert "the template of AWS::CloudFormation::Stack acme-kms-defaults" in message
    assert "Resources/Alias/Properties/TargetKeyId" in message
    assert "cfn-lint rule E" in message
    untouched()


def test_an_email_of_another_declared_account_is_refused_offline(workplace: Workplace, untouched: Untouched) -> None:
    """Two files with one e-mail address, whatever its case, end every command with 3, naming both files."""
    workplace.edit("config/accounts/dev.yaml", "aws+dev@acme.example", "AWS+Prod@acme.example")
    message = refused_everywhere(workplace, 3)
    assert "config/accounts/dev.yaml:3:8" in message or "config/accounts/prod.yaml:3:8" in message
    assert "is taken (by config/accounts/" in message
    untouched()


def test_an_email_of_an_account_elsewhere_fails_that_account_and_what_needs_it(
    workplace: Workplace, sandbox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS alone knows the e-mail addresses of strangers: the account fails with AWS's reason, what needs it is skipped, nothing is made."""
    small(workplace)
    assert workplace.sandboxed("apply", "--yes").code == 0
    before, lines = snapshot(sandbox), len(workplace.journal)
    known = account_creation._complete

    def taken(request: account_creation.CreateAccountRequest) -> None:
        if request.email == "taken@acme.example":
            request.state, request.failure_reason = "FAILED", "EMAIL_ALREADY_EXISTS"
        else:
            known(request)

    monkeypatch.setattr(account_creation, "_complete", taken)
    workplace.write(
        "config/accounts/late.yaml", "name: Late\nemail: taken@acme.example\norganizational_unit: Workloads/Dev\n"
    )
    ended = workplace.sandboxed("apply", "--yes")
    assert ended.code == 4
    assert "AWS::Organizations::Account late" in ended.out
    assert "EMAIL_ALREADY_EXISTS" in ended.out
    assert "Applied: 1 not made" in ended.out
    assert differences(before, snapshot(sandbox)) == []
    changes = [line for line in workplace.journal[lines:] if line["event"] == "change"]
    assert [(line["address"], line["result"]) for line in changes] == [("AWS::Organizations::Account late", "failed")]


def small(workplace: Workplace) -> None:
    """Declare the tree and the accounts only: no policy, no trail, nobody's access."""
    workplace.write("config/controls.yaml", "identity-center: false\n")
    workplace.write("config/identity.yaml", "groups: {}\n")


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
    assert "no organization instance in eu-west-1" in workplace.sandboxed("plan").out
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
    small(workplace)
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
