"""The seeds by name.

`bare` is an organization on its first day: a management account with an administrator, all features, the root, no
organizational unit, no member account, no policy type enabled, and an Identity Center instance in the home region.
`brownfield` is an organization that others have lived in (see `brownfield.py`). The other seeds leave things out, to
meet the errors one meets.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.identity_center import instances
from guardrails.sandbox.organizations import founding, organization
from guardrails.sandbox.running import ACCESS_KEY_ID, HOME_REGION, MANAGEMENT_ACCOUNT_ID, SECRET_ACCESS_KEY
from guardrails.sandbox.seed import brownfield, population
from guardrails.sandbox.seed.clients import Clients, WsgiApplication
from guardrails.sandbox.serving import callers, turn

ADMINISTRATOR: Final = "administrator"


def lay(name: str, accounts: int, application: WsgiApplication) -> None:
    """Lay a seed into the empty sandbox, and that many member accounts on top; `application` is the sandbox itself.

    Raises:
        ValueError: there is no such seed, or it has no organization that the accounts could be members of.
    """
    if name not in _SEEDS:
        raise ValueError(f"There is no seed {name!r}; there are {', '.join(_SEEDS)}.")
    _administrator()
    _SEEDS[name](Clients(application))
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


def _bare(clients: Clients) -> None:
    founding.found("ALL")
    instances.enable(MANAGEMENT_ACCOUNT_ID, HOME_REGION)


def _brownfield(clients: Clients) -> None:
    """The bare organization, lived in; every step is a request of its own."""
    _bare(clients)
    with turn.given_away():
        brownfield.lay(clients)


def _no_identity_center(clients: Clients) -> None:
    founding.found("ALL")


def _consolidated_billing(clients: Clients) -> None:
    founding.found("CONSOLIDATED_BILLING")


def _no_organization(clients: Clients) -> None:
    """Nothing: an account of its own."""


_SEEDS: Final[Mapping[str, Callable[[Clients], None]]] = MappingProxyType(
    {
        "bare": _bare,
        "brownfield": _brownfield,
        "no-identity-center": _no_identity_center,
        "consolidated-billing": _consolidated_billing,
        "no-organization": _no_organization,
    }
)
