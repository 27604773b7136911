"""Groups of people in the identity store of IAM Identity Center."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.identity_center import find_instance, instance, not_enabled


@dataclass(frozen=True, kw_only=True)
class Group(Resource):
    """One group, by its display name; `description` None means: whatever is live. Who is in it is not ours to say."""

    TYPE = "AWS::IdentityStore::Group"

    description: str | None = None


class Groups(ObjectType[Group]):
    """Groups have no tags: one that is declared is ours, others are only listed, or deleted where groups are exclusive."""

    resource = Group
    source = "https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroup.html"
    tagged = False

    def observe(self, aws: Reader, wanted: Sequence[Group], names: Directory) -> Iterator[Live[Group] | BlindSpot]:
        """One call for the instance, one for a hundred groups."""
        found = find_instance(aws)
        if found is None:
            yield from not_enabled(self.name, aws, wanted)
            return
        store = found.identity_store_id
        for group in aws.items("identitystore", "list_groups", "Groups", IdentityStoreId=store):
            live = Group(name=group["DisplayName"], description=group.get("Description", ""))
            yield Live(live, {"id": group["GroupId"], "identity_store": store})

    def put(self, aws: Writer, want: Group, live: Live[Group] | None, names: Directory) -> Mapping[str, str]:
        """Create the group, or change its description."""
        if live is None:
            store = instance(aws).identity_store_id
            described: dict[str, Any] = {"Description": want.description} if want.description else {}
            made = aws.write("identitystore", "create_group", IdentityStoreId=store, DisplayName=want.name, **described)
            return {"id": made["GroupId"], "identity_store": store}
        if want.description and want.description != live.resource.description:
            change = {"AttributePath": "description", "AttributeValue": want.description}
            aws.write("identitystore", "update_group", **_which(live), Operations=[change])
        return live.attributes

    def delete(self, aws: Writer, live: Live[Group], names: Directory) -> None:
        """Delete the group with its memberships."""
        aws.write("identitystore", "delete_group", **_which(live))


def _which(live: Live[Group]) -> dict[str, Any]:
    return {"IdentityStoreId": live.attributes["identity_store"], "GroupId": live.attributes["id"]}


TYPE = Groups()
