"""Accounts on the sandbox: created once, recognised, adopted, moved, tagged, released; never closed."""

import threading
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from guardrails.aws.gateway import GatewayReader
from guardrails.engine.change import Action
from guardrails.engine.run import Result
from guardrails.engine.safety import check
from guardrails.errors import IncompletePlan, PlanError
from guardrails.resources import ROOT_ADDRESS, organizational_unit_address
from guardrails.resources.account import Account
from guardrails.resources.organizational_unit import OrganizationalUnit
from tests.organization_line import Line, actions, before, differences, refuse, tags_of

WORKLOADS = OrganizationalUnit(name="Workloads", display_name="Workloads", parent=ROOT_ADDRESS)
SANDBOX = OrganizationalUnit(name="Sandbox", display_name="Sandbox", parent=ROOT_ADDRESS)
SHOP = Account(
    name="shop",
    email="shop@acme.example",
    display_name="Acme Shop",
    parent=organizational_unit_address("Workloads"),
    tags={"environment": "prod"},
    role="OrganizationAccountAccessRole",
)
SHOP_IN_ROOT = replace(SHOP, parent=ROOT_ADDRESS)


def by_email(line: Line) -> dict[str, Any]:
    """Every account as AWS shows it, by e-mail."""
    pages = line.client().get_paginator("list_accounts").paginate()
    return {account["Email"]: account for page in pages for account in page["Accounts"]}


def parent_of(line: Line, identity: str) -> str:
    return str(line.client().list_parents(ChildId=identity)["Parents"][0]["Id"])


def made_by_hand(line: Line, email: str = "shop@acme.example", name: str = "Acme Shop", looks: int = 2) -> str:
    """Somebody asks for an account, and looks so many times (with two looks it is there); the id of the request."""
    request = str(line.client().create_account(Email=email, AccountName=name)["CreateAccountStatus"]["Id"])
    for _ in range(looks):
        line.client().describe_create_account_status(CreateAccountRequestId=request)
    return request


def test_an_account_is_made_once(line: Line) -> None:
    """A declared account is created, moved to its OU, with its tags and its logical name as ownership; the second plan is empty."""
    writes = line.apply(WORKLOADS, SHOP)
    assert writes == {"create_organizational_unit": 1, "create_account": 1, "move_account": 1}
    made = by_email(line)["shop@acme.example"]
    assert made["Name"] == "Acme Shop"
    assert parent_of(line, made["Id"]) == line.connection.directory.id(SHOP.parent)
    assert tags_of(line.client(), made["Id"]) == {"environment": "prod", "guardrails:managed": "shop"}


def test_the_declared_role_opens_it(line: Line) -> None:
    """The new account has the member role, and its id is known to whoever needs it next."""
    line.apply(WORKLOADS, replace(SHOP, role="Elsewhere"))
    identity = by_email(line)["shop@acme.example"]["Id"]
    role = f"arn:aws:iam::{identity}:role/Elsewhere"
    assert line.sandbox.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    assert line.connection.directory.id(SHOP.address) == identity


def test_more_than_a_page(line: Line) -> None:
    """Among more accounts than AWS gives at once each is recognised."""
    for number in range(22):
        made_by_hand(line, f"team-{number}@acme.example", f"Team {number}")
    line.apply(WORKLOADS, SHOP)
    assert len(by_email(line)) == 24


def test_a_creation_under_way_is_followed(line: Line) -> None:
    """An account that an earlier run asked for is awaited, not asked for again; it gets our tags and its place."""
    made_by_hand(line, looks=0)
    assert actions(line.plan(WORKLOADS, SHOP)) == ["+Workloads", "+shop"]
    writes = line.apply(WORKLOADS, SHOP)
    assert "create_account" not in writes
    assert len(by_email(line)) == 2
    identity = by_email(line)["shop@acme.example"]["Id"]
    assert parent_of(line, identity) == line.connection.directory.id(SHOP.parent)


def test_a_creation_that_succeeded_meanwhile_is_followed(line: Line) -> None:
    """An account that appears between plan and apply, because an earlier request ended, is taken: no second one is asked for."""
    request = made_by_hand(line, looks=0)
    plan = line.plan(WORKLOADS, SHOP)
    for _ in range(3):
        line.client().describe_create_account_status(CreateAccountRequestId=request)
    assert {outcome.result for outcome in line.applied(plan)} == {Result.DONE}
    assert "organizations:create_account" not in line.connection.gateway.calls.writes


def test_another_accounts_request_is_not_followed(line: Line) -> None:
    """An earlier, finished request with the same display name but another e-mail is somebody else's account."""
    made_by_hand(line, email="other@acme.example")
    assert line.apply(WORKLOADS, SHOP)["create_account"] == 1
    assert len(by_email(line)) == 3


def test_a_request_for_an_account_that_left_is_not_followed(line: Line) -> None:
    """An earlier request of the same name whose account has left the organization since is no obstacle to a new account."""
    made_by_hand(line, email="other@acme.example")
    plan = line.plan(SHOP_IN_ROOT)
    refuse(line.connection, "DescribeAccount", "AccountNotFoundException", times=1)
    assert {outcome.result for outcome in line.applied(plan)} == {Result.DONE}
    assert line.connection.gateway.calls.writes["organizations:create_account"] == 1


