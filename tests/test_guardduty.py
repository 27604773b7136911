"""GuardDuty for a whole organization: switched on, broken by hand, mended, decided by a policy instead, switched off."""

from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

pytestmark = pytest.mark.whole_baseline

REGIONS = ("eu-west-1", "eu-central-1")
ACCOUNT = "name: Acme Payments\nemail: aws+payments@acme.example\norganizational_unit: Workloads/Prod\n"
CONFIGURATION = "Guardrails::GuardDuty::OrganizationConfiguration GuardDuty @ security-tooling/eu-central-1"


@pytest.fixture
def guarded(workplace: Workplace) -> Workplace:
    """GuardDuty alone, applied."""
    declare(workplace, "guardduty:\n")
    return workplace


def declare(workplace: Workplace, control: str, *accepting: str) -> None:
    """Declare the tree, the accounts and what is given; apply it, and see that nothing is left to do."""
    workplace.write("config/controls.yaml", f"identity-center: false\n{control}")
    accepted = [argument for name in accepting for argument in ("--accept", name)]
    applied = workplace.sandboxed("apply", "--yes", *accepted)
    assert applied.code == 0, applied.out + applied.err
    assert workplace.sandboxed("drift").code == 0


def detector_of(sandbox: Embedded, region: str, account: str) -> tuple[Any, str]:
    client = sandbox.client("guardduty", region, account)
    return client, client.list_detectors()["DetectorIds"][0]


def plans_on(sandbox: Embedded, region: str, account: str) -> set[str]:
    """What is on in an account and region, as its own detector says."""
    client, detector = detector_of(sandbox, region, account)
    described = client.get_detector(DetectorId=detector)
    assert described["Status"] == "ENABLED"
    return {each["Name"] for each in described["Features"] if each["Status"] == "ENABLED"}


def test_a_plan_that_is_off_in_one_member_is_named_and_switched_on(guarded: Workplace, sandbox: Embedded) -> None:
    """`drift --deep` names account, region and plan; `apply --deep` makes the one write that mends it; off, everything stays on."""
    accounts = account_ids(sandbox)
    assert guarded.sandboxed("drift", "--deep").code == 0
    client, own = detector_of(sandbox, REGIONS[1], accounts["Acme Security Tooling"])
    off = [{"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}]
    client.update_member_detectors(DetectorId=own, AccountIds=[accounts["Acme Dev"]], Features=off)
    assert guarded.sandboxed("drift").code == 0
    drift = guarded.sandboxed("drift", "--deep", "--output", "json")
    assert drift.code == 2
    expected = {"dev/eu-central-1 RUNTIME_MONITORING": {"live": "DISABLED", "desired": "ENABLED"}}
    assert {each["address"]: each["differences"] for each in drift.document["changes"]} == {CONFIGURATION: expected}
    mended = guarded.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    assert mended.document["calls"]["writes"] == {"guardduty:update_member_detectors": 1}
    assert guarded.sandboxed("drift", "--deep").code == 0
    declare(guarded, "")
    for account in accounts.values():
        for region in REGIONS:
            assert "RUNTIME_MONITORING" in plans_on(sandbox, region, account)


def test_decided_by_an_organization_policy(guarded: Workplace, sandbox: Embedded) -> None:
    """A policy takes over, and covers a later account; back from it, `apply --deep` switches on what it had left off."""
    before = set(account_ids(sandbox).values())
    declare(guarded, "guardduty:\n  method: organization-policy\n  features: {S3_DATA_EVENTS: ALL}\n")
    guarded.write("config/accounts/payments.yaml", ACCOUNT)
    assert guarded.sandboxed("apply", "--yes").code == 0
    (later,) = set(account_ids(sandbox).values()) - before
    administrator = account_ids(sandbox)["Acme Security Tooling"]
    for region in REGIONS:
        client, own = detector_of(sandbox, region, administrator)
        members = client.list_members(DetectorId=own, OnlyAssociated="true")["Members"]
        assert later in {member["AccountId"] for member in members}
        assert "S3_DATA_EVENTS" in plans_on(sandbox, region, later)
        assert "RUNTIME_MONITORING" not in plans_on(sandbox, region, later)
    declare(guarded, "guardduty:\n", "protection", "deletions")
    assert guarded.sandboxed("apply", "--deep", "--yes").code == 0
    assert "RUNTIME_MONITORING" in plans_on(sandbox, REGIONS[1], later)
    assert sandbox.client("organizations").list_policies(Filter="GUARDDUTY_POLICY")["Policies"] == []
