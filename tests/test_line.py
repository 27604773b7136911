"""The whole line through the command line: what is declared becomes what is live, and stays so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.tampering import tamper
from tests.command_line import Workplace
from tests.organization_snapshot import differences, snapshot

REGIONS = ("eu-west-1", "eu-central-1")
DRIFT = {
    "AWS::CloudTrail::Trail acme-organization-trail": {"log_file_validation", "logging"},
    "AWS::Organizations::Policy deny-other-regions": {
        "content.Statement[DenyOtherRegions].Condition.StringNotEquals.aws:RequestedRegion"
    },
    "AWS::Organizations::Policy deny-root-user": {"targets"},
    "AWS::SSO::PermissionSet ReadOnly": {"managed_policies", "provisioned"},
}
REPAIR = {
    "cloudtrail:start_logging": 1,
    "cloudtrail:update_trail": 1,
    "organizations:attach_policy": 1,
    "organizations:update_policy": 1,
    "sso-admin:detach_managed_policy_from_permission_set": 1,
    "sso-admin:provision_permission_set": 1,
}
NEW_ACCOUNT = "name: Acme Payments\nemail: aws+payments@acme.example\norganizational_unit: Workloads/Prod\n"
CONTROL = '''\
"""AWS Health sees the whole organization."""

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.resources.trusted_access import TrustedAccess


def resources(organization, library, settings):
    yield TrustedAccess(name="health.amazonaws.com")


CONTROL = Control(
    id="organization-health",
    title="AWS Health sees the whole organization",
    behavior="detective",
    source="https://docs.aws.amazon.com/health/latest/ug/aggregate-events.html",
    settings=Settings,
    resources=resources,
    enabled_by_default=True,
)
'''


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """The shipped configuration, applied to the bare organization."""
    ended = workplace.sandboxed("apply", "--yes")
    assert (ended.code, ended.out.splitlines()[-1][:8]) == (0, "Applied:")
    return workplace


def plan_of(workplace: Workplace) -> Any:
    """The plan as JSON."""
    return workplace.sandboxed("plan", "--output", "json").document


def addresses(plan: Any) -> list[str]:
    """What a plan does, each change as "action address", sorted."""
    return sorted(f"{change['action']} {change['address']}" for change in plan["changes"])


def test_what_was_applied_needs_nothing_more(applied: Workplace) -> None:
    """After apply, plan finds nothing to do and exits with 0 even when asked for details; drift and a second apply find nothing either."""
    plan = applied.sandboxed("plan", "--detailed-exitcode", "--output", "json")
    assert plan.code == 0
    assert set(plan.document["summary"].values()) == {0}
    assert (plan.document["changes"], plan.document["blind"], plan.document["complete"]) == ([], [], True)
    assert applied.sandboxed("drift").code == 0
    again = applied.sandboxed("apply", "--yes", "--show-calls", "--output", "json")
    assert (again.code, again.document["calls"]["writes"]) == (0, {})


def test_the_usual_credential_chain_leads_to_the_same_plan(
    workplace: Workplace, sandbox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `--sandbox`, endpoint and credentials come from the environment as for any AWS tool; the plan is the same."""
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    plan = workplace.run("plan", "--output", "json")
    assert (plan.code, plan.document) == (0, plan_of(workplace))


def test_what_is_changed_by_hand_is_named_and_mended_and_nothing_else(applied: Workplace, sandbox: Embedded) -> None:
    """Drift names exactly the properties that were tampered with, apply makes exactly the writes that mend them, and all is as before."""
    before = snapshot(sandbox)
    assert len(list(tamper(sandbox.client))) == 5
    drift = applied.sandboxed("drift", "--output", "json")
    assert drift.code == 2
    assert {change["address"]: set(change["differences"]) for change in drift.document["changes"]} == DRIFT
    assert {change["action"] for change in drift.document["changes"]} == {"update"}
    mended = applied.sandboxed("apply", "--yes", "--show-calls", "--output", "json")
    assert mended.code == 0
    assert mended.document["calls"]["writes"] == REPAIR
    assert applied.sandboxed("drift").code == 0
    assert differences(before, snapshot(sandbox)) == []


