"""A request, and the context keys that AWS would give it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

Values = str | tuple[str, ...]
"""The value of a single-valued key; the values of a multivalued one, of which `()` is a key that certainly is absent."""

GLOBAL_SERVICES: Final = frozenset(
    {"budgets", "cloudfront", "iam", "organizations", "route53", "shield", "support", "waf"}
)
"""Services whose one endpoint stands in us-east-1, wherever the caller is."""
GLOBAL_REGION: Final = "us-east-1"
ENDPOINT_REGIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(GLOBAL_SERVICES, GLOBAL_REGION),
    **dict.fromkeys("account billingconductor ce chime health importexport".split(), GLOBAL_REGION),
    **dict.fromkeys("notifications-contacts savingsplans tax".split(), GLOBAL_REGION),
    "globalaccelerator": "us-west-2",
    "networkmanager": "us-west-2",
}
"""Where the one endpoint of a service stands: `aws:RequestedRegion` of every request to it.

Source: https://docs.aws.amazon.com/general/latest/gr/rande.html#global-endpoints
"""
ANONYMOUS: Final = "anonymous"
"""Who asks without credentials; AWS spells their account and type so too."""
_ACTION: Final = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", re.ASCII)
_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)
_PRINCIPAL: Final = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<kind>root|[a-z-]+)(?:/(?P<name>.+))?",
    re.ASCII,
)
_TYPES: Final = {
    ("iam", "root"): "Account",
    ("iam", "user"): "User",
    ("iam", "role"): "AssumedRole",
    ("iam", "saml-provider"): "FederatedUser",
    ("iam", "oidc-provider"): "FederatedUser",
    ("sts", "assumed-role"): "AssumedRole",
    ("sts", "federated-user"): "FederatedUser",
}
_PROVIDERS: Final = frozenset({"saml-provider", "oidc-provider"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `arn` is `aws:PrincipalArn`: of a role session, its role. `type` is `aws:PrincipalType`; both "" for AWS services.

    `session` is the ARN of a role session or federated user session, where it is known. `provider` is the identity provider whose user
    signs in, who belongs to no account yet. `anonymous` asks without credentials.
    """

    arn: str = ""
    account: str = ""
    type: str = ""
    service: str = ""
    session: str = ""
    provider: str = ""

    @property
    def service_linked(self) -> bool:
        """Whether this is a service-linked role, recognized by its path."""
        return ":role/aws-service-role/" in self.arn

    @property
    def anonymous(self) -> bool:
        """Whether nobody signed the request."""
        return self.account == ANONYMOUS

    @property
    def has_identity(self) -> bool:
        """Whether this is an identity of an account (a user, a role, the root user), for whom identity policies speak."""
        return bool(self.arn)


