"""Cross-Region aggregation: an account's one finding aggregator, made in its home Region, and the Regions linked to it.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateFindingAggregator.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.account_services import account_regions
from guardrails.sandbox.securityhub import administration
from guardrails.sandbox.securityhub.administration import REGIONS
from guardrails.sandbox.securityhub.refusals import PAGING, invalid_input, not_found
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.regions import ON_BY_DEFAULT

TAKES_REGIONS: Final = {
    "ALL_REGIONS": False,
    "ALL_REGIONS_EXCEPT_SPECIFIED": True,
    "SPECIFIED_REGIONS": True,
    "NO_REGIONS": False,
}


@dataclass
class FindingAggregator:
    """An account's finding aggregator: the home Region, and how the others are linked."""

    arn: str
    home_region: str
    mode: str
    named: list[str] = field(default_factory=list)

    @property
    def linked(self) -> list[str]:
        """The Regions linked to the home Region."""
        if self.mode in ("SPECIFIED_REGIONS", "NO_REGIONS"):
            return list(self.named)
        return [each for each in ON_BY_DEFAULT if each != self.home_region and each not in self.named]


_AGGREGATORS: Final[dict[str, FindingAggregator]] = lifecycle.forgotten_on_reset({})
_ON_LINKED: Final[list[Callable[[str], None]]] = []


@operation("securityhub", "CreateFindingAggregator")
def create_finding_aggregator(call: Call) -> Answer:
    """Make the region the account's home Region; a member has its administrator's instead."""
    administration.require_hub(call)
    if REGIONS.administrator_of(call.account_id, call.region):
        raise invalid_input("A finding aggregator cannot be created by a member account.")
    if call.account_id in _AGGREGATORS:
        raise invalid_input("A finding aggregator already exists for the account.")
    mode, named = _checked(call)
    arn = f"arn:aws:securityhub:{call.region}:{call.account_id}:finding-aggregator/{mock_random.uuid4()}"
    made = _AGGREGATORS[call.account_id] = FindingAggregator(arn, call.region, mode, named)
    return _described(made)


@operation("securityhub", "UpdateFindingAggregator")
def update_finding_aggregator(call: Call) -> Answer:
    """Link other Regions; from the home Region only. Under central configuration its policies take effect there."""
    found = _in_home_region(call)
    before, (found.mode, found.named) = set(found.linked), _checked(call)
    for callback in _ON_LINKED:
        if set(found.linked) - before:
            callback(call.account_id)
    return _described(found)


@operation("securityhub", "GetFindingAggregator")
def get_finding_aggregator(call: Call) -> Answer:
    """Describe the account's finding aggregator."""
    return _described(_own(call))


@operation("securityhub", "ListFindingAggregators")
def list_finding_aggregators(call: Call) -> Answer:
    """The account's finding aggregator, if there is one, from any Region; a member sees its administrator's."""
    administration.require_hub(call)
    owner = REGIONS.administrator_of(call.account_id, call.region) or call.account_id
    found = _AGGREGATORS.get(owner)
    return PAGING.page(call, "FindingAggregators", [{"FindingAggregatorArn": found.arn}] if found else [], 100)


@operation("securityhub", "DeleteFindingAggregator")
def delete_finding_aggregator(call: Call) -> Answer:
    """End aggregation; without a home Region central configuration ends, with its policies.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/aggregation-central-configuration.html
    """
    found, central = _in_home_region(call), administration.central()
    del _AGGREGATORS[call.account_id]
    if central and central.administrator_id == call.account_id and central.home_region == found.home_region:
        administration.stop_central()
    return {}


def find(account_id: str) -> FindingAggregator | None:
    """An account's finding aggregator, or None."""
    return _AGGREGATORS.get(account_id)


def regions(account_id: str) -> Iterator[str]:
    """The home Region of an account, then the linked ones."""
    found = _AGGREGATORS.get(account_id)
    if found:
        yield found.home_region
        yield from found.linked


def on_linked(callback: Callable[[str], None]) -> None:
    """Call `callback` with the account's id after more Regions were linked."""
    _ON_LINKED.append(callback)


def _own(call: Call) -> FindingAggregator:
    administration.require_hub(call)
    found = _AGGREGATORS.get(call.account_id)
    if found is None or found.arn != call.parameters["FindingAggregatorArn"]:
        raise not_found("The request was rejected because the finding aggregator does not exist.")
    return found


def _in_home_region(call: Call) -> FindingAggregator:
    found = _own(call)
    if found.home_region != call.region:
        raise invalid_input(f"This operation can be used in the home Region {found.home_region} only.")
    return found


def _checked(call: Call) -> tuple[str, list[str]]:
    mode, named = str(call.parameters["RegionLinkingMode"]), list(call.parameters.get("Regions") or [])
    if mode not in TAKES_REGIONS:
        raise invalid_input(f"Invalid parameter RegionLinkingMode: {mode}")
    if bool(named) != TAKES_REGIONS[mode]:
        raise invalid_input(f"Regions must {'' if TAKES_REGIONS[mode] else 'not '}be given with {mode}.")
    if call.region in named:
        raise invalid_input("The home Region cannot be a linked Region.")
    lacking = [each for each in named if account_regions.opt_in_status(call.account_id, each) == "not-opted-in"]
    if lacking:
        raise invalid_input(f"Invalid Region: {lacking[0]}")
    return mode, named


def _described(found: FindingAggregator) -> Answer:
    shown = {
        "FindingAggregatorArn": found.arn,
        "FindingAggregationRegion": found.home_region,
        "RegionLinkingMode": found.mode,
    }
    return {**shown, "Regions": found.named} if found.named else shown
