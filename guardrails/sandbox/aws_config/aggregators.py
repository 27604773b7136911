"""Configuration aggregators: of the organization, from its management account or a delegated administrator; of accounts that authorize it.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationAggregator.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from moto.config.models import ConfigAggregator, config_backends
from moto.iam.models import iam_backends

from guardrails.sandbox.account_services import account_regions
from guardrails.sandbox.aws_config import organization_access
from guardrails.sandbox.aws_config.organization_access import AGGREGATION
from guardrails.sandbox.aws_config.refusals import PAGING, invalid_parameter, unsupported
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal
from guardrails.sandbox.serving.regions import ON_BY_DEFAULT

PER_PAGE: Final = 100
PRINCIPAL: Final = "config.amazonaws.com"


@operation("config", "PutConfigurationAggregator")
def put_configuration_aggregator(call: Call) -> Answer:
    """Aggregate the organization with a role that AWS Config may assume, or accounts by their ids; moto keeps the aggregator."""
    if call.parameters.get("AggregatorFilters"):
        raise unsupported("filters of a configuration aggregator")
    source = call.parameters.get("OrganizationAggregationSource")
    for each in (source or {}, *(call.parameters.get("AccountAggregationSources") or [])):
        if not set(each.get("AwsRegions") or []) <= set(account_regions.regions()):
            raise invalid_parameter("Your request contains a region that AWS Config does not support.")
    if source and not call.parameters.get("AccountAggregationSources"):
        organization_access.require(call, AGGREGATION)
        if not _assumable(call.account_id, str(source["RoleArn"])):
            raise Refusal("InvalidRoleException", "The role ARN is not valid, or AWS Config cannot assume the role.")
        organization_access.trust(call, AGGREGATION)
    return FORWARD


@operation("config", "DescribeConfigurationAggregatorSourcesStatus")
def describe_configuration_aggregator_sources_status(call: Call) -> Answer:
    """Whether an aggregator's sources reach it: the organization while its owner may look into it, accounts that authorized it.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationAggregatorSourcesStatus.html
    """
    name = call.parameters["ConfigurationAggregatorName"]
    found = config_backends[call.account_id][call.region].config_aggregators.get(name)
    if found is None:
        message = "The configuration aggregator does not exist. Check the configuration aggregator name and try again."
        raise Refusal("NoSuchConfigurationAggregatorException", message)
    wanted = call.parameters.get("UpdateStatus")
    shown = [each for each in _sources(call, found) if not wanted or each["LastUpdateStatus"] in wanted]
    return PAGING.page(call, "AggregatedSourceStatusList", shown, PER_PAGE)


def _sources(call: Call, found: ConfigAggregator) -> Iterator[Mapping[str, Any]]:
    if found.organization_aggregation_source:
        reached = organization_access.is_allowed(call.account_id, AGGREGATION)
        yield _status(organization.organization().id, "ORGANIZATION", call.region, reached)
    for source in found.account_aggregation_sources or []:
        for account_id in source.account_ids:
            for region in source.aws_regions or ON_BY_DEFAULT:
                yield _status(account_id, "ACCOUNT", region, _authorized(call, account_id, region))


def _authorized(call: Call, account_id: str, region: str) -> bool:
    authorizations = config_backends[account_id][region].aggregation_authorizations
    return account_id == call.account_id or f"{call.account_id}/{call.region}" in authorizations


def _status(source_id: str, kind: str, region: str, reached: bool) -> Mapping[str, Any]:
    shown = {
        "SourceId": source_id,
        "SourceType": kind,
        "AwsRegion": region,
        "LastUpdateStatus": "SUCCEEDED" if reached else "FAILED",
        "LastUpdateTime": datetime.now(UTC),
    }
    failure = {"LastErrorCode": "AccessDenied", "LastErrorMessage": "The source has not authorized the aggregator."}
    return shown if reached else {**shown, **failure}


def _assumable(account_id: str, role_arn: str) -> bool:
    roles = iam_backends[account_id][PARTITION].roles.values()
    trust = next((role.assume_role_policy_document for role in roles if role.arn == role_arn), None)
    if not trust:
        return False
    statements = json.loads(trust).get("Statement", [])
    principals = [each.get("Principal", {}) for each in statements if each.get("Effect") == "Allow"]
    services = [each.get("Service", []) for each in principals if isinstance(each, dict)]
    return any(each == PRINCIPAL or (isinstance(each, list) and PRINCIPAL in each) for each in services)
