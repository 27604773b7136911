"""Which Regions an account has opted in to. It takes a while: the next look says ENABLING, the one after it ENABLED.

Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

from functools import cache
from typing import Final

import boto3

from guardrails.sandbox.account_services.account_management import managed_account
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal
from guardrails.sandbox.serving.regions import ON_BY_DEFAULT

PAGE_SIZE: Final = 50
ARRIVED: Final = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}
GLOBAL_SERVICES: Final = frozenset(
    "account budgets ce cloudfront health iam organizations route53 savingsplans shield support waf".split()
)
"""Services with one endpoint for all Regions: whatever Region a client is set to, AWS's own endpoint is another one's.

Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
"""

UNKNOWN_CREDENTIALS: Final = {
    "s3": "InvalidAccessKeyId",
    **dict.fromkeys(("cloudformation", "elasticloadbalancing", "monitoring", "rds"), "InvalidClientTokenId"),
}
"""How services of the older protocols say that they do not know the credentials, where all others have one way.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
"""

_STATUS: Final[dict[tuple[str, str], str]] = lifecycle.forgotten_on_reset({})


@operation("account", "EnableRegion")
def enable_region(call: Call) -> Answer:
    """Opt in to a Region; one that is enabled stays so."""
    _change(call, "ENABLED", "ENABLING")
    return {}


@operation("account", "DisableRegion")
def disable_region(call: Call) -> Answer:
    """Opt out of a Region that is not enabled by default."""
    _change(call, "DISABLED", "DISABLING")
    return {}


@operation("account", "GetRegionOptStatus")
def get_region_opt_status(call: Call) -> Answer:
    """Whether an account has a Region."""
    account_id, region = managed_account(call), _known(call)
    return {"RegionName": region, "RegionOptStatus": _look(account_id, region)}


@operation("account", "ListRegions")
def list_regions(call: Call) -> Answer:
    """List the Regions with their status, of some statuses when they are named, fifty a page.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
    """
    account_id, wanted = managed_account(call), call.parameters.get("RegionOptStatusContains")
    seen = [{"RegionName": region, "RegionOptStatus": _look(account_id, region)} for region in regions()]
    found = [each for each in seen if not wanted or each["RegionOptStatus"] in wanted]
    return PAGING.page(call, "Regions", found, PAGE_SIZE)


@cache
def regions() -> tuple[str, ...]:
    """Every Region of the partition, in the order of their names."""
    return tuple(sorted(boto3.Session().get_available_regions("ec2")))


def opt_in_status(account_id: str, region: str) -> str:
    """Whether an account has opted in to a Region, in EC2's words."""
    if region in ON_BY_DEFAULT:
        return "opt-in-not-required"
    return "opted-in" if _STATUS.get((account_id, region)) == "ENABLED" else "not-opted-in"


def require_enabled(account_id: str, region: str, service: str) -> None:
    """Let a request pass to a global service, or a Region that its account has; in another its credentials mean nothing.

    Where there is no Region, AWS has no endpoint that could answer.

    Raises:
        Refusal: AuthFailure, RegionDisabledException, or that the credentials are unknown, as the service says it; UnknownRegion.
    """
    if region in ON_BY_DEFAULT or service in GLOBAL_SERVICES or _STATUS.get((account_id, region)) == "ENABLED":
        return
    if region not in regions():
        raise Refusal("UnknownRegion", f"There is no Region {region}: AWS has no endpoint there.")
    if service == "sts":
        message = "STS is not activated in this region for the requested account."
        raise Refusal("RegionDisabledException", message, status=403)
    if service == "ec2":
        message = "AWS was not able to validate the provided access credentials"
        raise Refusal("AuthFailure", message, status=401)
    code = UNKNOWN_CREDENTIALS.get(service, "UnrecognizedClientException")
    raise Refusal(code, "The security token included in the request is invalid.", status=403)


def _change(call: Call, wanted: str, meanwhile: str) -> None:
    account_id, region = managed_account(call), _known(call)
    if region in ON_BY_DEFAULT:
        message = f"The Region {region} is enabled by default: it can be neither enabled nor disabled."
        raise Refusal("ValidationException", message, reason="invalidRegionOptTarget")
    status = _STATUS.get((account_id, region), "DISABLED")
    if status in ARRIVED and status != meanwhile:
        message = f"The Region {region} is {status.lower()}: wait until that has ended."
        raise Refusal("ConflictException", message, status=409)
    if status != wanted:
        _STATUS[account_id, region] = meanwhile


def _look(account_id: str, region: str) -> str:
    if region in ON_BY_DEFAULT:
        return "ENABLED_BY_DEFAULT"
    status = _STATUS.get((account_id, region), "DISABLED")
    if status in ARRIVED:
        _STATUS[account_id, region] = ARRIVED[status]
    return status


def _known(call: Call) -> str:
    region = str(call.parameters["RegionName"])
    if region not in regions():
        raise _invalid(f"{region} is no Region.")
    return region


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message, reason="fieldValidationFailed")


PAGING: Final = Paging(_invalid)
