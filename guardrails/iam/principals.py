"""The Principal element of resource policies and trust policies: whom a statement speaks of.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from guardrails.iam.context import Principal

_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_ACCOUNT: Final = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?", re.ASCII)
_IDENTITY: Final = re.compile(
    r"arn:[a-z-]+:(iam::\d{12}:(user|role)/.+|sts::\d{12}:(assumed-role|federated-user)/.+)", re.ASCII
)
_UNIQUE_ID: Final = re.compile(r"A(IDA|ROA)[A-Z0-9]{10,}", re.ASCII)


class Grant(Enum):
    """How directly a statement names the principal: what an Allow of a resource policy is worth depends on it."""

    ACCOUNT = "its account, which may pass the permission on to its identities"
    EVERYBODY = "everybody"
    USER = "the user"
    ROLE = "the role"
    SESSION = "the session"
    SERVICE = "the service"
    FEDERATED = "the identity provider"


class PrincipalElement:
    """A Principal element, or a NotPrincipal, ready to be asked many times."""

    __slots__ = ("_accounts", "_any_provider", "_everybody", "_names", "negated")

    def __init__(self, element: Any, *, negated: bool = False) -> None:
        named = tuple(_named(element))
        self.negated = negated
        self._everybody, self._any_provider = ("*", "AWS") in named, ("*", "Federated") in named
        self._names = frozenset(name for name, _ in named)
        self._accounts = frozenset(match[1] for name in self._names if (match := _ACCOUNT.fullmatch(name)))

    def grant(self, who: Principal) -> Grant | None:
        """How this speaks of a principal; None when it does not."""
        if self.negated:
            return None if self._spares(who) else Grant.EVERYBODY
        if self._everybody:
            return Grant.EVERYBODY
        for grant, names in _ways(who):
            if names in self._names:
                return grant
        if self._any_provider and who.provider:
            return Grant.FEDERATED
        return Grant.ACCOUNT if who.account in self._accounts else None

    def _spares(self, who: Principal) -> bool:
        """Whether a NotPrincipal lets a principal alone: by all its names, its account included, as far as they are known.

        Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        if self._everybody or (self._any_provider and who.provider):
            return True
        names = [name for _, name in _ways(who)]
        if not who.has_identity:
            return bool(names) and self._names.issuperset(names)
        return self._names.issuperset(names) and who.account in self._accounts


def _ways(who: Principal) -> Iterator[tuple[Grant, str]]:
    """The names of a principal, the narrowest first."""
    if who.session:
        yield Grant.SESSION, who.session
    if who.service:
        yield Grant.SERVICE, who.service
    if who.provider:
        yield Grant.FEDERATED, who.provider
    if who.type == "User":
        yield Grant.USER, who.arn
    if who.type == "AssumedRole":
        yield Grant.ROLE, who.arn


def _named(element: Any) -> Iterator[tuple[str, str]]:
    """Every name in the element with its kind; `*` of AWS stands for everybody, signed in or not."""
    if isinstance(element, str):
        yield element, "AWS"
        return
    for kind, names in element.items():
        for name in names if isinstance(names, list | tuple) else [names]:
            yield name, kind


def wrong_principals(element: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What AWS would refuse in a Principal element: the path within it, and the message."""
    if element == "*":
        return
    if not isinstance(element, Mapping) or not element:
        yield (), "a principal is '*', or an object of AWS, Service, Federated, CanonicalUser"
        return
    for kind, names in element.items():
        if kind not in _KINDS:
            yield (kind,), f"unknown kind of principal {kind!r}: there are {', '.join(_KINDS)}"
            continue
        several = isinstance(names, list | tuple)
        for index, name in enumerate(names if several else [names]):
            if wrong := _wrong_name(kind, name):
                yield ((kind, index) if several else (kind,)), wrong


def _wrong_name(kind: str, name: Any) -> str:
    if not isinstance(name, str) or not name:
        return f"{name!r} is no principal"
    if name == "*" and kind in ("AWS", "Federated"):
        return ""
    if "*" in name or "?" in name:
        return f"{name!r}: a principal has no wildcards; use a condition on aws:PrincipalArn"
    known = kind != "AWS" or "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}" in name
    if known or any(pattern.fullmatch(name) for pattern in (_ACCOUNT, _IDENTITY, _UNIQUE_ID)):
        return ""
    return f"{name!r} is no account, user, role or session"
