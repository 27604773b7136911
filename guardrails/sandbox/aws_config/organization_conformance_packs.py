"""Packs of rules in every account of the organization.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConformancePack.html
"""

from typing import Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.aws_config import conformance_packs, organization_access, tagging
from guardrails.sandbox.aws_config.organization_access import DEPLOYMENT
from guardrails.sandbox.aws_config.organization_deployments import Deployments, OrganizationDeployment
from guardrails.sandbox.aws_config.refusals import PAGING
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PER_PAGE: Final = 100


@operation("config", "PutOrganizationConformancePack")
def put_organization_conformance_pack(call: Call) -> Answer:
    """Put a pack into every account of the organization but those excluded, or change it there."""
    organization_access.require(call, DEPLOYMENT)
    name = str(call.parameters["OrganizationConformancePackName"])
    try:
        rules = conformance_packs.checked_template(call, name)
    except ValueError as error:
        raise Refusal("OrganizationConformancePackTemplateValidationException", str(error)) from None
    content = {"rules": rules, "inputs": conformance_packs.input_parameters(call.parameters)}
    for key in ("DeliveryS3Bucket", "DeliveryS3KeyPrefix"):
        content[key] = call.parameters.get(key, "")
    suffix = mock_random.get_random_string(length=8, lower_case=True)
    arn = f"arn:aws:config:{call.region}:{call.account_id}:organization-conformance-pack/{name}-{suffix}"
    excluded = frozenset(call.parameters.get("ExcludedAccounts") or [])
    organization_access.trust(call, DEPLOYMENT)
    tags = tagging.given(call.parameters.get("Tags"))
    made = OrganizationDeployment(name, arn, call.account_id, call.region, content, excluded, suffix, tags=tags)
    _PACKS.put(made)
    return {"OrganizationConformancePackArn": _PACKS.of(call.account_id, call.region)[name].arn}


@operation("config", "DescribeOrganizationConformancePacks")
def describe_organization_conformance_packs(call: Call) -> Answer:
    """The packs that the caller has put, whole or by name."""
    shown = [
        {
            "OrganizationConformancePackName": each.name,
            "OrganizationConformancePackArn": each.arn,
            "DeliveryS3Bucket": each.content["DeliveryS3Bucket"],
            "DeliveryS3KeyPrefix": each.content["DeliveryS3KeyPrefix"],
            "ConformancePackInputParameters": conformance_packs.as_members(each.content["inputs"]),
            "ExcludedAccounts": sorted(each.excluded),
            "LastUpdateTime": each.updated,
        }
        for each in _PACKS.asked(call, "OrganizationConformancePackNames")
    ]
    return PAGING.page(call, "OrganizationConformancePacks", shown, PER_PAGE)


@operation("config", "DescribeOrganizationConformancePackStatuses")
def describe_organization_conformance_pack_statuses(call: Call) -> Answer:
    """How far the packs have come. A look."""
    found = _PACKS.asked(call, "OrganizationConformancePackNames")
    shown = [
        {
            "OrganizationConformancePackName": each.name,
            "Status": each.status(),
            "LastUpdateTime": each.updated,
            **each.failure(),
        }
        for each in found
    ]
    _PACKS.seen(found)
    return PAGING.page(call, "OrganizationConformancePackStatuses", shown, PER_PAGE)


@operation("config", "GetOrganizationConformancePackDetailedStatus")
def get_organization_conformance_pack_detailed_status(call: Call) -> Answer:
    """How far a pack has come in each account. A look."""
    organization_access.require(call, DEPLOYMENT)
    found = _PACKS.named(call, str(call.parameters["OrganizationConformancePackName"]))
    shown = [
        {
            "AccountId": account_id,
            "ConformancePackName": _member_name(found),
            "Status": found.status(account_id),
            "LastUpdateTime": found.updated,
            **found.failure(account_id),
        }
        for account_id in found.accounts
    ]
    _PACKS.seen([found])
    filters = dict(call.parameters.get("Filters") or {})
    matching = [each for each in shown if all(each.get(name) == value for name, value in filters.items())]
    return PAGING.page(call, "OrganizationConformancePackDetailedStatuses", matching, PER_PAGE)


@operation("config", "DeleteOrganizationConformancePack")
def delete_organization_conformance_pack(call: Call) -> Answer:
    """Take a pack out of every account."""
    organization_access.require(call, DEPLOYMENT)
    _PACKS.delete(_PACKS.named(call, str(call.parameters["OrganizationConformancePackName"])))
    return {}


def install() -> None:
    """Follow accounts that come and go."""
    placement.on_account_placed(_PACKS.account_placed)
    tagging.tagged_by_arn(_PACKS.with_arn)


def _member_name(deployment: OrganizationDeployment) -> str:
    return f"OrgConformsPack-{deployment.name}-{deployment.suffix}"


def _deploy(deployment: OrganizationDeployment, account_id: str) -> None:
    content = deployment.content
    name = _member_name(deployment)
    pack = conformance_packs.deploy(
        account_id, deployment.region, name, content["rules"], content["inputs"], DEPLOYMENT
    )
    pack.under_way = False


def _withdraw(deployment: OrganizationDeployment, account_id: str) -> None:
    conformance_packs.withdraw(account_id, deployment.region, _member_name(deployment))


_PACKS: Final = Deployments(
    lifecycle.forgotten_on_reset({}),
    _deploy,
    _withdraw,
    "conformance packs",
    "NoSuchOrganizationConformancePackException",
)
