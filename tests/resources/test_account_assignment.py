"""Account assignments, on the sandbox: made, followed, taken away; strangers are seen; the three types plan and apply together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.change import Action
from guardrails.engine.observe import observe
from guardrails.engine.plan import Plan, diff
from guardrails.engine.resource import Address, Directory, Live, ObjectType, Resource
from guardrails.errors import AwsError
from guardrails.resources import account_address, group_address, permission_set_address
from guardrails.resources.account_assignment import TYPE, USER_TYPE, AccountAssignment
from guardrails.resources.group import TYPE as GROUPS
from guardrails.resources.group import Group
from guardrails.resources.permission_set import TYPE as PERMISSION_SETS
from guardrails.resources.permission_set import PermissionSet

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

TYPES: Mapping[str, ObjectType[Any]] = {kind.name: kind for kind in (GROUPS, PERMISSION_SETS, TYPE)}
MANAGEMENT = account_address("management")
GROUP, PERMISSION_SET = Group(name="developers"), PermissionSet(name="Developer")
WANTED = AccountAssignment.of(group_address("developers"), permission_set_address("Developer"), MANAGEMENT)
EVERYTHING = (GROUP, PERMISSION_SET, WANTED)
EXCLUSIVE = (TYPE.name, GROUPS.name)


def planned(connection: Connection, desired: Sequence[Resource], exclusive: Sequence[str] = ()) -> Plan:
    names = connection.directory
    observation = observe(TYPES, connection.gateway.reader(), desired, names)
    return diff(TYPES, desired, observation, names, exclusive=exclusive)


def applied(connection: Connection, desired: Sequence[Resource], exclusive: Sequence[str] = ()) -> list[str]:
    """Make every change in the order of the plan; what was done to which names."""
    plan = planned(connection, desired, exclusive)
    writer, names = connection.gateway.writer(), connection.directory
    for change in plan.changes:
        kind = TYPES[change.address.type]
        if change.action is Action.DELETE:
            assert change.before
            kind.delete(writer, change.before, names)
        else:
            assert change.after
            names.learn(change.address, kind.put(writer, change.after, change.before, names))
    return [f"{change.action.symbol} {change.address.name}" for change in plan.changes]


def observed(connection: Connection) -> dict[str, Live[AccountAssignment]]:
    found = observe(TYPES, connection.gateway.reader(), EVERYTHING, connection.directory).live.values()
    return {item.resource.name: item for item in found if isinstance(item.resource, AccountAssignment)}


@dataclass(frozen=True)
class ByHand:
    """What an administrator does in the console."""

    sandbox: "Embedded"

    @property
    def _instance(self) -> Mapping[str, Any]:
        instance: Mapping[str, Any] = self.sandbox.client("sso-admin").list_instances()["Instances"][0]
        return instance

    def group(self, name: str) -> str:
        client = self.sandbox.client("identitystore")
        return str(client.create_group(IdentityStoreId=self._instance["IdentityStoreId"], DisplayName=name)["GroupId"])

    def user(self, name: str) -> str:
        made = self.sandbox.client("identitystore").create_user(
            IdentityStoreId=self._instance["IdentityStoreId"],
            UserName=name,
            DisplayName=name,
            Name={"GivenName": name, "FamilyName": name},
        )
        return str(made["UserId"])

    def assign(self, principal: str, live: Live[AccountAssignment], kind: str = "GROUP") -> None:
        """Assign somebody what another assignment gives, and wait for it."""
        client = self.sandbox.client("sso-admin")
        which = {"InstanceArn": self._instance["InstanceArn"], "PermissionSetArn": live.attributes["permission_set"]}
        client.create_account_assignment(
            **which,
            TargetId=live.attributes["account"],
            TargetType="AWS_ACCOUNT",
            PrincipalType=kind,
            PrincipalId=principal,
        )
        client.list_account_assignments(**which, AccountId=live.attributes["account"])


@pytest.fixture
def by_hand(sandbox: "Embedded") -> ByHand:
    return ByHand(sandbox)


def test_applied_then_nothing_to_do(connection: Connection) -> None:
    """Group and set come before the assignment; a second plan is empty, and so is what it writes."""
    done = applied(connection, EVERYTHING)
    assert sorted(done[:2]) == ["+ Developer", "+ developers"]
    assert done[2:] == ["+ developers | Developer | management"]
    assert observed(connection)[WANTED.name].resource == WANTED
    plan = planned(connection, EVERYTHING, EXCLUSIVE)
    assert (plan.changes, plan.blind, plan.unmanaged) == ((), (), ())
    assert connection.gateway.calls.writes == {
        "identitystore:create_group": 1,
        "sso-admin:create_permission_set": 1,
        "sso-admin:create_account_assignment": 1,
    }


def test_what_is_put_is_what_is_seen(connection: Connection) -> None:
    """The attributes that a put returns are those that the next observation sees."""
    applied(connection, EVERYTHING)
    live = observed(connection)[WANTED.name]
    assert connection.directory.id(WANTED.address) == live.attributes["id"]
    assert TYPE.put(connection.gateway.writer(), WANTED, live, connection.directory) == live.attributes
    assert connection.gateway.calls.writes["sso-admin:create_account_assignment"] == 1


def test_asking_twice(connection: Connection) -> None:
    """An assignment that a crashed run asked for is no obstacle to the next."""
    applied(connection, EVERYTHING)
    TYPE.put(connection.gateway.writer(), WANTED, None, connection.directory)
    assert list(observed(connection)) == [WANTED.name]


def test_made_by_hand(connection: Connection, by_hand: ByHand) -> None:
    """Somebody else's assignments, a group's and a person's, are reported; where assignments are exclusive they go, and only they."""
    applied(connection, EVERYTHING)
    by_hand.assign(by_hand.group("friends"), observed(connection)[WANTED.name])
    user = by_hand.user("mallory")
    by_hand.assign(user, observed(connection)[WANTED.name], "USER")
    theirs = sorted(["friends | Developer | management", f"user {user} | Developer | management"])
    plan = planned(connection, EVERYTHING)
    assert plan.changes == ()
    assert [address.name for address in plan.unmanaged if address.type == TYPE.name] == theirs
    assert observed(connection)[theirs[1]].resource.principal == Address(USER_TYPE, user)
    connection.gateway.calls.writes.clear()
    assert applied(connection, EVERYTHING, [TYPE.name]) == [f"- {name}" for name in theirs]
    assert list(observed(connection)) == [WANTED.name]
    assert connection.gateway.calls.writes == {"sso-admin:delete_account_assignment": 2}


