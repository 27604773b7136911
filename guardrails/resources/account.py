"""Member accounts and the management account: created, moved, tagged; never closed."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import OWNERSHIP_TAG, Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, ORGANIZATIONAL_UNIT_TYPE, ROOT_ADDRESS
from guardrails.tagging import declared_tags, organization_tags, put_organization_tags, tag_list

CREATION_TIMEOUT: Final = 1_800.0
CREATIONS: Final = threading.BoundedSemaphore(5)
"""AWS makes five accounts of an organization at a time, and refuses to begin a sixth."""
ACTIVE: Final = "ACTIVE"
LEAVING: Final = frozenset({"SUSPENDED", "PENDING_CLOSURE", "CLOSED"})


@dataclass(frozen=True, kw_only=True)
class Account(Resource):
    """One account; `name` is its logical name. `email` and `display_name` None mean: whatever is live (the management account's).

    `role` is the role that AWS makes in a new account for the management account to assume.
    """

    TYPE = ACCOUNT_TYPE

    email: str | None = field(default=None, metadata={"immutable": "declare what is live"})
    display_name: str | None = field(default=None, metadata={"immutable": "declare what is live"})
    state: str = field(default=ACTIVE, metadata={"immutable": "take its file out of config/accounts"})
    parent: Address = ROOT_ADDRESS
    tags: Mapping[str, str] = field(default_factory=dict)
    role: str = field(default="", compare=False, metadata={"managed": False})


class Accounts(ObjectType[Account]):
    """Accounts carry our tag, whose value is their logical name. One dropped from YAML stays, and only loses the tag."""

    resource = Account
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts.html"
    after = frozenset({ORGANIZATIONAL_UNIT_TYPE})
    removal = "release"

    def observe(self, aws: Reader, wanted: Sequence[Account], names: Directory) -> Iterator[Live[Account] | BlindSpot]:
        """One call for twenty accounts and one for a hundred accounts' tags.

        An account is ours by its tag, else by its e-mail, never by its display name. One whose tag names an account that is declared no
        longer may go by its e-mail to another name: it is adopted under it. What is closed and not wanted is not there.
        """
        found = list(aws.items("organizations", "list_accounts", "Accounts"))
        emails = {account.email.lower() for account in wanted if account.email}
        known = {names.get(account.address) for account in wanted}
        expected = [a["Id"] for a in found if a["Email"].lower() in emails or a["Id"] in known]
        tags = organization_tags(aws, "account", expected)
        recognised = _Recognised(wanted, tags, names)
        parents = _Parents(aws, names)
        for account in found:
            mine = tags.get(account["Id"], {})
            name, email = recognised.name_and_email(account)
            state = _state(account)
            if state in LEAVING and name not in recognised.wanted:
                continue
            live = Account(
                name=name,
                email=email,
                display_name=account["Name"],
                state=state,
                parent=parents.of(account),
                tags=declared_tags(mine),
            )
            attributes = {"id": account["Id"], "arn": account["Arn"]}
            yield Live(live, attributes, managed=mine.get(OWNERSHIP_TAG) == name)

    def put(self, aws: Writer, want: Account, live: Live[Account] | None, names: Directory) -> Mapping[str, str]:
        """Create (or follow a creation that is under way), then move and tag."""
        identity = _created(aws, want) if live is None else live.attributes["id"]
        here = aws.read("organizations", "list_parents", ChildId=identity)["Parents"][0]["Id"]
        if here != (there := names.id(want.parent)):
            aws.write(
                "organizations", "move_account", AccountId=identity, SourceParentId=here, DestinationParentId=there
            )
        if live is None or not live.managed or dict(live.resource.tags) != dict(want.tags):
            put_organization_tags(aws, identity, want.tags, owner=want.name)
        if live is not None:
            return live.attributes
        return {
            "created": "now",
            "id": identity,
            "arn": aws.read("organizations", "describe_account", AccountId=identity)["Account"]["Arn"],
        }

    def delete(self, aws: Writer, live: Live[Account], names: Directory) -> None:
        """Take our tag off; the account stays where it is."""
        aws.write("organizations", "untag_resource", ResourceId=live.attributes["id"], TagKeys=[OWNERSHIP_TAG])


class _Recognised:
    """Which declared account a live one is."""

    def __init__(self, wanted: Sequence[Account], tags: Mapping[str, Mapping[str, str]], names: Directory) -> None:
        self.wanted = {account.name: account for account in wanted}
        self._tags = tags
        tagged = {mine.get(OWNERSHIP_TAG) for mine in tags.values()}
        untagged = [account for account in wanted if account.name not in tagged]
        self._by_email = {account.email.lower(): account.name for account in untagged if account.email}
        self._by_id = {names.get(account.address): account.name for account in untagged}

    def name_and_email(self, account: Mapping[str, Any]) -> tuple[str, str]:
        """Its logical name, or its e-mail when it is a stranger; and its e-mail in the declared spelling where only capitals differ."""
        identity, email = account["Id"], account["Email"]
        tagged = self._tags.get(identity, {}).get(OWNERSHIP_TAG)
        name = tagged if tagged in self.wanted else None
        name = name or self._by_email.get(email.lower()) or self._by_id.get(identity) or tagged or email
        declared = self.wanted[name].email if name in self.wanted else None
        return name, declared if declared and declared.lower() == email.lower() else email


class _Parents:
    """The OU in which each account stands: from its `Paths`, or, where AWS does not say them, from the OUs' lists of accounts."""

    def __init__(self, aws: Reader, names: Directory) -> None:
        self._aws, self._names = aws, names
        self._listed: dict[str, Address] | None = None

    def of(self, account: Mapping[str, Any]) -> Address:
        if paths := account.get("Paths"):
            ids = [part for part in paths[0].split("/") if part.startswith("ou-")]
            return (self._names.address_of(ORGANIZATIONAL_UNIT_TYPE, ids[-1]) if ids else None) or ROOT_ADDRESS
        if self._listed is None:
            self._listed = {
                listed["Id"]: parent
                for parent in [ROOT_ADDRESS, *self._names.of_type(ORGANIZATIONAL_UNIT_TYPE)]
                for listed in self._aws.items(
                    "organizations", "list_accounts_for_parent", "Accounts", ParentId=self._names.id(parent)
                )
            }
        return self._listed.get(account["Id"], ROOT_ADDRESS)


def _created(aws: Writer, want: Account) -> str:
    """The id of the new account, once AWS has made it; a creation that an earlier run began is followed, not repeated."""

    def finished() -> Mapping[str, Any] | None:
        answer = aws.read("organizations", "describe_create_account_status", CreateAccountRequestId=request)
        status: Mapping[str, Any] = answer["CreateAccountStatus"]
        return None if status["State"] == "IN_PROGRESS" else status

    what = f"organizations:create_account {want.name}"
    with CREATIONS:
        request = next(_begun(aws, want), None) or _begin(aws, want)
        status = aws.wait_for(finished, what=what, every=5, timeout=CREATION_TIMEOUT)
    if status["State"] == "FAILED":
        reason = status["FailureReason"]
        raise AwsError("organizations:create_account", reason, f"AWS could not create {want.name} <{want.email}>")
    return str(status["AccountId"])


def _begin(aws: Writer, want: Account) -> str:
    answer = aws.write(
        "organizations",
        "create_account",
        Email=want.email,
        AccountName=want.display_name,
        RoleName=want.role,
        Tags=tag_list(want.tags, owner=want.name),
    )
    return str(answer["CreateAccountStatus"]["Id"])


def _begun(aws: Writer, want: Account) -> Iterator[str]:
    """Earlier requests for this account: those under way know only its name, those that succeeded lead to its e-mail."""
    for status in aws.items(
        "organizations", "list_create_account_status", "CreateAccountStatuses", States=["IN_PROGRESS", "SUCCEEDED"]
    ):
        if status["AccountName"] != want.display_name:
            continue
        if status["State"] == "IN_PROGRESS":
            yield status["Id"]
            continue
        made = _account(aws, status["AccountId"])
        if made and made["Email"].lower() == (want.email or "").lower() and _state(made) == ACTIVE:
            yield status["Id"]


def _account(aws: Reader, identity: str) -> Mapping[str, Any] | None:
    """The account with this id, None when it has left the organization."""
    try:
        found: Mapping[str, Any] = aws.read("organizations", "describe_account", AccountId=identity)["Account"]
    except AwsError as error:
        if error.code != "AccountNotFoundException":
            raise
        return None
    return found


def _state(account: Mapping[str, Any]) -> str:
    return str(account.get("State") or account["Status"])


TYPE = Accounts()
