"""Organizational units: the tree in which accounts stand and from which policies are inherited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.model import ROOT
from guardrails.resources import ORGANIZATIONAL_UNIT_TYPE, organizational_unit_address
from guardrails.tagging import declared_tags, is_ours, organization_tags, put_organization_tags, tag_list


@dataclass(frozen=True, kw_only=True)
class OrganizationalUnit(Resource):
    """One OU; `name` is its declared slash path, `display_name` the last part of it, as AWS shows it.

    `renamed_from` is its former path: an OU found there is this one, still to be renamed.
    """

    TYPE = ORGANIZATIONAL_UNIT_TYPE

    display_name: str
    parent: Address = field(metadata={"immutable": "declare what is live"})
    tags: Mapping[str, str] = field(default_factory=dict)
    renamed_from: str = field(default="", compare=False, metadata={"managed": False})


class OrganizationalUnits(ObjectType[OrganizationalUnit]):
    """OUs carry our tag; only ours are deleted, and AWS refuses while anything stands in them."""

    resource = OrganizationalUnit
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html"

    def observe(
        self, aws: Reader, wanted: Sequence[OrganizationalUnit], names: Directory
    ) -> Iterator[Live[OrganizationalUnit] | BlindSpot]:
        """One call for each OU, to list its children, and one for a hundred OUs' tags."""
        found = list(_walk(aws, ROOT, names.id(organizational_unit_address(ROOT)), {ou.name: ou for ou in wanted}))
        declared = {ou.name for ou in wanted}
        tags = organization_tags(aws, "ou", [unit["Id"] for path, _, unit in found if path in declared])
        paths = {ROOT: names.get(organizational_unit_address(ROOT), "path") or ""}
        for path, parent, unit in found:
            paths[path] = f"{paths[parent]}{unit['Id']}/"
            mine = tags.get(unit["Id"], {})
            live = OrganizationalUnit(
                name=path,
                display_name=unit["Name"],
                parent=organizational_unit_address(parent),
                tags=declared_tags(mine),
            )
            yield Live(live, {"id": unit["Id"], "arn": unit["Arn"], "path": paths[path]}, managed=is_ours(mine))

    def put(
        self, aws: Writer, want: OrganizationalUnit, live: Live[OrganizationalUnit] | None, names: Directory
    ) -> Mapping[str, str]:
        """Create under the parent, or rename and tag what is there."""
        if live is None:
            unit = aws.write(
                "organizations",
                "create_organizational_unit",
                ParentId=names.id(want.parent),
                Name=want.display_name,
                Tags=tag_list(want.tags),
            )["OrganizationalUnit"]
            path = f"{names.get(want.parent, 'path')}{unit['Id']}/"
            return {"id": unit["Id"], "arn": unit["Arn"], "path": path}
        identity = live.attributes["id"]
        if live.resource.display_name != want.display_name:
            aws.write(
                "organizations", "update_organizational_unit", OrganizationalUnitId=identity, Name=want.display_name
            )
        if not live.managed or dict(live.resource.tags) != dict(want.tags):
            put_organization_tags(aws, identity, want.tags)
        return live.attributes

    def delete(self, aws: Writer, live: Live[OrganizationalUnit], names: Directory) -> None:
        """Delete the OU; AWS refuses when it is not empty."""
        aws.write("organizations", "delete_organizational_unit", OrganizationalUnitId=live.attributes["id"])


def _walk(
    aws: Reader, parent: str, parent_id: str, wanted: Mapping[str, OrganizationalUnit]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every OU below a parent as (declared path, declared parent path, what AWS says), parents first."""
    children = list(
        aws.items("organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent_id)
    )
    paths = {unit["Id"]: unit["Name"] if parent == ROOT else f"{parent}/{unit['Name']}" for unit in children}
    renamed = {ou.renamed_from: path for path, ou in wanted.items() if ou.renamed_from and path not in paths.values()}
    for unit in children:
        path = renamed.get(paths[unit["Id"]], paths[unit["Id"]])
        yield path, parent, unit
        yield from _walk(aws, path, unit["Id"], wanted)


TYPE = OrganizationalUnits()
