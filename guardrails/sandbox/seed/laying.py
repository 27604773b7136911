"""The seeds by name.

`bare` is an organization on its first day: a management account with an administrator, all features, the root, no
organizational unit, no member account, no policy type enabled, and an Identity Center instance in the home region.
The other seeds leave things out, to meet the errors one meets.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.identity_center import instances
from guardrails.sandbox.organizations import founding, organization
from guardrails.sandbox.running import ACCESS_KEY_ID, HOME_REGION, MANAGEMENT_ACCOUNT_ID, SECRET_ACCESS_KEY
from guardrails.sandbox.seed import population
from guardrails.sandbox.serving import callers

ADMINISTRATOR: Final = "administrator"


def lay(name: str, accounts: int = 0) -> None:
    """Lay a seed into the empty sandbox, and that many member accounts on top.

    Raises:
        ValueError: there is no such seed, or it has no organization that the accounts could be members of.
    """
    if name not in _SEEDS:
        raise ValueError(f"There is no seed {name!r}; there are {', '.join(_SEEDS)}.")
    _administrator()
    _SEEDS[name]()
    if accounts:
        if organization.backend().org is None:
            raise ValueError(f"The seed {name!r} has no organization that accounts could be members of.")
        population.lay(accounts)


def _administrator() -> None:
    iam = iam_backends[MANAGEMENT_ACCOUNT_ID]["aws"]
    iam.create_user("us-east-1", ADMINISTRATOR)
    iam.attach_user_policy("arn:aws:iam::aws:policy/AdministratorAccess", ADMINISTRATOR)
    key = iam.create_access_key(ADMINISTRATOR)
    del iam.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = ACCESS_KEY_ID, SECRET_ACCESS_KEY
    iam.access_keys[ACCESS_KEY_ID] = key
    callers.forget(ACCESS_KEY_ID)


def _bare() -> None:
    founding.found("ALL")
    instances.enable(MANAGEMENT_ACCOUNT_ID, HOME_REGION)


def _no_identity_center() -> None:
    founding.found("ALL")


def _consolidated_billing() -> None:
    founding.found("CONSOLIDATED_BILLING")


def _no_organization() -> None:
    """Nothing: an account of its own."""


_SEEDS: Final[Mapping[str, Callable[[], None]]] = MappingProxyType(
    {
        "bare": _bare,
        "no-identity-center": _no_identity_center,
        "consolidated-billing": _consolidated_billing,
        "no-organization": _no_organization,
    }
)
