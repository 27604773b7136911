"""A request, and the context keys that AWS would give it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

Values = str | tuple[str, ...]

GLOBAL_SERVICES: Final = frozenset(
    {"budgets", "cloudfront", "iam", "organizations", "route53", "shield", "support", "waf"}
)
"""Services whose one endpoint stands in us-east-1, wherever the caller is."""
GLOBAL_REGION: Final = "us-east-1"
_ACTION: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)
_PRINCIPAL: Final = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<kind>root|[a-z-]+)(?:/(?P<name>.+))?",
    re.ASCII,
)
_TYPES: Final = {
    ("iam", "root"): "Account",
    ("iam", "user"): "User",
    ("iam", "role"): "AssumedRole",
    ("sts", "assumed-role"): "AssumedRole",
    ("sts", "federated-user"): "FederatedUser",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `arn` is `aws:PrincipalArn`: of a role session, its role. `type` is `aws:PrincipalType`; both "" for AWS services."""

    arn: str = ""
    account: str = ""
    type: str = ""
    service: str = ""

    @property
    def service_linked(self) -> bool:
        """Whether this is a service-linked role, recognized by its path."""
        return ":role/aws-service-role/" in self.arn


def principal(text: str) -> Principal:
    """The principal that an ARN (IAM user, role, root user, STS session) or a service's name ("ec2.amazonaws.com") stands for.

    The ARN of a session does not tell the path of its role: give the role's own ARN where the path matters.

    Raises: ValueError.
    """
    if re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", text):
        return Principal(service=text)
    match = _PRINCIPAL.fullmatch(text)
    kind = _TYPES.get((match["service"], match["kind"])) if match else None
    if match is None or kind is None or (match["kind"] == "root") != (match["name"] is None):
        raise ValueError(f"{text!r} is not the ARN of a user, a role, a session or a root user")
    arn = text
    if match["kind"] == "assumed-role":
        arn = (
            f"arn:{match['partition']}:iam::{match['account']}:role/{match['name'].rpartition('/')[0] or match['name']}"
        )
    return Principal(arn, match["account"], kind)


@dataclass(frozen=True)
class Request:
    """One request: who does what to which resource.

    `context` holds further keys: text for a single-valued key, a tuple for a multivalued one; what is given there wins over what is
    filled in. `region` is where the request goes, "" to take the resource's. `organization_path` is where the principal's
    account stands ("o-…/r-…/ou-…/"), `time` when it happens (now, when not given).
    """

    principal_arn: str
    action: str
    resource: str = "*"
    context: Mapping[str, Values] = field(default_factory=dict)
    region: str = ""
    organization_path: str = ""
    time: datetime | None = None

    def __post_init__(self) -> None:
        principal(self.principal_arn)
        if not _ACTION.fullmatch(self.action):
            raise ValueError(f"{self.action!r} is no action: it is written service:Name, without wildcards")


class Context:
    """The context keys of one request, found without regard to case; `missed` collects those that were asked for in vain."""

    def __init__(self, request: Request) -> None:
        self._values = {key.casefold(): value for key, value in {**_automatic(request), **_given(request)}.items()}
        self.missed: set[str] = set()

    def find(self, key: str) -> Values | None:
        """The value or values of a key (in lower case), None when the request has none."""
        found = self._values.get(key)
        if found is None:
            self.missed.add(key)
        return found

    def text(self, key: str) -> str | None:
        """The value of a key as a policy variable takes it: one text; a multivalued key has none."""
        found = self.find(key.casefold())
        return found if isinstance(found, str) else None


def _given(request: Request) -> dict[str, Values]:
    return {key.casefold(): value for key, value in request.context.items()}


def _automatic(request: Request) -> dict[str, Values]:
    who = principal(request.principal_arn)
    moment = request.time or datetime.now(UTC)
    values: dict[str, Values] = {
        "aws:principalisawsservice": "true" if who.service else "false",
        "aws:securetransport": "true",
        "aws:currenttime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(moment.timestamp())),
    }
    if who.arn:
        values |= {"aws:principalarn": who.arn, "aws:principalaccount": who.account, "aws:principaltype": who.type}
    return values | _places(request, who)


def _places(request: Request, who: Principal) -> dict[str, Values]:
    """Where the request goes and where the principal and the resource stand, as far as it is known."""
    _, _, _, region, owner, *_ = [*request.resource.split(":", 5), *[""] * 5]
    service = request.action.partition(":")[0].lower()
    asked = request.region or (GLOBAL_REGION if service in GLOBAL_SERVICES else region)
    values: dict[str, Values] = {"aws:requestedregion": asked} if asked and asked != "*" else {}
    if owner and owner != "*":
        values["aws:resourceaccount"] = owner
    if request.organization_path and who.arn:
        organization: dict[str, Values] = {
            "orgid": request.organization_path.partition("/")[0],
            "orgpaths": (request.organization_path,),
        }
        values |= {f"aws:principal{key}": value for key, value in organization.items()}
        if owner == who.account:
            values |= {f"aws:resource{key}": value for key, value in organization.items()}
    return values
