"""Who a request comes from: access key -> account and principal, in constant time.

moto looks for a key in every account in turn, on every request; the first sight of a key is remembered here instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import moto.iam.models as iam
from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import sts_backends

from guardrails.sandbox.serving import lifecycle

PARTITION: Final = "aws"


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal behind a request: a user (or its account's root), or a session of a role.

    `session_tags` are those the session was begun with, `transitive_tags` the keys of those that the next session in a
    chain of roles keeps. `session_policies` are the documents that limit a session of a role. `task_actions` are all that a session of a
    member's root may do; None: there is no such limit.
    """

    account_id: str
    arn: str
    user_id: str
    role_arn: str | None = None
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: frozenset[str] = frozenset()
    source_identity: str = ""
    task_actions: frozenset[str] | None = None
    session_policies: tuple[str, ...] = ()


ANONYMOUS: Final = Caller("", "anonymous", "")
"""Whoever asks without credentials."""

_CALLERS: Final[dict[str, Caller]] = lifecycle.forgotten_on_reset({})


def find(access_key_id: str) -> Caller | None:
    """The caller who owns an access key, or None when no account has the key (any more)."""
    known = _CALLERS.get(access_key_id)
    if known is not None and access_key_id in iam_backends[known.account_id][PARTITION].access_keys:
        return known
    found = _search(access_key_id)
    if found is None:
        forget(access_key_id)
    else:
        remember(access_key_id, found)
    return found


def remember(access_key_id: str, caller: Caller) -> None:
    """Note who owns a key that has just been issued."""
    _CALLERS[access_key_id] = caller


def forget(access_key_id: str) -> None:
    """Drop what is known of a key, so that the next request looks for it again."""
    _CALLERS.pop(access_key_id, None)


def account_id_of(access_key: str) -> str:
    """The account of an access key; the empty string when nobody owns it. Stands in for moto's scan over every account."""
    caller = find(access_key)
    return caller.account_id if caller else ""


def _search(access_key_id: str) -> Caller | None:
    for account_id, partitions in list(iam_backends.items()):
        backend = partitions[PARTITION]
        if access_key_id in backend.access_keys:
            return _owner(account_id, backend, access_key_id)
    return None


def _owner(account_id: str, backend: IAMBackend, access_key_id: str) -> Caller:
    session = sts_backends[account_id][PARTITION].get_assumed_role_from_access_key(access_key_id)
    if session is not None:
        return Caller(account_id, session.arn, session.user_id, session.role_arn)
    user = backend.get_user_from_access_key_id(access_key_id)
    if user is not None:
        return Caller(account_id, user.arn, user.id)
    return Caller(account_id, f"arn:{PARTITION}:iam::{account_id}:root", account_id)


def install() -> None:
    """Put the constant-time look-up in the place of moto's."""
    iam.get_account_id_from = account_id_of
