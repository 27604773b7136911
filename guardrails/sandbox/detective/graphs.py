"""Behavior graphs: one per administrator account and region; and who administers Detective for whom.

Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_CreateGraph.html
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.organizations.service_administration import Administration, Administrations
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

PRINCIPAL: Final = "detective.amazonaws.com"
PER_PAGE: Final = 200


@dataclass
class Graph:
    """An account's behavior graph in a region."""

    arn: str
    tags: dict[str, str]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class DetectiveAdministration(Administration):
    """A region's administrator since when, whether new accounts are members of its graph, and who is."""

    auto_enable: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))


_GRAPHS: Final[dict[tuple[str, str], Graph]] = lifecycle.forgotten_on_reset({})


@operation("detective", "CreateGraph")
def create_graph(call: Call) -> Answer:
    """Enable Detective: the account's behavior graph of the region, the same one however often it is asked for."""
    return {"GraphArn": switch_on(call.account_id, call.region, dict(call.parameters.get("Tags") or {})).arn}


@operation("detective", "ListGraphs")
def list_graphs(call: Call) -> Answer:
    """The behavior graph that the account administers, if there is one."""
    found = find(call.account_id, call.region)
    shown = [{"Arn": found.arn, "CreatedTime": found.created}] if found else []
    return PAGING.page(call, "GraphList", shown, PER_PAGE)


@operation("detective", "DeleteGraph")
def delete_graph(call: Call) -> Answer:
    """Disable Detective in an account that administers its own graph only; the organization's goes with its administrator."""
    own(call)
    if REGIONS.administered_by(call.account_id, call.region):
        raise not_implemented("detective", "DeleteGraph of the organization's behavior graph")
    switch_off(call.account_id, call.region)
    return {}


@operation("detective", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Tag a graph, named by its ARN."""
    _tagged(call).tags.update(call.parameters["Tags"])
    return {}


@operation("detective", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Remove tags from a graph."""
    tags = _tagged(call).tags
    for key in call.parameters["TagKeys"]:
        tags.pop(key, None)
    return {}


@operation("detective", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a graph."""
    return {"Tags": _tagged(call).tags}


def find(account_id: str, region: str) -> Graph | None:
    """The graph that an account administers in a region, or None."""
    return _GRAPHS.get((account_id, region))


def switch_on(account_id: str, region: str, tags: dict[str, str]) -> Graph:
    """The graph that an account administers in a region, made when there is none."""
    arn = f"arn:aws:detective:{region}:{account_id}:graph:{mock_random.get_random_hex(32)}"
    return _GRAPHS.setdefault((account_id, region), Graph(arn, tags))


def switch_off(account_id: str, region: str) -> None:
    """Take a graph away."""
    _GRAPHS.pop((account_id, region), None)


def _dismissed(region: str, account_id: str) -> None:
    """The organization's graph goes with its administrator."""
    switch_off(account_id, region)


REGIONS: Final = Administrations(PRINCIPAL, DetectiveAdministration, _dismissed)


def own(call: Call) -> Graph:
    """The graph that a request names, of which the caller is the administrator.

    Raises:
        Refusal: ResourceNotFoundException.
    """
    return _of_arn(call, str(call.parameters["GraphArn"]))


def validation(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal("ValidationException", message, ErrorCode="INVALID_REQUEST_BODY")


PAGING: Final = Paging(validation)


def _tagged(call: Call) -> Graph:
    return _of_arn(call, str(call.parameters["ResourceArn"]))


def _of_arn(call: Call, arn: str) -> Graph:
    found = find(call.account_id, call.region)
    if found is None or found.arn != arn:
        raise Refusal("ResourceNotFoundException", f"The behavior graph {arn} does not exist.", status=404)
    return found
