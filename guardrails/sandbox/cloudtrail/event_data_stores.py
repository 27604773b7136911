"""Event data stores of CloudTrail Lake: made, changed, and deleted by whoever takes their protection off first.

Nothing is stored in them, and nothing can be asked of them.
Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from moto.cloudtrail.models import cloudtrail_backends
from moto.moto_api._internal import mock_random

from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.cloudtrail.trails import require_organization
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

MANAGEMENT_EVENTS: Final = {
    "Name": "Default management events",
    "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
}
DEFAULTS: Final[Mapping[str, Any]] = {
    "AdvancedEventSelectors": [MANAGEMENT_EVENTS],
    "MultiRegionEnabled": True,
    "OrganizationEnabled": False,
    "TerminationProtectionEnabled": True,
    "BillingMode": "EXTENDABLE_RETENTION_PRICING",
}
LONGEST: Final = {"EXTENDABLE_RETENTION_PRICING": (366, 3653), "FIXED_RETENTION_PRICING": (2557, 2557)}
"""Billing mode -> the retention that it has by itself, and the longest, in days."""
SHORTEST: Final = 7
PER_PAGE: Final = 25
PAGING: Final = Paging(lambda reason: Refusal("InvalidNextTokenException", reason))


@dataclass
class EventDataStore:
    """One event data store, with its settings by AWS's names."""

    arn: str
    settings: dict[str, Any]
    status: str = "ENABLED"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))


_STORES: Final[dict[tuple[str, str], dict[str, EventDataStore]]] = lifecycle.forgotten_on_reset({})


@operation("cloudtrail", "CreateEventDataStore")
def create_event_data_store(call: Call) -> Answer:
    """Make an event data store, protected from deletion unless told otherwise; one that does not begin at once is refused."""
    if call.parameters.get("StartIngestion") is False:
        raise not_implemented("cloudtrail", "CreateEventDataStore without StartIngestion")
    given = {name: value for name, value in call.parameters.items() if name not in ("TagsList", "StartIngestion")}
    if any(each.settings["Name"] == given["Name"] and each.status == "ENABLED" for each in _own(call).values()):
        raise Refusal("EventDataStoreAlreadyExistsException", "An event data store with that name already exists.")
    settings = _checked(call, {**DEFAULTS, **given})
    arn = f"arn:aws:cloudtrail:{call.region}:{call.account_id}:eventdatastore/{mock_random.uuid4()}"
    made, tags = EventDataStore(arn, settings), list(call.parameters.get("TagsList", []))
    _own(call)[arn] = made
    cloudtrail_backends[call.account_id][call.region].tagging_service.tag_resource(arn, tags)
    return {**_described(made), "TagsList": tags}


@operation("cloudtrail", "GetEventDataStore")
def get_event_data_store(call: Call) -> Answer:
    """Show an event data store, by ARN or the id in it."""
    return _described(find(call))


@operation("cloudtrail", "ListEventDataStores")
def list_event_data_stores(call: Call) -> Answer:
    """Name the event data stores of the account in the region."""
    shown = [{"EventDataStoreArn": each.arn, "Name": each.settings["Name"]} for each in _own(call).values()]
    return PAGING.page(call, "EventDataStores", shown, PER_PAGE)


@operation("cloudtrail", "UpdateEventDataStore")
def update_event_data_store(call: Call) -> Answer:
    """Change what is named of an event data store."""
    found = find(call)
    given = {name: value for name, value in call.parameters.items() if name != "EventDataStore"}
    if found.status != "ENABLED":
        raise Refusal("InactiveEventDataStoreException", f"The event data store {found.arn} is inactive.")
    found.settings, found.updated = _checked(call, {**found.settings, **given}), datetime.now(UTC)
    return _described(found)


@operation("cloudtrail", "DeleteEventDataStore")
def delete_event_data_store(call: Call) -> Answer:
    """Let an event data store go in seven days; refused as long as it is protected."""
    found = find(call)
    if found.settings["TerminationProtectionEnabled"]:
        message = "The event data store cannot be deleted because termination protection is enabled for it."
        raise Refusal("EventDataStoreTerminationProtectedException", message)
    found.status = "PENDING_DELETION"
    return {}


def find(call: Call) -> EventDataStore:
    """The event data store that a request names.

    Raises:
        Refusal: there is none.
    """
    named = str(call.parameters["EventDataStore"])
    found = next((each for arn, each in _own(call).items() if named in (arn, arn.rpartition("/")[2])), None)
    if found is None:
        raise Refusal("EventDataStoreNotFoundException", f"The event data store {named} does not exist.")
    return found


def _own(call: Call) -> dict[str, EventDataStore]:
    return _STORES.setdefault((call.account_id, call.region), {})


def _checked(call: Call, settings: dict[str, Any]) -> dict[str, Any]:
    if settings["OrganizationEnabled"]:
        require_organization(call)
    usual, longest = LONGEST.get(settings["BillingMode"], (0, 0))
    settings.setdefault("RetentionPeriod", usual)
    if not SHORTEST <= settings["RetentionPeriod"] <= longest:
        raise Refusal("InvalidParameterException", f"RetentionPeriod is from {SHORTEST} to {longest} days.")
    if settings.get("KmsKeyId") and delivery.key(settings["KmsKeyId"]) is None:
        raise Refusal("KmsKeyNotFoundException", f"The KMS key {settings['KmsKeyId']} does not exist.")
    return settings


def _described(store: EventDataStore) -> Answer:
    times = {"CreatedTimestamp": store.created, "UpdatedTimestamp": store.updated}
    return {"EventDataStoreArn": store.arn, "Status": store.status, **store.settings, **times}
