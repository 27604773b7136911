"""Tags of what AWS Config deploys to the organization. Those of rules, aggregators and authorizations are moto's.

Source: https://docs.aws.amazon.com/config/latest/APIReference/API_TagResource.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation


class Tagged(Protocol):
    """Something with tags."""

    tags: dict[str, str]


_FINDERS: Final[list[Callable[[str], Tagged | None]]] = []


def tagged_by_arn(find: Callable[[str], Tagged | None]) -> None:
    """Let this function find something that has tags, by its ARN."""
    _FINDERS.append(find)


def given(tags: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """The tags of a request, by key."""
    return {str(tag["Key"]): str(tag.get("Value") or "") for tag in tags or ()}


@operation("config", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Add tags, or change their values."""
    found = _found(call)
    if found is None:
        return FORWARD
    found.tags |= given(call.parameters["Tags"])
    return {}


@operation("config", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Take tags off."""
    found = _found(call)
    if found is None:
        return FORWARD
    for key in call.parameters["TagKeys"]:
        found.tags.pop(key, None)
    return {}


@operation("config", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of something, by its ARN."""
    found = _found(call)
    if found is None:
        return FORWARD
    return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(found.tags.items())]}


def _found(call: Call) -> Tagged | None:
    """What was deployed to the organization by the caller, under the ARN that a request names."""
    arn = str(call.parameters["ResourceArn"])
    if f":{call.region}:{call.account_id}:organization-" not in arn:
        return None
    return next((found for find in _FINDERS if (found := find(arn)) is not None), None)