def test_five_accounts_are_made_at_a_time(line: Line) -> None:
    """Of more declared accounts never a sixth is asked for while five are being made, for AWS would refuse it."""
    wanted = [
        replace(SHOP_IN_ROOT, name=f"a{n}", display_name=f"A {n}", email=f"a{n}@acme.example", tags={})
        for n in range(9)
    ]
    plan = line.plan(*wanted)
    full = threading.Barrier(5, timeout=10)
    asked = count()

    def begins(**_: Any) -> None:
        if next(asked) < 5:
            full.wait()

    before(line.connection, "CreateAccount", begins)
    assert {outcome.result for outcome in line.applied(plan)} == {Result.DONE}
    assert next(asked) == 9


def test_a_creation_that_fails_says_why(line: Line) -> None:
    """When AWS ends the creation as FAILED the change fails with the reason, and nothing else was written for it."""
    line.apply(WORKLOADS)
    want = replace(SHOP, email="taken@example.com")
    plan = line.plan(WORKLOADS, want)
    made_by_hand(line, email="taken@example.com", name="Somebody else")
    (outcome,) = line.applied(plan)
    assert outcome.result is Result.FAILED
    assert "EMAIL_ALREADY_EXISTS: AWS could not create shop <taken@example.com>" in outcome.reason
    assert dict(line.connection.gateway.calls.writes) == {"organizations:create_account": 1}


def test_an_untagged_account_is_adopted(line: Line) -> None:
    """An account with the declared e-mail is this one, whatever its name: it is adopted, moved and tagged, not made again."""
    made_by_hand(line)
    line.apply(WORKLOADS)
    plan = line.plan(WORKLOADS, SHOP)
    assert [(change.action, change.address.name) for change in plan.changes] == [(Action.ADOPT, "shop")]
    assert line.apply(WORKLOADS, SHOP) == {"move_account": 1, "tag_resource": 1}


def test_an_account_is_known_by_its_tag(line: Line) -> None:
    """Our tag, not the e-mail, says which account it is: with another declared e-mail it is the same account, and cannot be changed."""
    line.apply(WORKLOADS, SHOP)
    plan = line.plan(WORKLOADS, replace(SHOP, email="new@acme.example"))
    assert differences(plan) == ["email"]
    with pytest.raises(PlanError, match=r"shop: email cannot be changed \(live shop@acme\.example"):
        check(plan, {})


def test_spelling_of_an_email_is_no_difference(line: Line) -> None:
    """E-mail addresses that differ in capitals alone are one address."""
    made_by_hand(line, email="Shop@Acme.example")
    plan = line.plan(WORKLOADS, SHOP)
    assert "email" not in [d.property for change in plan.changes if change.before for d in change.differences]
    check(plan, {})
    line.apply(WORKLOADS, SHOP)


def test_an_account_whose_file_is_renamed_stays_the_same(line: Line) -> None:
    """An account file under a new name is the same account by its e-mail: it takes the new name, and none is made or released."""
    line.apply(WORKLOADS, SHOP)
    renamed = replace(SHOP, name="store")
    assert actions(line.plan(WORKLOADS, renamed)) == ["=store"]
    assert line.apply(WORKLOADS, renamed) == {"tag_resource": 1}
    identity = by_email(line)["shop@acme.example"]["Id"]
    assert tags_of(line.client(), identity)["guardrails:managed"] == "store"


def test_our_tag_wins_over_an_email(line: Line) -> None:
    """Where one account carries our tag and another has the declared e-mail, the tagged one is it, and the other a stranger."""
    line.apply(WORKLOADS, SHOP)
    made_by_hand(line, email="new@acme.example", name="New")
    plan = line.plan(WORKLOADS, replace(SHOP, email="new@acme.example"))
    assert differences(plan) == ["email"]
    assert "new@acme.example" in [address.name for address in plan.unmanaged]


def test_a_move(line: Line) -> None:
    """An account declared in another OU is moved by one write."""
    line.apply(WORKLOADS, SANDBOX, SHOP)
    moved = replace(SHOP, parent=SANDBOX.address)
    assert differences(line.plan(WORKLOADS, SANDBOX, moved)) == ["parent"]
    assert line.apply(WORKLOADS, SANDBOX, moved) == {"move_account": 1}


def test_an_account_leaves_an_ou_before_the_ou_goes(line: Line) -> None:
    """An OU that is dropped while its account moves elsewhere is deleted after the move."""
    line.apply(WORKLOADS, SANDBOX, SHOP)
    writes = line.apply(SANDBOX, replace(SHOP, parent=SANDBOX.address))
    assert writes == {"move_account": 1, "delete_organizational_unit": 1}


