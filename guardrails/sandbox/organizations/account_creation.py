"""Accounts are made asynchronously: a request first, the account when somebody has looked at the request often enough.

The sandbox has no clock. A look (DescribeCreateAccountStatus, ListCreateAccountStatus) shows a request as it stands
and moves it one step on; so the first look after CreateAccount still says IN_PROGRESS, the second says how it ended.
Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.organizations.models import FakeAccount
from moto.organizations.utils import make_random_create_account_status_id

from guardrails.sandbox.organizations import authority, organization, placement, policy_targets, tagging, tree
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_IN_PROGRESS: Final = 5
MAX_ACCOUNTS: Final = 10_000
"""The default of a new organization is ten; it is raised on request, and the sandbox begins with it raised."""
MAX_ACCOUNT_NAME_CHARACTERS: Final = 50
ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
VALID_EMAIL: Final = re.compile(
    r"""(?!\.)[^\s"'()<>\[\]:;,\\|%&@]+@(?![-.])[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*(?<![-.])""", re.ASCII
)
"""What an e-mail address must be for an account to come of it."""
NAME: Final = re.compile(r"[ -~]+")
STATES: Final = ("IN_PROGRESS", "SUCCEEDED", "FAILED")
ROLE_NAME: Final = re.compile(r"[\w+=,.@-]{1,64}")


@dataclass
class CreateAccountRequest:
    """A request for an account and how far it has come."""

    id: str
    name: str
    email: str
    role_name: str
    tags: dict[str, str]
    requested: datetime
    state: str = "IN_PROGRESS"
    completed: datetime | None = None
    account_id: str | None = None
    failure_reason: str | None = None


_REQUESTS: Final[dict[str, CreateAccountRequest]] = tree.of_this_organization({})


@operation("organizations", "CreateAccount")
def create_account(call: Call) -> Answer:
    """Ask for an account; five requests at most may be under way."""
    authority.require_management(call)
    name, email = call.parameters["AccountName"], call.parameters["Email"]
    role_name = call.parameters.get("RoleName") or ACCESS_ROLE
    _check(name, email, role_name)
    if call.parameters.get("IamUserAccessToBilling", "ALLOW") not in ("ALLOW", "DENY"):
        raise organization.invalid("INVALID_ENUM")
    tags = tagging.checked(call.parameters.get("Tags", []))
    if len(tree.ACCOUNTS) >= MAX_ACCOUNTS:
        message = "You attempted to exceed the limit on the number of accounts in an organization."
        raise organization.constraint("ACCOUNT_NUMBER_LIMIT_EXCEEDED", message)
    if sum(request.state == "IN_PROGRESS" for request in _REQUESTS.values()) >= MAX_IN_PROGRESS:
        message = "You attempted to exceed the number of accounts that can be in progress at a time."
        raise organization.constraint("ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED", message)
    identifier = make_random_create_account_status_id()
    made = CreateAccountRequest(identifier, name, email, role_name, tags, datetime.now(UTC))
    _REQUESTS[identifier] = made
    return {"CreateAccountStatus": _described(made)}


@operation("organizations", "DescribeCreateAccountStatus")
def describe_create_account_status(call: Call) -> Answer:
    """Look at one request."""
    authority.require_reader(call)
    found = _REQUESTS.get(call.parameters["CreateAccountRequestId"])
    if found is None:
        message = "We can't find an create account request with the CreateAccountRequestId that you specified."
        raise Refusal("CreateAccountStatusNotFoundException", message)
    return {"CreateAccountStatus": _look(found)}


@operation("organizations", "ListCreateAccountStatus")
def list_create_account_status(call: Call) -> Answer:
    """Look at every request in the states asked for, newest last, twenty a page."""
    authority.require_reader(call)
    states = call.parameters.get("States") or STATES
    if not set(states) <= set(STATES):
        raise organization.invalid("INVALID_ENUM")
    answer = organization.page(
        call, "CreateAccountStatuses", [each for each in _REQUESTS.values() if each.state in states]
    )
    return {**answer, "CreateAccountStatuses": [_look(request) for request in answer["CreateAccountStatuses"]]}


def _check(name: str, email: str, role_name: str) -> None:
    if not 1 <= len(name) <= MAX_ACCOUNT_NAME_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    if not NAME.fullmatch(name):
        raise organization.invalid("INVALID_PATTERN")
    if not EMAIL.fullmatch(email) or not 6 <= len(email) <= 64:
        raise organization.invalid("INVALID_PATTERN", "You specified an invalid e-mail address.")
    if not ROLE_NAME.fullmatch(role_name) or role_name.startswith("AWSServiceRoleFor"):
        raise organization.invalid("INVALID_ROLE_NAME", "You specified an invalid role name.")


def _look(request: CreateAccountRequest) -> Mapping[str, Any]:
    """Show the request as it stands, then let it come one step further."""
    shown = _described(request)
    if request.state == "IN_PROGRESS":
        _complete(request)
    return shown


def _complete(request: CreateAccountRequest) -> None:
    request.completed = datetime.now(UTC)
    request.failure_reason = _failure(request)
    if request.failure_reason:
        request.state = "FAILED"
        return
    made = make(request.name, request.email, request.role_name, request.tags)
    made.create_account_status_id = request.id
    request.state, request.account_id = "SUCCEEDED", made.id


def _failure(request: CreateAccountRequest) -> str | None:
    """Why no account comes of a request, or None."""
    if not VALID_EMAIL.fullmatch(request.email):
        return "INVALID_EMAIL"
    if any(account.email.lower() == request.email.lower() for account in tree.ACCOUNTS.values()):
        return "EMAIL_ALREADY_EXISTS"
    return "ACCOUNT_LIMIT_EXCEEDED" if len(tree.ACCOUNTS) >= MAX_ACCOUNTS else None


def make(name: str, email: str, role_name: str = ACCESS_ROLE, tags: Mapping[str, str] | None = None) -> FakeAccount:
    """Make an account in the root, at once: with a role for the management account and AWS's own policies, and everybody told."""
    made = FakeAccount(organization.organization(), AccountName=name, Email=email, RoleName=role_name)
    made.tags = dict(tags or {})
    tree.add_account(made)
    _give_access(made.id, role_name)
    policy_targets.attach_defaults(made)
    placement.account_placed(made.id, None, made.parent_id)
    return made


def _give_access(account_id: str, role_name: str) -> None:
    """moto makes the role that trusts the management account; AWS also lets it do everything."""
    iam = iam_backends[account_id][PARTITION]
    iam.attach_role_policy(f"arn:{PARTITION}:iam::aws:policy/AdministratorAccess", role_name)


def _described(request: CreateAccountRequest) -> Mapping[str, Any]:
    shown = {
        "Id": request.id,
        "AccountName": request.name,
        "State": request.state,
        "RequestedTimestamp": request.requested,
        "CompletedTimestamp": request.completed,
        "AccountId": request.account_id,
        "FailureReason": request.failure_reason,
    }
    return {name: value for name, value in shown.items() if value is not None}
