"""Rules in every account of the organization: managed rules. Custom rules (Lambda, Guard) are refused plainly.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConfigRule.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.aws_config import config_rules, organization_access, tagging
from guardrails.sandbox.aws_config.organization_access import DEPLOYMENT
from guardrails.sandbox.aws_config.organization_deployments import Deployments, OrganizationDeployment
from guardrails.sandbox.aws_config.refusals import PAGING, invalid_parameter, unsupported, validation
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation

PER_PAGE: Final = 100
NAME: Final = re.compile(r"[A-Za-z0-9-_]{1,64}")
KINDS: Final = (
    "OrganizationManagedRuleMetadata",
    "OrganizationCustomRuleMetadata",
    "OrganizationCustomPolicyRuleMetadata",
)
MANAGED: Final = KINDS[0]


@operation("config", "PutOrganizationConfigRule")
def put_organization_config_rule(call: Call) -> Answer:
    """Put a managed rule into every account of the organization but those excluded, or change it there."""
    organization_access.require(call, DEPLOYMENT)
    name = str(call.parameters["OrganizationConfigRuleName"])
    given = [kind for kind in KINDS if call.parameters.get(kind)]
    if not NAME.fullmatch(name):
        raise validation(f"Value '{name}' at 'organizationConfigRuleName' failed to satisfy constraint.")
    if len(given) != 1:
        raise invalid_parameter("Exactly one kind of organization Config rule metadata must be specified.")
    if given != [MANAGED]:
        raise unsupported("organization Config rules with Lambda or Guard")
    metadata = call.parameters[MANAGED]
    config_rules.check(call.account_id, call.region, _rule(name, metadata))
    arn = f"arn:aws:config:{call.region}:{call.account_id}:organization-config-rule/{name}-{mock_random.get_random_hex(8)}"
    excluded = frozenset(call.parameters.get("ExcludedAccounts") or [])
    organization_access.trust(call, DEPLOYMENT)
    tags = tagging.given(call.parameters.get("Tags"))
    _RULES.put(OrganizationDeployment(name, arn, call.account_id, call.region, metadata, excluded, tags=tags))
    return {"OrganizationConfigRuleArn": _RULES.of(call.account_id, call.region)[name].arn}


@operation("config", "DescribeOrganizationConfigRules")
def describe_organization_config_rules(call: Call) -> Answer:
    """The rules that the caller has put, whole or by name."""
    shown = [
        {
            "OrganizationConfigRuleName": each.name,
            "OrganizationConfigRuleArn": each.arn,
            MANAGED: each.content,
            "ExcludedAccounts": sorted(each.excluded),
            "LastUpdateTime": each.updated,
        }
        for each in _RULES.asked(call, "OrganizationConfigRuleNames")
    ]
    return PAGING.page(call, "OrganizationConfigRules", shown, PER_PAGE)


@operation("config", "DescribeOrganizationConfigRuleStatuses")
def describe_organization_config_rule_statuses(call: Call) -> Answer:
    """How far the rules have come. A look."""
    found = _RULES.asked(call, "OrganizationConfigRuleNames")
    shown = [
        {
            "OrganizationConfigRuleName": each.name,
            "OrganizationRuleStatus": each.status(),
            "LastUpdateTime": each.updated,
            **each.failure(),
        }
        for each in found
    ]
    _RULES.seen(found)
    return PAGING.page(call, "OrganizationConfigRuleStatuses", shown, PER_PAGE)


@operation("config", "GetOrganizationConfigRuleDetailedStatus")
def get_organization_config_rule_detailed_status(call: Call) -> Answer:
    """How far a rule has come in each account. A look."""
    organization_access.require(call, DEPLOYMENT)
    found, filters = (
        _RULES.named(call, str(call.parameters["OrganizationConfigRuleName"])),
        call.parameters.get("Filters", {}),
    )
    shown = [
        {
            "AccountId": account_id,
            "ConfigRuleName": _member_name(found),
            "MemberAccountRuleStatus": found.status(account_id),
            "LastUpdateTime": found.updated,
            **found.failure(account_id),
        }
        for account_id in found.accounts
    ]
    _RULES.seen([found])
    matching = [each for each in shown if all(each.get(name) == value for name, value in filters.items())]
    return PAGING.page(call, "OrganizationConfigRuleDetailedStatus", matching, PER_PAGE)


@operation("config", "DeleteOrganizationConfigRule")
def delete_organization_config_rule(call: Call) -> Answer:
    """Take a rule out of every account."""
    organization_access.require(call, DEPLOYMENT)
    _RULES.delete(_RULES.named(call, str(call.parameters["OrganizationConfigRuleName"])))
    return {}


def install() -> None:
    """Follow accounts that come and go."""
    placement.on_account_placed(_RULES.account_placed)
    tagging.tagged_by_arn(_RULES.with_arn)


def _member_name(deployment: OrganizationDeployment) -> str:
    return f"OrgConfigRule-{deployment.name}-{deployment.suffix}"


def _rule(name: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    scope = {
        "ComplianceResourceTypes": metadata.get("ResourceTypesScope"),
        "ComplianceResourceId": metadata.get("ResourceIdScope"),
        "TagKey": metadata.get("TagKeyScope"),
        "TagValue": metadata.get("TagValueScope"),
    }
    given = {key: value for key, value in scope.items() if value}
    kept = {
        key: metadata[key] for key in ("Description", "InputParameters", "MaximumExecutionFrequency") if key in metadata
    }
    source = {"Owner": "AWS", "SourceIdentifier": metadata["RuleIdentifier"]}
    return {"ConfigRuleName": name, "Source": source, **kept, **({"Scope": given} if given else {})}


def _deploy(deployment: OrganizationDeployment, account_id: str) -> None:
    rule = _rule(_member_name(deployment), deployment.content)
    config_rules.deploy(account_id, deployment.region, rule, DEPLOYMENT)


def _withdraw(deployment: OrganizationDeployment, account_id: str) -> None:
    config_rules.withdraw(account_id, deployment.region, _member_name(deployment))


_RULES: Final = Deployments(
    lifecycle.forgotten_on_reset({}),
    _deploy,
    _withdraw,
    "AWS Config rules",
    "NoSuchOrganizationConfigRuleException",
)