def test_one_new_file_is_one_new_account_and_what_follows(applied: Workplace, sandbox: Embedded) -> None:
    """The plan holds that account and its assignments alone; after apply its keys, detectors and assignments are there, and no drift."""
    applied.write("config/accounts/payments.yaml", NEW_ACCOUNT)
    assert addresses(plan_of(applied)) == [
        "create AWS::Organizations::Account payments",
        "create AWS::SSO::Assignment auditors | SecurityAudit | payments",
        "create AWS::SSO::Assignment developers | SecurityAudit | payments",
        "create AWS::SSO::Assignment platform-engineers | PlatformAdministrator | payments",
    ]
    assert applied.sandboxed("apply", "--yes").code == 0
    account = account_id(sandbox, "Acme Payments")
    assert sorted(instances(sandbox, account)) == sorted((region, "CURRENT") for region in REGIONS)
    for region in REGIONS:
        assert rotating_keys(sandbox, account, region) == [
            f"alias/acme-{use}" for use in ("ebs", "rds", "s3", "secrets")
        ]
        assert len(sandbox.client("guardduty", region, account).list_detectors()["DetectorIds"]) == 1
    assert sorted(assigned(sandbox, account)) == ["PlatformAdministrator", "SecurityAudit"]
    assert applied.sandboxed("drift").code == 0


def account_id(sandbox: Embedded, name: str) -> str:
    """The id of the account with this name."""
    accounts = sandbox.client("organizations").list_accounts()["Accounts"]
    (found,) = [str(account["Id"]) for account in accounts if account["Name"] == name]
    return found


def instances(sandbox: Embedded, account: str) -> Iterator[tuple[str, str]]:
    """The stack instances of an account, as (region, status), once auto-deployment has come to its end."""
    cloudformation = sandbox.client("cloudformation")
    for _look in range(3):
        found = cloudformation.list_stack_instances(StackSetName="acme-kms-defaults", StackInstanceAccount=account)
    return ((instance["Region"], instance["Status"]) for instance in found["Summaries"])


def rotating_keys(sandbox: Embedded, account: str, region: str) -> list[str]:
    """The aliases in an account and region whose key rotates."""
    kms = sandbox.client("kms", region, account)
    aliases = [alias for alias in kms.list_aliases()["Aliases"] if not alias["AliasName"].startswith("alias/aws/")]
    return [
        alias["AliasName"]
        for alias in aliases
        if kms.get_key_rotation_status(KeyId=alias["TargetKeyId"])["KeyRotationEnabled"]
    ]


def assigned(sandbox: Embedded, account: str) -> Iterator[str]:
    """The names of the permission sets assigned in an account."""
    sso = sandbox.client("sso-admin")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]
    for arn in sso.list_permission_sets_provisioned_to_account(InstanceArn=instance, AccountId=account)[
        "PermissionSets"
    ]:
        yield sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]["Name"]


def test_a_control_is_one_file(workplace: Workplace) -> None:
    """A control dropped into the content's `controls/` folder appears in compile and in plan, with no other file changed."""
    own = workplace.with_own_content()
    (own.content / "controls").mkdir()
    without = own.run("compile").out.splitlines()
    workplace.write("content/controls/organization_health.py", CONTROL)
    address = "Guardrails::Organizations::TrustedAccess health.amazonaws.com"
    assert sorted(own.run("compile").out.splitlines()) == sorted([*without, address])
    assert f"create {address}" in addresses(plan_of(own))


