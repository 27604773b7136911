"""Which live policies read as they are declared: those know where each statement was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from guardrails.engine.resource import Directory, Resource
from guardrails.model import ROOT
from guardrails.resources import ORGANIZATION, ROOT_ADDRESS, account_address, organizational_unit_address
from guardrails.resources.policy import Policy


@dataclass(frozen=True)
class Step:
    """One root or organizational unit: its id, its slash path, and the ids from the root down, it included."""

    id: str
    name: str
    way: tuple[str, ...]

    def path(self, organization: str) -> str:
        """Where it stands, as condition keys say it: "o-…/r-…/ou-…/"."""
        return "/".join((organization, *self.way, ""))


@dataclass(frozen=True)
class LiveAccount:
    """One account, by its id and its name."""

    id: str
    name: str


@dataclass
class Written:
    """The declared policies with the ids that AWS has given; `notes` grow by what does not read as it is declared."""

    policies: Mapping[tuple[str, str], Policy]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        organization: Mapping[str, Any],
        steps: Iterable[Step],
        accounts: Iterable[tuple[Step, LiveAccount]],
        declared: Sequence[Resource],
    ) -> Self:
        """The declared policies of an organization with this tree and these accounts."""
        names = Directory()
        names.learn(ORGANIZATION, {"id": organization["Id"], "management_account_id": organization["MasterAccountId"]})
        for step in steps:
            address = ROOT_ADDRESS if step.name == ROOT else organizational_unit_address(step.name)
            names.learn(address, {"id": step.id, "path": step.path(organization["Id"])})
        for _, account in accounts:
            names.learn(account_address(account.name), {"id": account.id})
        resolved = (names.resolve(each) for each in declared if isinstance(each, Policy))
        return cls({(policy.policy_type, policy.name): policy for policy in resolved})

    def origins(self, policy_type: str, name: str, content: Any) -> tuple[tuple[str, ...], ...]:
        """Where the statements of a live policy were written; () when it is not declared, or reads otherwise."""
        declared = self.policies.get((policy_type, name))
        if declared is None:
            return ()
        if declared.content != content:
            self.notes.append(f"the policy {name} does not read as it is declared: the live one was asked")
            return ()
        return declared.origins
