"""Tags of permission sets.

Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_TagResource.html
"""

from collections.abc import Mapping, Sequence
from typing import Final

from moto.ssoadmin.models import PermissionSet

from guardrails.sandbox.identity_center.instances import PAGING, find_permission_set, instance, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_TAGS: Final = 50


@operation("sso-admin", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag a permission set."""
    found = _tagged(call)
    merged = {**_tag_mapping(found), **checked(call.parameters["Tags"])}
    _check_count(merged)
    found.tags = tag_list(merged)
    return {}


@operation("sso-admin", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from a permission set."""
    found = _tagged(call)
    gone = set(call.parameters["TagKeys"])
    found.tags = tag_list({key: value for key, value in _tag_mapping(found).items() if key not in gone})
    return {}


@operation("sso-admin", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a permission set."""
    return PAGING.page(call, "Tags", _tagged(call).tags, MAX_TAGS)


def checked(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The tags of a request as a mapping.

    Raises:
        Refusal: a key twice, a key of AWS's own, or more than fifty.
    """
    found = {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) != len(tags):
        raise invalid("Tag keys must be unique.")
    if any(key.lower().startswith("aws:") for key in found):
        raise invalid("Tag keys that begin with aws: are reserved.")
    _check_count(found)
    return found


def _check_count(tags: Mapping[str, str]) -> None:
    if len(tags) > MAX_TAGS:
        raise Refusal("ServiceQuotaExceededException", f"A permission set takes at most {MAX_TAGS} tags.")


def _tagged(call: Call) -> PermissionSet:
    """The permission set that a tagging call names; the instance may be left out there."""
    arn = call.parameters["ResourceArn"]
    instance_arn = arn.rpartition("/")[0].replace(":permissionSet/", ":instance/")
    return find_permission_set(instance(call, call.parameters.get("InstanceArn") or instance_arn), arn)


def _tag_mapping(found: PermissionSet) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found.tags}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS writes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
