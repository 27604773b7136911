"""The principals of an account, by the words that stand for several."""

from collections.abc import Iterable, Iterator
from typing import Final

from guardrails.model import Organization
from guardrails.simulation.hierarchy import AccountPlace
from guardrails.simulation.principals import SERVICE_LINKED, STACK_SETS_ROLE, representatives

USER: Final = "user/Somebody"
SETS: Final = ("everyone", "trusted", "deployer", "break-glass", "stack-sets")
"""The words: everybody whom service control policies bind; those that guardrails let alone, together and by what they are for."""


def principals_in(organization: Organization, account: AccountPlace, names: Iterable[str]) -> list[str]:
    """The principals that these words stand for in an account, each once; what is no such word stands for itself."""
    return list(dict.fromkeys(found for name in names for found in _named(organization, account, name)))


def _named(organization: Organization, account: AccountPlace, name: str) -> Iterator[str]:
    if name == "everyone":
        yield from (each for each in representatives(organization, account) if each != SERVICE_LINKED)
        yield USER
    elif name == "trusted":
        for each in ("deployer", "break-glass", "stack-sets"):
            yield from _named(organization, account, each)
    elif name == "stack-sets":
        yield STACK_SETS_ROLE
    elif name == "deployer":
        yield from (f"role/{role}" for role in (*organization.deployer_roles, organization.member_role))
    elif name == "break-glass":
        yield from (f"role/{role}" for role in organization.break_glass_roles)
    else:
        yield name