def test_an_account_moved_into_an_undeclared_ou_is_seen_there(line: Line) -> None:
    """An account that somebody moved to an OU of their own is drift, and comes back; their OU stays."""
    line.apply(WORKLOADS, SHOP)
    other = line.client().create_organizational_unit(ParentId=line.root_id, Name="Theirs")["OrganizationalUnit"]["Id"]
    identity, here = by_email(line)["shop@acme.example"]["Id"], line.connection.directory.id(SHOP.parent)
    line.client().move_account(AccountId=identity, SourceParentId=here, DestinationParentId=other)
    (change,) = line.plan(WORKLOADS, SHOP).changes
    assert [str(d.live) for d in change.differences] == ["AWS::Organizations::OrganizationalUnit Theirs"]
    assert line.apply(WORKLOADS, SHOP) == {"move_account": 1}


def test_tags_follow(line: Line) -> None:
    """Tags are added, changed and removed; ours stays."""
    line.apply(WORKLOADS, SHOP)
    assert line.apply(WORKLOADS, replace(SHOP, tags={"owner": "x"})) == {"tag_resource": 1, "untag_resource": 1}
    identity = by_email(line)["shop@acme.example"]["Id"]
    assert tags_of(line.client(), identity) == {"owner": "x", "guardrails:managed": "shop"}


def test_an_undeclared_account_is_released(line: Line) -> None:
    """An account dropped from the files stays open where it is, with its own tags; only our tag goes, and it is a stranger."""
    line.apply(WORKLOADS, SHOP)
    assert actions(line.plan(WORKLOADS)) == ["»shop"]
    assert line.apply(WORKLOADS) == {"untag_resource": 1}
    account = by_email(line)["shop@acme.example"]
    assert (account["Status"], tags_of(line.client(), account["Id"])) == ("ACTIVE", {"environment": "prod"})
    strangers = [address.name for address in line.plan(WORKLOADS).unmanaged]
    assert "shop@acme.example" in strangers


def test_the_management_account(line: Line) -> None:
    """The management account is recognised without an e-mail, adopted with its tags, and keeps its name and address."""
    want = Account(name="management", tags={"owner": "platform"})
    assert actions(line.plan(want)) == ["=management"]
    assert line.apply(want) == {"tag_resource": 1}


def test_the_management_accounts_tag_may_lag_behind(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the tagging API does not know yet that the management account is ours, it is asked for by itself: nothing is to be done."""
    want = Account(name="management", tags={"owner": "platform"})
    line.apply(want)
    items = GatewayReader.items

    def lagging(self: GatewayReader, service: str, *given: Any, **more: Any) -> Any:
        return iter(()) if service == "resourcegroupstaggingapi" else items(self, service, *given, **more)

    monkeypatch.setattr(GatewayReader, "items", lagging)
    assert actions(line.plan(want)) == []


def test_closed_accounts_are_not_there(line: Line) -> None:
    """Closed accounts that nobody declares, ours or not, are neither released nor reported."""
    line.apply(WORKLOADS, SHOP)
    made_by_hand(line, email="old@acme.example", name="Old")
    for email in ("old@acme.example", "shop@acme.example"):
        line.client().close_account(AccountId=by_email(line)[email]["Id"])
    plan = line.plan(WORKLOADS)
    assert plan.changes == ()
    assert [address.name for address in plan.unmanaged] == ["management@example.com"]


def test_a_declared_account_that_is_closed_is_told(line: Line) -> None:
    """A declared account that is closed is a difference that nothing can mend: the plan shows it and apply refuses."""
    line.apply(WORKLOADS, SHOP)
    line.client().close_account(AccountId=by_email(line)["shop@acme.example"]["Id"])
    plan = [line.plan(WORKLOADS, SHOP) for _ in range(2)][-1]
    assert differences(plan) == ["state"]
    with pytest.raises(PlanError, match=r"state cannot be changed \(live SUSPENDED, .*: take its file out"):
        check(plan, {})


def test_denied_accounts_are_a_blind_spot(line: Line) -> None:
    """When accounts may not be listed none is created, and the plan is refused as incomplete."""
    line.refusing["ListAccounts"] = "AccessDeniedException"
    plan = line.plan(WORKLOADS, SHOP)
    assert actions(plan) == ["+Workloads"]
    with pytest.raises(IncompletePlan, match="organizations:list_accounts"):
        check(plan, {})


def test_without_paths_the_ous_are_asked(line: Line) -> None:
    """Where AWS does not say an account's path, its place is found from the OUs' lists: the plan is the same, and empty."""
    line.apply(WORKLOADS, SHOP)
    line.plan(WORKLOADS, SHOP)
    client = line.connection.gateway.sessions.client("organizations", "", "eu-west-1")

    def without_paths(parsed: dict[str, Any], **_: Any) -> None:
        for account in parsed["Accounts"]:
            account.pop("Paths")

    client.meta.events.register("after-call.organizations.ListAccounts", without_paths)
    kind, names = line.types()[Account.TYPE], line.connection.directory
    seen = {live.resource.name: live.resource for live in kind.observe(line.connection.gateway.reader(), [SHOP], names)}  # type: ignore[union-attr]
    assert seen["shop"] == SHOP
