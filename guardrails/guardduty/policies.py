"""What a GuardDuty policy of the organization says: which protection plans are on, region by region.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_guardduty_syntax.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.guardduty.protection_plans import Additional

UNKNOWN: Final[tuple[Additional, ...]] = ("RDS_DATA_RISK",)
"""What no policy can switch."""


def content(regions: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The policy that switches on the plans of each region that are not NONE; what it does not name keeps its setting."""
    return {"guardduty": {"enablement": {region: _block(plans) for region, plans in regions.items()}}}


def _block(plans: Mapping[str, str]) -> dict[str, Any]:
    block = {"foundational": _on()}
    for path, coverage in plans.items():
        name, _, additional = path.partition("/")
        if coverage == "NONE" or additional in UNKNOWN:
            continue
        feature = block.setdefault(name.lower(), _on())
        if additional:
            feature.setdefault("additional_configuration", {})[additional.lower()] = _on()
    return block


def _on() -> dict[str, Any]:
    return {"status": {"@@assign": "enabled"}}
