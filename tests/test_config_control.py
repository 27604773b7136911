"""AWS Config as a whole, on the sandbox: applied, audited with plain boto3, broken by hand, mended, switched off."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

pytestmark = pytest.mark.whole_baseline

HOME, OTHER = "eu-west-1", "eu-central-1"
REGIONS: Final = (HOME, OTHER)
CONTROLS = """
identity-center: false
log-archive:
config:
  baseline_rules: false
  conformance_packs: {backup-and-recovery: {parameters: {RetentionDays: 90}}}
  rules:
    securityhub-enabled: {}
    required-tags: {parameters: {tag1Key: owner}, resource_types: ["AWS::S3::Bucket"], excluded_accounts: [log-archive]}
"""
RECORDERS = "AWS::CloudFormation::StackSet acme-config-recorder"


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """Three accounts in two regions, with the log archive and AWS Config."""
    workplace.declare_little()
    for name in ("dev", "prod"):
        (workplace.folder / f"config/accounts/{name}.yaml").unlink()
    workplace.write("config/controls.yaml", CONTROLS)
    ended = workplace.sandboxed("apply", "--yes")
    assert ended.code == 0, ended.out + ended.err
    return workplace


def places(sandbox: Embedded) -> Iterator[tuple[str, str, Any]]:
    """Every account by what AWS calls it, each region, and a client of AWS Config there."""
    pages = sandbox.client("organizations").get_paginator("list_accounts").paginate()
    for account in [each for page in pages for each in page["Accounts"] if each["State"] == "ACTIVE"]:
        for region in REGIONS:
            yield account["Name"], region, sandbox.client("config", region, account=account["Id"])


def audit(sandbox: Embedded) -> None:
    """See with plain boto3 that everything records into the archive, global types at home only, under the rules."""
    seen = set()
    for account, region, config in places(sandbox):
        (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
        (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
        (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
        assert recorder["recordingGroup"]["includeGlobalResourceTypes"] is (region == HOME)
        assert (status["recording"], recorder["roleARN"].rpartition("/")[2]) == (True, "AWSServiceRoleForConfig")
        assert channel["s3BucketName"].startswith("acme-config-logs-")
        rules = {rule["Source"]["SourceIdentifier"] for rule in config.describe_config_rules()["ConfigRules"]}
        assert {"SECURITYHUB_ENABLED", "EBS_RESOURCES_PROTECTED_BY_BACKUP_PLAN"} <= rules
        assert ("REQUIRED_TAGS" in rules) is (account != "Acme Log Archive")
        seen.add((account, region))
    assert len(seen) == 6


def client(sandbox: Embedded, name: str, region: str) -> Any:
    return next(config for account, at, config in places(sandbox) if (account, at) == (name, region))


def test_the_whole_of_it(applied: Workplace, sandbox: Embedded) -> None:
    """Applied it holds everywhere; what is broken by hand is named with its place and mended by nothing else; off, it is gone."""
    audit(sandbox)
    assert applied.sandboxed("plan", "--detailed-exitcode").code == 0
    broken(sandbox)
    plain = applied.sandboxed("drift", "--output", "json").document["changes"]
    assert {change["address"].partition(" @ ")[0] for change in plain} == {
        "AWS::Config::ConfigurationAggregator acme-organization",
        "AWS::Config::OrganizationConfigRule required-tags",
        "AWS::Config::OrganizationConformancePack backup-and-recovery",
    }
    deep = applied.sandboxed("drift", "--deep", "--output", "json").document["changes"]
    found = {change["address"]: change["differences"] for change in deep}
    assert {name.partition(".")[0] for name in found[RECORDERS]} == {
        "log-archive/eu-central-1 DeliveryChannel",
        "log-archive/eu-central-1 Settings",
    }
    mended = applied.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    assert mended.code == 0, mended.out
    assert mended.document["calls"]["writes"] == {
        "cloudformation:create_change_set": 1,
        "cloudformation:execute_change_set": 1,
        "cloudformation:update_stack_instances": 1,
        "config:put_configuration_aggregator": 1,
        "config:put_organization_config_rule": 1,
        "config:put_organization_conformance_pack": 1,
    }
    audit(sandbox)
    assert applied.sandboxed("drift", "--deep").code == 0
    switched_off(applied, sandbox)


def broken(sandbox: Embedded) -> None:
    """Break AWS Config in one region of one account, and in the security account what holds for all."""
    archive = client(sandbox, "Acme Log Archive", OTHER)
    archive.stop_configuration_recorder(ConfigurationRecorderName="default")
    (channel,) = archive.describe_delivery_channels()["DeliveryChannels"]
    archive.put_delivery_channel(
        DeliveryChannel={**channel, "configSnapshotDeliveryProperties": {"deliveryFrequency": "One_Hour"}}
    )
    security = client(sandbox, "Acme Security Tooling", HOME)
    security.delete_organization_config_rule(OrganizationConfigRuleName="required-tags")
    security.delete_organization_conformance_pack(OrganizationConformancePackName="backup-and-recovery")
    (aggregator,) = security.describe_configuration_aggregators()["ConfigurationAggregators"]
    source = {"RoleArn": aggregator["OrganizationAggregationSource"]["RoleArn"], "AwsRegions": [HOME]}
    security.put_configuration_aggregator(
        ConfigurationAggregatorName="acme-organization", OrganizationAggregationSource=source
    )


def switched_off(workplace: Workplace, sandbox: Embedded) -> None:
    """Switch the control off and see that nothing is left to do, and nothing of AWS Config left but the delegation."""
    workplace.write("config/controls.yaml", "identity-center: false\nlog-archive:\n")
    off = workplace.sandboxed("apply", "--yes", "--accept", "protection", "--accept", "deletions")
    assert off.code == 0, off.out + off.err
    assert workplace.sandboxed("plan", "--detailed-exitcode").code == 0
    for _account, _region, config in places(sandbox):
        assert config.describe_configuration_recorders()["ConfigurationRecorders"] == []
        assert config.describe_config_rules()["ConfigRules"] == []
        assert config.describe_configuration_aggregators()["ConfigurationAggregators"] == []
    administrators = sandbox.client("organizations").list_delegated_administrators()["DelegatedAdministrators"]
    assert [each["Name"] for each in administrators] == ["Acme Security Tooling"]
