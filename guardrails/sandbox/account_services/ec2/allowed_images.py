"""Allowed images settings: which images of others an account may launch.

Criteria are kept and shown. Whether an image meets them is not judged: while they are enforced, the sandbox launches
the account's own images and refuses any other.
Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.account_services.ec2 import attributes, declarative_policies
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

ATTRIBUTE: Final = "allowed_images_settings"
STATE: Final = "AllowedImagesSettingsState"
MAX_CRITERIA: Final = 10
DISABLED: Final[Mapping[str, Any]] = {"State": "disabled", "ImageCriteria": []}


@operation("ec2", "EnableAllowedImagesSettings")
def enable_allowed_images_settings(call: Call) -> Answer:
    """Enforce the criteria, or only show what they would allow."""
    state = attributes.checked(STATE, call.parameters.get(STATE), ("enabled", "audit-mode"))
    attributes.put(call, ATTRIBUTE, {**_own(call), "State": state})
    return {STATE: state}


@operation("ec2", "DisableAllowedImagesSettings")
def disable_allowed_images_settings(call: Call) -> Answer:
    """Allow every image; the criteria stay."""
    attributes.put(call, ATTRIBUTE, {**_own(call), "State": "disabled"})
    return {STATE: "disabled"}


@operation("ec2", "ReplaceImageCriteriaInAllowedImagesSettings")
def replace_image_criteria(call: Call) -> Answer:
    """Put at most ten criteria in the place of those there are."""
    criteria = call.parameters.get("ImageCriteria", [])
    if len(criteria) > MAX_CRITERIA:
        raise Refusal("InvalidParameterValue", f"There are at most {MAX_CRITERIA} image criteria.")
    attributes.put(call, ATTRIBUTE, {**_own(call), "ImageCriteria": criteria})
    return {"ReturnValue": True}


@operation("ec2", "GetAllowedImagesSettings")
def get_allowed_images_settings(call: Call) -> Answer:
    """The state and the criteria, and who sets them."""
    return {**_settings(call), "ManagedBy": declarative_policies.managed_by(call.account_id, ATTRIBUTE)}


def check_launch(call: Call) -> None:
    """Let the account's own images be launched while criteria are enforced, and no other.

    Raises:
        Refusal: NotImplemented, the sandbox does not judge the images of others.
    """
    if _settings(call)["State"] != "enabled":
        return
    from moto.ec2.models import ec2_backends

    image = ec2_backends[call.account_id][call.region].amis.get(call.parameters.get("ImageId", ""))
    if image is None or image.owner_id != call.account_id:
        raise not_implemented("ec2", "RunInstances of images of others under allowed images settings")


def _own(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = attributes.own(call.account_id, call.region, ATTRIBUTE, DISABLED)
    return found


def _settings(call: Call) -> Mapping[str, Any]:
    found = declarative_policies.declared(call.account_id, ATTRIBUTE)
    if found is None:
        return _own(call)
    criteria = [_translated(each) for _, each in sorted(found.get("image_criteria", {}).items())]
    return {"State": str(found.get("state", "disabled")).replace("_", "-"), "ImageCriteria": criteria}


def _translated(criterion: Mapping[str, Any]) -> Mapping[str, Any]:
    """A criterion of a policy, in EC2's words."""
    providers = [each.replace("_", "-") for each in criterion.get("allowed_image_providers", [])]
    created = criterion.get("creation_date_condition", {}).get("maximum_days_since_created")
    deprecated = criterion.get("deprecation_time_condition", {}).get("maximum_days_since_deprecated")
    shown = {
        "ImageProviders": providers,
        "ImageNames": criterion.get("image_names"),
        "MarketplaceProductCodes": criterion.get("marketplace_product_codes"),
        "CreationDateCondition": None if created is None else {"MaximumDaysSinceCreated": int(created)},
        "DeprecationTimeCondition": None if deprecated is None else {"MaximumDaysSinceDeprecated": int(deprecated)},
    }
    return {name: value for name, value in shown.items() if value}
