"""The organization trail with all it can have: applied, broken by hand, named, mended, switched off."""

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

pytestmark = pytest.mark.whole_baseline

NAME = "acme-organization-trail"
CONTROLS = """identity-center: false
log-archive:
  landing: {config: false, elb: false, guardduty: false, network: false, waf: false, s3_access: false}
"""
TRAIL = """organization-trail:
  insights: [ApiCallRateInsight, ApiErrorRateInsight]
  data_events:
    - {name: objects, preset: s3-objects, access: write}
  cloudwatch_logs: {retention_days: 90}
  event_data_store_days: 400
"""


def test_recorded_watched_and_mended(workplace: Workplace, sandbox: Embedded) -> None:
    """Drift names narrowed selectors and missing Insights, deep drift a filter that is gone; off, the logs' bucket and key stay."""
    workplace.edit("config/organization.yaml", "  - eu-central-1\n", "")
    workplace.write("config/controls.yaml", CONTROLS + TRAIL)
    applied = workplace.sandboxed("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert workplace.sandboxed("drift").code == 0
    trail, logs = sandbox.client("cloudtrail"), sandbox.client("logs")
    described = trail.get_trail(Name=NAME)["Trail"]
    group = described["CloudWatchLogsLogGroupArn"].split(":")[-2]
    (store,) = trail.list_event_data_stores()["EventDataStores"]
    kept = trail.get_event_data_store(EventDataStore=store["EventDataStoreArn"])
    assert (kept["OrganizationEnabled"], kept["RetentionPeriod"]) == (True, 400)
    trail.update_event_data_store(EventDataStore=store["EventDataStoreArn"], TerminationProtectionEnabled=False)
    selectors = trail.get_event_selectors(TrailName=NAME)["AdvancedEventSelectors"]
    trail.put_event_selectors(TrailName=NAME, AdvancedEventSelectors=selectors[:1])
    trail.put_insight_selectors(TrailName=NAME, InsightSelectors=[])
    for found in logs.describe_metric_filters(logGroupName=group)["metricFilters"][:1]:
        logs.delete_metric_filter(logGroupName=group, filterName=found["filterName"])
    drift = workplace.sandboxed("drift", "--deep", "--output", "json")
    found = {change["address"]: set(change["differences"]) for change in drift.document["changes"]}
    assert found.pop(f"AWS::CloudTrail::Trail {NAME}") == {"event_selectors[objects]", "insights"}
    assert [len(names) for names in found.values()] == [1, 1]
    assert workplace.sandboxed("apply", "--deep", "--yes").code == 0
    assert workplace.sandboxed("drift", "--deep").code == 0
    assert trail.get_event_selectors(TrailName=NAME)["AdvancedEventSelectors"] == selectors
    workplace.write("config/controls.yaml", CONTROLS)
    off = workplace.sandboxed("apply", "--yes", "--accept", "protection", "--accept", "deletions")
    assert off.code == 0, off.out + off.err
    assert workplace.sandboxed("drift").code == 0
    assert trail.describe_trails()["trailList"] == []
    assert logs.describe_log_groups()["logGroups"] == []
    assert trail.get_event_data_store(EventDataStore=store["EventDataStoreArn"])["Status"] == "ENABLED"
