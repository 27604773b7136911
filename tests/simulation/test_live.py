"""The hierarchy as AWS has it: how many calls it takes, and what is not there to be seen."""

import json

import pytest

from guardrails.aws.connection import connect
from guardrails.errors import AwsAccessDenied
from guardrails.sandbox.embedded import Embedded
from guardrails.simulation.live import live_hierarchy
from tests.command_line import denied
from tests.organization_line import FIRST_DAY, endpoint_of


def grow(sandbox: Embedded, units: int, accounts: int) -> None:
    """Enable service control policies, make OUs with accounts in them, and a policy on the first OU."""
    organizations = sandbox.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    while organizations.list_roots()["Roots"][0]["PolicyTypes"][0]["Status"] != "ENABLED":
        pass
    made = [
        organizations.create_organizational_unit(ParentId=root, Name=f"Unit{number}")["OrganizationalUnit"]["Id"]
        for number in range(units)
    ]
    for number in range(accounts):
        begun = organizations.create_account(AccountName=f"A{number}", Email=f"a{number}@acme.example")
        request = begun["CreateAccountStatus"]["Id"]
        status: dict[str, str] = {}
        while "AccountId" not in status:
            status = organizations.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
        organizations.move_account(AccountId=status["AccountId"], SourceParentId=root, DestinationParentId=made[0])
    statement = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    policy = organizations.create_policy(
        Name="theirs",
        Description="x",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=made[0])


def test_calls_grow_with_policies_and_units(sandbox: Embedded) -> None:
    """Three calls for each policy (but one to list it), two for each OU, and none for an account; accounts of an OU share a line."""
    grow(sandbox, units=2, accounts=3)
    connection = connect(FIRST_DAY, endpoint=endpoint_of(sandbox))
    hierarchy = live_hierarchy(FIRST_DAY, connection.gateway.reader())
    reads = connection.gateway.calls.reads
    assert reads["organizations:describe_policy"] == reads["organizations:list_targets_for_policy"] == 2
    assert reads["organizations:list_accounts_for_parent"] == 3
    assert reads["organizations:list_organizational_units_for_parent"] == 3
    assert connection.gateway.calls.writes == {}
    first, second, third = (hierarchy.account(f"A{number}") for number in range(3))
    assert first.line is second.line is third.line
    assert [(level.name, [policy.name for policy in level.policies]) for level in first.line.scps] == [
        ("Root", ["FullAWSAccess"]),
        ("Unit0", ["FullAWSAccess", "theirs"]),
        ("account", ["FullAWSAccess"]),
    ]
    assert first.line.rcps == ()
    assert hierarchy.account("management").id == hierarchy.management_account
    assert hierarchy.notes == ("resource control policies are not enabled in this organization: they bind nobody",)


def test_permission_sets_that_may_not_be_seen(sandbox: Embedded) -> None:
    """Who may not look at Identity Center gets the policies all the same, and a note; who may not look at policies gets AWS's refusal."""
    with denied("sso-admin", "ListInstances"):
        connection = connect(FIRST_DAY, endpoint=endpoint_of(sandbox))
        *_, note = live_hierarchy(FIRST_DAY, connection.gateway.reader()).notes
        assert note.startswith("permission sets could not be seen: sso-admin:list_instances")
    with denied("organizations", "ListRoots"), pytest.raises(AwsAccessDenied):
        live_hierarchy(FIRST_DAY, connection.gateway.reader())