def test_of_a_group_that_is_gone(connection: Connection, by_hand: ByHand, sandbox: "Embedded") -> None:
    """The assignment of a group that was deleted is seen by the group's id, and goes where assignments are exclusive."""
    applied(connection, EVERYTHING)
    live = observed(connection)[WANTED.name]
    identity = by_hand.group("friends")
    by_hand.assign(identity, live)
    store = sandbox.client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]
    sandbox.client("identitystore").delete_group(IdentityStoreId=store, GroupId=identity)
    assert applied(connection, EVERYTHING, EXCLUSIVE) == [f"- {identity} | Developer | management"]
    assert list(observed(connection)) == [WANTED.name]


def test_in_a_closed_account(connection: Connection, member: Callable[[str], str], by_hand: ByHand) -> None:
    """What is assigned in an account that is closed (none of those that the organization shows) counts for nothing."""
    applied(connection, EVERYTHING)
    live = observed(connection)[WANTED.name]
    closed = replace(live, attributes={**live.attributes, "account": member("gone")})
    by_hand.assign(live.attributes["principal"], closed)
    assert len(observed(connection)) == 2
    directory = Directory()
    directory.learn(MANAGEMENT, {"id": connection.directory.id(MANAGEMENT)})
    seen = observe(TYPES, connection.gateway.reader(), EVERYTHING, directory).live
    assert [address for address in seen if address.type == TYPE.name] == [WANTED.address]


def test_assignments_go_first(connection: Connection) -> None:
    """Where nothing is declared any more and everything is exclusive, the assignment goes before the group and the set."""
    applied(connection, EVERYTHING)
    done = applied(connection, (), EXCLUSIVE)
    assert done[0] == "- developers | Developer | management"
    assert sorted(done[1:]) == ["- Developer", "- developers"]
    assert planned(connection, ()).unmanaged == ()


def test_a_refusal_is_told(connection: Connection) -> None:
    """Where AWS refuses an assignment, its reason is the error."""
    applied(connection, (GROUP, PERMISSION_SET))
    connection.directory.learn(account_address("elsewhere"), {"id": "999999999999"})
    want = AccountAssignment.of(WANTED.principal, WANTED.permission_set, account_address("elsewhere"))
    with pytest.raises(AwsError, match="999999999999 is not an active account"):
        TYPE.put(connection.gateway.writer(), want, None, connection.directory)


def test_calls(connection: Connection) -> None:
    """One call for each set and one for each account in which it is used: a set that nobody uses costs one."""
    applied(connection, (*EVERYTHING, PermissionSet(name="Unused")))
    connection.gateway.calls.reads.clear()
    list(TYPE.observe(connection.gateway.reader(), [], connection.directory))
    assert connection.gateway.calls.reads == {
        "sso-admin:list_instances": 1,
        "sso-admin:list_permission_sets": 1,
        "sso-admin:list_accounts_for_provisioned_permission_set": 2,
        "sso-admin:list_account_assignments": 1,
    }


def test_without_an_instance(sandbox: "Embedded", connection: Connection) -> None:
    """Where Identity Center is not enabled each wanted type is one blind spot and no change; where nothing is wanted, nothing is."""
    sandbox.reset("no-identity-center")
    plan = planned(connection, EVERYTHING)
    assert plan.changes == ()
    assert [spot.type for spot in plan.blind] == sorted(TYPES)
    assert all("enabled once by a person" in spot.remedy for spot in plan.blind)
    assert planned(connection, ()) == Plan(())


def test_references() -> None:
    """An assignment waits for its group, its set and its account."""
    assert WANTED.references() == {WANTED.principal, WANTED.permission_set, WANTED.target}
