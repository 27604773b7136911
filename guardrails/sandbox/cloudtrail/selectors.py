"""What a trail records: event selectors, basic or advanced, and the unusual rates that it looks for.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
"""

from typing import Final

from guardrails.sandbox.cloudtrail.trails import own, visible_trail
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

DEFAULT_SELECTORS: Final = (
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []},
)


@operation("cloudtrail", "GetEventSelectors")
def get_event_selectors(call: Call) -> Answer:
    """What a trail records: all management events until somebody says otherwise."""
    found = visible_trail(call, call.parameters["TrailName"])
    if found.advanced_event_selectors:
        return {"TrailARN": found.arn, "AdvancedEventSelectors": found.advanced_event_selectors}
    return {"TrailARN": found.arn, "EventSelectors": found.event_selectors or list(DEFAULT_SELECTORS)}


@operation("cloudtrail", "PutEventSelectors")
def put_event_selectors(call: Call) -> Answer:
    """Say what a trail records: with event selectors or with advanced ones, never both."""
    found = own(call, "TrailName")
    given = {"EventSelectors", "AdvancedEventSelectors"} & set(call.parameters)
    if len(given) != 1:
        raise Refusal("InvalidEventSelectorsException", "Specify either EventSelectors or AdvancedEventSelectors.")
    found.event_selectors = list(call.parameters.get("EventSelectors", []))
    found.advanced_event_selectors = list(call.parameters.get("AdvancedEventSelectors", []))
    return {"TrailARN": found.arn, **{name: call.parameters[name] for name in given}}


@operation("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(call: Call) -> Answer:
    """Say which unusual rates are looked for; none at all ends it.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
    """
    found = own(call, "TrailName")
    selectors = list(call.parameters["InsightSelectors"])
    if not {each.get("InsightType") for each in selectors} <= {"ApiCallRateInsight", "ApiErrorRateInsight"}:
        raise Refusal("InvalidInsightSelectorsException", "The InsightSelectors parameter has an unknown InsightType.")
    found.insight_selectors = selectors
    return {"TrailARN": found.arn, "InsightSelectors": selectors}


@operation("cloudtrail", "GetInsightSelectors")
def get_insight_selectors(call: Call) -> Answer:
    """Which unusual rates are looked for; a trail that looks for none says so by an error."""
    found = visible_trail(call, call.parameters["TrailName"])
    if not found.insight_selectors:
        raise Refusal("InsightNotEnabledException", f"Insights are not enabled for the trail {found.trail_name}.")
    return {"TrailARN": found.arn, "InsightSelectors": found.insight_selectors}