@lru_cache(maxsize=8192)
def principal(text: str) -> Principal:
    """The principal that an ARN (IAM user, role, root user, STS session, identity provider) or a service's name stands for.

    "ec2.amazonaws.com" is a service, "anonymous" whoever signs nothing. The ARN of a session does not tell the path of its role:
    give the role's own ARN where the path matters.

    Raises: ValueError.
    """
    if _SERVICE.fullmatch(text):
        return Principal(service=text)
    if text == ANONYMOUS:
        return Principal(account=ANONYMOUS, type="Anonymous")
    match = _PRINCIPAL.fullmatch(text)
    kind = _TYPES.get((match["service"], match["kind"])) if match else None
    if match is None or kind is None or (match["kind"] == "root") != (match["name"] is None):
        raise ValueError(f"{text!r} is not the ARN of a user, a role, a session or a root user")
    if match["kind"] in _PROVIDERS:
        return Principal(type=kind, provider=text)
    if match["service"] == "iam":
        return Principal(text, match["account"], kind)
    if match["kind"] == "federated-user":
        return Principal(text, match["account"], kind, session=text)
    role, slash, _ = match["name"].rpartition("/")
    arn = f"arn:{match['partition']}:iam::{match['account']}:role/{role or match['name']}"
    return Principal(arn, match["account"], kind, session=text if slash else "")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: who does what to which resource.

    `context` holds further keys: text for a single-valued key, a tuple for a multivalued one, `()` for one that the request certainly
    lacks; what is given there wins over what is filled in. `region` is where the request goes, "" to take the resource's.
    `organization_path` is where the principal's account stands ("o-…/r-…/ou-…/"), "" outside of every organization, None when it is
    not known; `resource_organization_path` the same of the account that owns the resource, `resource_owner`, which may be left out
    where the resource's ARN tells it, or where it is the principal's own. `time` is when it happens (now, when not given).
    `session` is the ARN of the session, where `principal_arn` names its role with the path that a session's ARN does not tell.
    """

    principal_arn: str
    action: str
    resource: str = "*"
    context: Mapping[str, Values] = field(default_factory=dict)
    region: str = ""
    organization_path: str | None = None
    time: datetime | None = None
    resource_owner: str = ""
    resource_organization_path: str | None = None
    session: str = ""

    def __post_init__(self) -> None:
        principal(self.principal_arn)
        _check_action(self.action)
        for key, value in self.context.items():
            texts: object = (value,) if isinstance(value, str) else value
            if not isinstance(texts, tuple) or not all(isinstance(each, str) for each in texts):
                raise TypeError(f'the context key {key} is {value!r}: write text ("true", "5"), or a tuple of texts')

    @property
    def who(self) -> Principal:
        """The principal that asks."""
        who = principal(self.principal_arn)
        return replace(who, session=self.session) if self.session else who

    @property
    def owner(self) -> str:
        """The account that owns the resource: as given, as the ARN says, else "" when neither tells."""
        if self.resource_owner:
            return self.resource_owner
        given = [value for key, value in self.context.items() if key.lower() == "aws:resourceaccount"]
        return given[0] if given and isinstance(given[0], str) else _account_in(self.resource)


@lru_cache(maxsize=8192)
def _check_action(action: str) -> None:
    if not _ACTION.fullmatch(action):
        raise ValueError(f"{action!r} is no action: it is written service:Name, without wildcards")


def _account_in(arn: str) -> str:
    segments = arn.split(":", 5)
    return segments[4] if len(segments) > 5 and _ACCOUNT.fullmatch(segments[4]) else ""


class Context:
    """The context keys of one request, found without regard to case; what was not given is filled in when it is asked for."""

    __slots__ = ("_request", "_values")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._values: dict[str, Values | None] = {key.lower(): value for key, value in request.context.items()}

    def find(self, key: str) -> Values | None:
        """The value or values of a key (in lower case), `()` when the request certainly lacks it, None when that is not known."""
        values = self._values
        if key in values:
            return values[key]
        known = _FILLED_IN.get(key)
        found = values[key] = None if known is None else known(self._request)
        return found

    def text(self, key: str) -> str | None:
        """The value of a key as a policy variable takes it: one text; a multivalued key has none."""
        found = self.find(key.lower())
        return found if isinstance(found, str) else None


def _of_identity(value: Callable[[Principal], str]) -> Callable[[Request], Values]:
    """A key that identities of an account have; whoever else asks lacks it."""

    def known(request: Request) -> Values:
        return value(principal(request.principal_arn)) or ()

    return known


def _user_name(who: Principal) -> str:
    return who.arn.rpartition("/")[2] if who.type == "User" else ""


def _organization(path: str | None, *, whole: bool) -> Values | None:
    if not path:
        return None if path is None else ()
    return (path,) if whole else path.partition("/")[0]


def _principals_organization(*, whole: bool) -> Callable[[Request], Values | None]:
    def known(request: Request) -> Values | None:
        return _organization(request.organization_path, whole=whole) if principal(request.principal_arn).arn else ()

    return known


def _resources_organization(*, whole: bool) -> Callable[[Request], Values | None]:
    def known(request: Request) -> Values | None:
        path = request.resource_organization_path
        if path is None and request.owner and request.owner == principal(request.principal_arn).account:
            path = request.organization_path
        return _organization(path, whole=whole)

    return known


def _region(request: Request) -> Values | None:
    if request.region:
        return request.region
    if one := ENDPOINT_REGIONS.get(request.action.partition(":")[0].lower()):
        return one
    segments = request.resource.split(":", 5)
    return segments[3] if len(segments) > 5 and segments[3] and segments[3] != "*" else None


def _moment(request: Request) -> datetime:
    return request.time or datetime.now(UTC)


def _of_services(request: Request) -> Values | None:
    """A key of requests that AWS services make for themselves: whoever else asks lacks it."""
    return None if principal(request.principal_arn).service else ()


def _assumed_root(request: Request) -> Values | None:
    return None if principal(request.principal_arn).type == "Account" else ()


_FILLED_IN: Final[Mapping[str, Callable[[Request], Values | None]]] = {
    "aws:principalarn": _of_identity(lambda who: who.arn),
    "aws:principalaccount": _of_identity(lambda who: who.account),
    "aws:principaltype": _of_identity(lambda who: who.type),
    "aws:username": _of_identity(_user_name),
    "kms:calleraccount": _of_identity(lambda who: who.account),
    "aws:principalisawsservice": lambda request: "true" if principal(request.principal_arn).service else "false",
    "aws:principalorgid": _principals_organization(whole=False),
    "aws:principalorgpaths": _principals_organization(whole=True),
    "aws:principalservicename": _of_services,
    "aws:principalservicenameslist": _of_services,
    "aws:resourceaccount": lambda request: request.owner or None,
    "s3:resourceaccount": lambda request: request.owner or None,
    "aws:resourceorgid": _resources_organization(whole=False),
    "aws:resourceorgpaths": _resources_organization(whole=True),
    "aws:requestedregion": _region,
    "aws:securetransport": lambda request: "true",
    "aws:currenttime": lambda request: _moment(request).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "aws:epochtime": lambda request: str(int(_moment(request).timestamp())),
    "aws:sourceaccount": _of_services,
    "aws:sourcearn": _of_services,
    "aws:sourceorgid": _of_services,
    "aws:sourceorgpaths": _of_services,
    "aws:assumedroot": _assumed_root,
}
"""What AWS gives a request by itself, by key in lower case: a value, `()` for a key that it certainly lacks, None for what is not known."""
