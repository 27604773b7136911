"""Which scans are on in which account and region, and who administers Inspector for whom. Only the record.

Source: https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.sandbox.inspector.refusals import access_denied
from guardrails.sandbox.organizations.service_administration import Administrations, RememberingAdministration
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call

PRINCIPAL: Final = "inspector2.amazonaws.com"
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EC2": "ec2",
        "ECR": "ecr",
        "LAMBDA": "lambda",
        "LAMBDA_CODE": "lambdaCode",
        "CODE_REPOSITORY": "codeRepository",
    }
)
"""The types of scan as requests name them, and as responses do."""


@dataclass
class InspectorAdministration(RememberingAdministration):
    """A region's administrator, the scans it switches on for new members, its members, and those that it let go."""

    auto_enable: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(TYPES.values(), False))
    associating: set[str] = field(default_factory=set)

    def join(self, account_id: str) -> None:
        """Note a member; the first look shows it on its way."""
        if account_id not in self.members:
            self.associating.add(account_id)
        super().join(account_id)

    @property
    def wanted(self) -> list[str]:
        """The types of scan that a new member gets."""
        return [name for name, shown in TYPES.items() if self.auto_enable[shown]]


REGIONS: Final[Administrations[InspectorAdministration]] = Administrations(PRINCIPAL, InspectorAdministration)
_SCANS: Final[dict[tuple[str, str], dict[str, str]]] = lifecycle.forgotten_on_reset({})


def switch(account_id: str, region: str, types: Sequence[str], on: bool) -> None:
    """Switch scans on or off; what changes is on its way until somebody looks."""
    kept = _SCANS.setdefault((account_id, region), dict.fromkeys(TYPES, "DISABLED"))
    for name in types:
        if kept[name].startswith("ENABL") != on:
            kept[name] = "ENABLING" if on else "DISABLING"


def statuses(account_id: str, region: str) -> dict[str, str]:
    """The status of every type of scan, as responses name them."""
    kept = _SCANS.get((account_id, region), {})
    return {shown: kept.get(name, "DISABLED") for name, shown in TYPES.items()}


def seen(account_id: str, region: str) -> None:
    """Somebody has looked: what was on its way has arrived."""
    kept = _SCANS.get((account_id, region), {})
    kept.update({name: {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}.get(each, each) for name, each in kept.items()})


def overall(found: Mapping[str, str]) -> str:
    """The status of Inspector in an account: that of the scan that is furthest on."""
    return next((each for each in ("ENABLED", "ENABLING", "DISABLING") if each in found.values()), "DISABLED")


def is_on(account_id: str, region: str) -> bool:
    """Whether any scan is on, or comes on."""
    return overall(statuses(account_id, region)) in ("ENABLED", "ENABLING")


def account(account_id: str, region: str) -> dict[str, Any]:
    """An account as Enable and Disable show it."""
    found = statuses(account_id, region)
    return {"accountId": account_id, "status": overall(found), "resourceStatus": found}


def require_administrator(call: Call) -> InspectorAdministration:
    """The administration of the region, whose administrator the caller is.

    Raises:
        Refusal: AccessDeniedException, it is not, or has not enabled Inspector itself.
    """
    found = REGIONS.administered_by(call.account_id, call.region)
    if found is None:
        raise access_denied("Invoking account is not the delegated administrator of the organization.")
    if not is_on(call.account_id, call.region):
        raise access_denied("Invoking account is not enabled.")
    return found
