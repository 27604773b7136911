"""One question about who may do what where, with names as people write them, and the request that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam import ANONYMOUS, Request, Values, principal
from guardrails.simulation.hierarchy import AccountPlace, Hierarchy

ANY_RESOURCE: Final = "*"
PERMISSION_SET: Final = "permission-set/"
ASSUMED_ROOT: Final = "aws:AssumedRoot"
_SHORT: Final = re.compile(r"(role|user|assumed-role|federated-user)/.+")
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_ARN_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):.*", re.DOTALL)
_RESERVED_ROLE: Final = re.compile(
    r".*:role/aws-reserved/sso\.amazonaws\.com/(?:[a-z0-9-]+/)?AWSReservedSSO_(.+)_[0-9a-f]{16}"
)
_KINDS: Final = (
    "role/Name, user/Name, root, permission-set/Name, a full ARN, a service such as ec2.amazonaws.com, or anonymous"
)


@dataclass(frozen=True)
class Question:
    """May this principal, in this account, do this to that resource?

    `account` is a logical name or an id; of a principal that belongs to no account it is the owner of the resource. `principal` is
    role/Name, user/Name, root, permission-set/Name, an ARN, a service's name, or "anonymous". `resource_account`, a name or an id, may
    be left out where the ARN tells it, or where it is `account`. A context value `()` is a key that the request certainly lacks.
    """

    account: str
    principal: str
    action: str
    resource: str = ANY_RESOURCE
    resource_account: str = ""
    region: str = ""
    context: Mapping[str, Values] = field(default_factory=dict)
    time: datetime | None = None


def request(hierarchy: Hierarchy, question: Question) -> Request:
    """The request that a question stands for; a root user is one that signed in, unless the context says `aws:AssumedRoot`.

    Raises: ConfigError, when there is no such account, principal or action.
    """
    arn = principal_arn(hierarchy, hierarchy.account(question.account), question.principal)
    home, owner = home_of(hierarchy, arn), owner_of(hierarchy, question)
    place = hierarchy.with_id(owner)
    own: dict[str, Values] = {ASSUMED_ROOT: ()} if arn.endswith(":root") else {}
    given = {key.lower() for key in question.context}
    try:
        return Request(
            arn,
            question.action,
            question.resource,
            {**{key: value for key, value in own.items() if key.lower() not in given}, **question.context},
            question.region,
            home.path if home else "",
            question.time,
            owner,
            place.path if place else "",
        )
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, str(error), "with wildcards, only the command line takes it")]) from error


def principal_arn(hierarchy: Hierarchy, account: AccountPlace, text: str) -> str:
    """The ARN of a principal as people write it, in an account; a service's name and "anonymous" as they are.

    Raises: ConfigError, when it is none of them, or no such permission set is assigned in the account.
    """
    if text.startswith("arn:") or text == ANONYMOUS or _SERVICE.fullmatch(text):
        return text
    if text.startswith(PERMISSION_SET):
        return _permission_set_arn(hierarchy, account, text.removeprefix(PERMISSION_SET))
    if text == "root" or _SHORT.fullmatch(text):
        service = "sts" if text.startswith(("assumed-role/", "federated-user/")) else "iam"
        return f"arn:aws:{service}::{account.id}:{text}"
    raise ConfigError([Problem("", 0, 0, f"{text!r} is no principal", f"write {_KINDS}")])


def _permission_set_arn(hierarchy: Hierarchy, account: AccountPlace, name: str) -> str:
    """The role that Identity Center makes in an account; its path names the home region, but for us-east-1.

    Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    if name not in account.permission_sets:
        assigned = ", ".join(account.permission_sets) or "none"
        message = f"the permission set {name!r} is not assigned in {account.name}"
        raise ConfigError([Problem("", 0, 0, message, f"assigned there: {assigned}")])
    region = "" if hierarchy.home_region == "us-east-1" else f"{hierarchy.home_region}/"
    return (
        f"arn:aws:iam::{account.id}:role/aws-reserved/sso.amazonaws.com/{region}AWSReservedSSO_{name}_0123456789abcdef"
    )


def permission_set_of(arn: str) -> str:
    """The permission set whose role an ARN names; "" when it names none."""
    match = _RESERVED_ROLE.fullmatch(arn)
    return match[1] if match else ""


def home_of(hierarchy: Hierarchy, arn: str) -> AccountPlace | None:
    """The account of the organization that a principal belongs to.

    Raises: ConfigError, when the text is no principal.
    """
    try:
        return hierarchy.with_id(principal(arn).account)
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, str(error), f"write {_KINDS}")]) from error


def owner_of(hierarchy: Hierarchy, question: Question) -> str:
    """The id of the account that owns the resource: as given, as its ARN says, else the account of the question.

    Raises: ConfigError, when no account of the organization is called so.
    """
    given = question.resource_account
    if re.fullmatch(r"\d{12}", given):
        return given
    if given:
        return hierarchy.account(given).id
    match = _ARN_ACCOUNT.fullmatch(question.resource)
    return match[1] if match else hierarchy.account(question.account).id
