"""Tags of accounts, OUs, roots and policies: set and read one by one, and read in bulk through the Resource Groups Tagging API.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from unicodedata import category

from guardrails.sandbox.organizations import authority, delegation_policy, organization, policy_targets, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

MAX_TAGS: Final = 50
MAX_KEY_CHARACTERS: Final = 128
MAX_VALUE_CHARACTERS: Final = 256
RESOURCES_PER_PAGE: Final = 100
TAGGING_REGION: Final = "us-east-1"
KINDS: Final = {
    "organizations:account": "ACCOUNT",
    "organizations:ou": "ORGANIZATIONAL_UNIT",
    "organizations:policy": "POLICY",
}


def checked(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The tags of a request as a mapping.

    Raises:
        Refusal: a key twice, a key of AWS's own, or more than fifty.
    """
    found = {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) != len(tags):
        raise organization.invalid(
            "DUPLICATE_TAG_KEY", "Tag keys must be unique among the tags attached to the same entity."
        )
    for key, value in found.items():
        _check_tag(key, value)
    if any(key.lower().startswith("aws:") for key in found):
        raise organization.invalid("INVALID_SYSTEM_TAGS_PARAMETER", "You can't add, edit, or delete system tag keys.")
    if len(found) > MAX_TAGS:
        raise organization.constraint(
            "MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource."
        )
    return found


def _check_tag(key: str, value: str) -> None:
    """Lengths and characters of one tag.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Tag.html
    """
    if not key:
        raise organization.invalid("MIN_LENGTH_EXCEEDED")
    if len(key) > MAX_KEY_CHARACTERS or len(value) > MAX_VALUE_CHARACTERS:
        raise organization.invalid("MAX_LENGTH_EXCEEDED")
    if not all(each in "_.:/=+-@" or category(each)[0] in "LZN" for each in key + value):
        raise organization.invalid("INVALID_PATTERN")


@operation("organizations", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Set tags on an account, OU, root or policy."""
    authority.require_policy_administrator(call)
    resource = _resource(call.parameters["ResourceId"])
    merged = {**resource.tags, **checked(call.parameters["Tags"])}
    if len(merged) > MAX_TAGS:
        raise organization.constraint(
            "MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource."
        )
    resource.tags.update(merged)
    return {}


@operation("organizations", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags; keys that are not there are ignored."""
    authority.require_policy_administrator(call)
    resource = _resource(call.parameters["ResourceId"])
    for key in call.parameters["TagKeys"]:
        resource.tags.pop(key, None)
    return {}


@operation("organizations", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """List the tags of one resource."""
    authority.require_reader(call)
    return organization.page(call, "Tags", _tags(_resource(call.parameters["ResourceId"]).tags), MAX_TAGS)


@operation("resourcegroupstaggingapi", "GetResources")
def get_resources(call: Call) -> Answer:
    """List the tagged accounts, OUs and policies, a hundred a page; in us-east-1 only. Other resource types are moto's.

    Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    kinds = call.parameters.get("ResourceTypeFilters", [])
    if not kinds or not all(kind.startswith("organizations:") for kind in kinds):
        return FORWARD
    found = list(_tagged(kinds, call.parameters.get("TagFilters", []))) if _sees_organization(call) else []
    size = min(call.parameters.get("ResourcesPerPage", RESOURCES_PER_PAGE), RESOURCES_PER_PAGE)
    begin = _begin(call.parameters.get("PaginationToken", ""))
    end = begin + size
    token = str(end) if end < len(found) else ""
    shown = [{"ResourceARN": each.arn, "Tags": _tags(each.tags)} for each in found[begin:end]]
    return {"ResourceTagMappingList": shown, "PaginationToken": token}


def _sees_organization(call: Call) -> bool:
    in_use = organization.backend().org is not None
    return in_use and call.region == TAGGING_REGION and call.account_id == MANAGEMENT_ACCOUNT_ID


def _begin(token: str) -> int:
    try:
        return int(token or 0)
    except ValueError:
        raise Refusal("PaginationTokenExpiredException", "The PaginationToken is not valid.") from None


def _tagged(kinds: Iterable[str], filters: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    wanted = {KINDS.get(kind) for kind in kinds}
    resources: list[tuple[str, Iterable[Any]]] = [
        ("ACCOUNT", tree.ACCOUNTS.values()),
        ("ORGANIZATIONAL_UNIT", (unit for unit in tree.UNITS.values() if unit.type != "ROOT")),
        ("POLICY", organization.backend().policies),
    ]
    for kind, members in resources:
        if kind in wanted:
            yield from (each for each in members if each.tags and all(_matches(each.tags, one) for one in filters))


def _matches(tags: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
    values = wanted.get("Values") or []
    return wanted["Key"] in tags and (not values or tags[wanted["Key"]] in values)


def _tags(tags: Mapping[str, str]) -> list[Mapping[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _resource(resource_id: str) -> Any:
    found: Any = organization.find_account(resource_id) or organization.find_unit(resource_id)
    found = found or organization.find_policy(resource_id) or delegation_policy.find(resource_id)
    if found is None:
        raise policy_targets.not_found()
    return found
