"""One question about who may do what where, with names as people write them, and the request that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam import Decision, Policies, Request, Values, evaluate, principal
from guardrails.simulation.hierarchy import AccountPlace, Hierarchy

ANY_RESOURCE: Final = "*"
PERMISSION_SET: Final = "permission-set/"
ANONYMOUS: Final = "anonymous"
_SHORT: Final = re.compile(r"(role|user|assumed-role|federated-user)/.+")
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_ARN_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):.*", re.DOTALL)
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


def decide(hierarchy: Hierarchy, question: Question) -> Decision:
    """What the organization's policies decide about a question.

    Raises: ConfigError, when there is no such account, principal or action; UnsupportedPolicy.
    """
    asked = request(hierarchy, question)
    home, owner = _home(hierarchy, asked.principal_arn), hierarchy.with_id(_owner(hierarchy, question))
    policies = Policies(
        scps=home.line.scps if home else (),
        rcps=owner.line.rcps if owner else (),
        management_account=hierarchy.management_account,
    )
    return evaluate(asked, policies)


def request(hierarchy: Hierarchy, question: Question) -> Request:
    """The request that a question stands for.

    Raises: ConfigError.
    """
    account = hierarchy.account(question.account)
    arn = principal_arn(hierarchy, account, question.principal)
    home, owner = _home(hierarchy, arn), _owner(hierarchy, question)
    place = hierarchy.with_id(owner)
    ours: dict[str, Values] = {"aws:ResourceAccount": owner}
    if place:
        ours |= {"aws:ResourceOrgID": place.path.partition("/")[0], "aws:ResourceOrgPaths": (place.path,)}
    try:
        return Request(
            arn,
            question.action,
            question.resource,
            {**ours, **question.context},
            question.region,
            home.path if home else "",
            question.time,
        )
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, str(error))]) from error


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
    """The role that Identity Center makes in an account; below the home region's path, but for us-east-1.

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


def _home(hierarchy: Hierarchy, arn: str) -> AccountPlace | None:
    """The account of the organization that a principal belongs to."""
    if arn == ANONYMOUS:
        return None
    try:
        return hierarchy.with_id(principal(arn).account)
    except ValueError as error:
        raise ConfigError([Problem("", 0, 0, str(error), f"write {_KINDS}")]) from error


def _owner(hierarchy: Hierarchy, question: Question) -> str:
    """The id of the account that owns the resource: as given, as its ARN says, else the account of the question."""
    given = question.resource_account
    if re.fullmatch(r"\d{12}", given):
        return given
    if given:
        return hierarchy.account(given).id
    match = _ARN_ACCOUNT.fullmatch(question.resource)
    return match[1] if match else hierarchy.account(question.account).id
