"""Security Hub's standards: which there are, enabled and disabled. A standard without AWS Config's recorder is INCOMPLETE.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StandardsSubscription.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from moto.config.models import config_backends

from guardrails.sandbox.securityhub import administration, hubs
from guardrails.sandbox.securityhub.hubs import Hub, Subscription
from guardrails.sandbox.securityhub.refusals import PAGING, invalid_input
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 100
MOST_IN_A_REQUEST: Final = 25


@operation("securityhub", "DescribeStandards")
def describe_standards(call: Call) -> Answer:
    """List the standards that can be enabled in the region, all of them AWS's own."""
    administration.require_hub(call)
    shown = [
        {
            "StandardsArn": hubs.standard_arn(standard, call.region),
            "Name": name,
            "EnabledByDefault": standard in hubs.DEFAULT_STANDARDS,
            "Provider": "AWS",
            "StandardsManagedBy": {"Company": "AWS", "Product": "Security Hub"},
        }
        for standard, name in hubs.STANDARDS.items()
    ]
    if "AWS" not in (call.parameters.get("Providers") or ["AWS"]):
        shown = []
    return PAGING.page(call, "Standards", shown, PER_PAGE)


@operation("securityhub", "GetEnabledStandards")
def get_enabled_standards(call: Call) -> Answer:
    """List the enabled standards, all or those named. A look: a standard that was on its way arrives."""
    hub = administration.require_hub(call)
    found = {hubs.subscription_arn(hub, each.standard): each for each in hub.subscriptions.values()}
    asked = call.parameters.get("StandardsSubscriptionArns")
    if "AWS" not in (call.parameters.get("Providers") or ["AWS"]):
        found = {}
    if asked:
        found = {arn: each for arn, each in found.items() if arn in asked}
    page = PAGING.page(call, "StandardsSubscriptions", found.values(), PER_PAGE)
    return {**page, "StandardsSubscriptions": [_look(hub, each) for each in page["StandardsSubscriptions"]]}


@operation("securityhub", "BatchEnableStandards")
def batch_enable_standards(call: Call) -> Answer:
    """Enable standards; one that is enabled already is left as it is."""
    hub, requests = administration.require_own(call), call.parameters["StandardsSubscriptionRequests"]
    _check_number(requests)
    wanted = {_standard(str(each["StandardsArn"]), call.region): each for each in requests}
    for standard, request in wanted.items():
        inputs = dict(request.get("StandardsInput") or {})
        hub.subscriptions.setdefault(standard, Subscription(standard, inputs))
    return {"StandardsSubscriptions": [_described(hub, hub.subscriptions[each]) for each in wanted]}


@operation("securityhub", "BatchDisableStandards")
def batch_disable_standards(call: Call) -> Answer:
    """Disable standards, named by the ARNs of their subscriptions."""
    hub, asked = administration.require_own(call), call.parameters["StandardsSubscriptionArns"]
    _check_number(asked)
    named = {hubs.subscription_arn(hub, each): each for each in hub.subscriptions}
    unknown = [arn for arn in asked if arn not in named]
    if unknown:
        raise invalid_input(f"Invalid parameter StandardsSubscriptionArns: {unknown[0]}")
    gone = [hub.subscriptions.pop(named[arn]) for arn in asked]
    return {"StandardsSubscriptions": [{**_described(hub, each), "StandardsStatus": "DELETING"} for each in gone]}


def _standard(arn: str, region: str) -> str:
    found = hubs.standard_of(arn, region)
    if found is None:
        raise invalid_input(f"Invalid parameter StandardsArn: {arn}")
    return found


def _check_number(asked: Iterable[Any]) -> None:
    if not 1 <= len(list(asked)) <= MOST_IN_A_REQUEST:
        raise invalid_input(f"Between 1 and {MOST_IN_A_REQUEST} standards can be named in a request.")


def _look(hub: Hub, subscription: Subscription) -> Mapping[str, Any]:
    shown = _described(hub, subscription)
    subscription.pending = False
    return shown


def _described(hub: Hub, subscription: Subscription) -> Mapping[str, Any]:
    shown = {
        "StandardsSubscriptionArn": hubs.subscription_arn(hub, subscription.standard),
        "StandardsArn": hubs.standard_arn(subscription.standard, hub.region),
        "StandardsInput": subscription.inputs,
        "StandardsStatus": "PENDING",
        "StandardsControlsUpdatable": "NOT_READY_FOR_UPDATES",
        "Provider": "AWS",
    }
    if subscription.pending:
        return shown
    shown["StandardsControlsUpdatable"] = "READY_FOR_UPDATES"
    if _is_recorded(hub):
        return {**shown, "StandardsStatus": "READY"}
    reason = {"StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER"}
    return {**shown, "StandardsStatus": "INCOMPLETE", "StandardsStatusReason": reason}


def _is_recorded(hub: Hub) -> bool:
    recorders = config_backends[hub.account_id][hub.region].recorders
    return any(recorder.status.recording for recorder in recorders.values())
