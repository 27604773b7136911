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
    description=(
        "Keeps the tree of organizational units as config/organization.yaml declares it: creates what is missing under its "
        "parent, renames a unit in place where `/renamed_from` says so, and deletes units of ours that are declared no more "
        "and empty."
    ),
    makes=("AWS::Organizations::OrganizationalUnit for each declared unit",),
    stays="Every organizational unit stays as it is and is no longer looked at.",
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AC-4", "SC-7"),
        "ISO/IEC 27001:2022": ("A.8.22",),
        "AWS Well-Architected": ("SEC01-BP01",),
    },
)
