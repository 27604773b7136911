"""Which state of a permission set an account has: a change reaches accounts only when it is provisioned to them."""

from typing import Final

from guardrails.sandbox.serving import lifecycle

_LATEST: Final[dict[str, int]] = lifecycle.forgotten_on_reset({})
_IN_ACCOUNT: Final[dict[tuple[str, str], int]] = lifecycle.forgotten_on_reset({})


def change(arn: str) -> None:
    """Note a change of the permission set: every account that has it is behind."""
    _LATEST[arn] = _LATEST.get(arn, 0) + 1


def provision(arn: str, account_id: str) -> None:
    """Bring the account up to date with the permission set."""
    _IN_ACCOUNT[arn, account_id] = _LATEST.get(arn, 0)


def is_in(arn: str, account_id: str) -> bool:
    """Whether the account has the permission set, in whatever state."""
    return (arn, account_id) in _IN_ACCOUNT


def leave(arn: str, account_id: str) -> None:
    """The account has the permission set no longer."""
    _IN_ACCOUNT.pop((arn, account_id), None)


def is_latest(arn: str, account_id: str) -> bool:
    """Whether the account has the permission set as it is now."""
    return _IN_ACCOUNT.get((arn, account_id)) == _LATEST.get(arn, 0)