def test_a_region_is_left_in_one_step(applied: Workplace, sandbox: Embedded) -> None:
    """Its stacks go from members and from the management account; keys stay, and GuardDuty watches on: nobody is dismissed."""
    applied.edit("config/organization.yaml", "  - eu-central-1\n", "left_regions: [eu-central-1]\n")
    refused = applied.sandboxed("apply", "--yes")
    assert (refused.code, "acme-kms-defaults would be withdrawn from Root/eu-central-1" in refused.message) == (6, True)
    assert applied.sandboxed("apply", "--yes", "--accept", "protection").code == 0
    assert applied.sandboxed("plan", "--detailed-exitcode").code == 0
    for account in (None, account_id(sandbox, "Acme Dev")):
        stacks = sandbox.client("cloudformation", "eu-central-1", account).describe_stacks()["Stacks"]
        assert [stack["StackName"] for stack in stacks] == []
        assert len(sandbox.client("guardduty", "eu-central-1", account).list_detectors()["DetectorIds"]) == 1


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_the_json_of_a_plan_is_an_interface(workplace: Workplace, command: str) -> None:
    """Plan and drift print one JSON document: digest, complete, the counts, changes property by property, what was not seen."""
    document = workplace.sandboxed(command, "--output", "json").document
    assert list(document)[:7] == ["digest", "complete", "deep", "summary", "changes", "blind", "unmanaged"]
    assert set(document) - {"caveats", "violations", "policy_slots"} == set(list(document)[:7])
    assert len(document["digest"]) == 64
    assert (document["complete"], document["deep"]) == (True, False)
    assert list(document["summary"]) == ["create", "update", "delete", "adopt", "release"]
    assert sum(document["summary"].values()) == len(document["changes"])
    for change in document["changes"]:
        assert list(change) == ["action", "address", "differences"]
        assert all(list(difference) == ["live", "desired"] for difference in change["differences"].values())
    units = {change["address"]: change["differences"] for change in document["changes"]}
    assert units["AWS::Organizations::OrganizationalUnit Workloads/Prod"]["tags"] == {
        "live": None,
        "desired": {"environment": "prod"},
    }


def test_compile_writes_files_for_review(workplace: Workplace) -> None:
    """`compile --out` writes every policy, every template and the list of resources, the same each time, without AWS."""
    for folder in ("first", "second"):
        assert workplace.run("compile", "--out", folder).code == 0
    first, second = (contents(workplace.folder / folder) for folder in ("first", "second"))
    assert first == second
    assert {"policies/deny-root-user.json", "policies/protect-log-archive.json", "resources.json"} <= set(first)
    assert any(file.startswith("templates/acme-log-archive@log-archive@eu-west-1") for file in first)
    assert json.loads(first["policies/deny-root-user.json"])["Statement"][0]["Effect"] == "Deny"
    listed = [resource["address"] for resource in json.loads(first["resources.json"])]
    assert sorted(listed) == sorted(workplace.run("compile").out.splitlines())


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder by its path there."""
    return {file.relative_to(folder).as_posix(): file.read_text() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("name", "email", "unit", "message"),
    [
        ("payments", "aws+payments@acme.example", "Workloads/Porod", "did you mean 'Workloads/Prod'?"),
        ("payments", "aws+prod@acme.example", "Workloads/Prod", "is taken (by config/accounts/prod.yaml)"),
        ("prod", "aws+payments@acme.example", "Workloads/Prod", "exists already"),
        ("../payments", "aws+payments@acme.example", "Workloads/Prod", "is not an account name"),
    ],
)
def test_onboarding_that_is_wrong_leaves_no_file(
    workplace: Workplace, name: str, email: str, unit: str, message: str
) -> None:
    """`account add` with an unknown OU, a taken e-mail address or name, or a bad one ends with 3 and leaves the files as they were."""
    before = contents(workplace.folder / "config")
    ended = workplace.sandboxed("account", "add", name, "--email", email, "--ou", unit)
    assert ended.code == 3
    assert message in ended.message
    assert contents(workplace.folder / "config") == before


def test_onboarding_writes_one_file_and_shows_its_plan(workplace: Workplace) -> None:
    """`account add` writes the file, prints the plan with the new account, and touches nothing in AWS."""
    ended = workplace.sandboxed("account", "add", "payments", "--email", "p@acme.example", "--ou", "Workloads/Prod")
    assert ended.code == 0
    assert "+ AWS::Organizations::Account payments" in ended.out.splitlines()
    assert (workplace.folder / "config" / "accounts" / "payments.yaml").is_file()
    assert workplace.journal == []
