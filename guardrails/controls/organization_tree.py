"""The tree of organizational units."""

from collections.abc import Iterator

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.library import Library
from guardrails.model import ROOT, Organization
from guardrails.resources import organizational_unit_address
from guardrails.resources.organizational_unit import OrganizationalUnit


def resources(organization: Organization, library: Library, settings: Settings) -> Iterator[OrganizationalUnit]:
    """Every declared OU under its parent."""
    for unit in organization.organizational_units:
        parent, _, display_name = unit.path.rpartition("/")
        yield OrganizationalUnit(
            name=unit.path,
            display_name=display_name,
            parent=organizational_unit_address(parent or ROOT),
            tags=unit.tags,
            renamed_from=unit.renamed_from,
        )


CONTROL = Control(
    id="organization-tree",
    title="The declared organizational units exist, each under its parent",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_ous.html",
    settings=Settings,
    resources=resources,
    enabled_by_default=True,
)
