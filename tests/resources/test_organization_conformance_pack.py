"""Organization conformance packs, on the sandbox: put with their template's digest, mended, adopted, withdrawn."""

from dataclasses import replace
from typing import TYPE_CHECKING

from guardrails.aws.connection import Connection
from guardrails.resources.organization_conformance_pack import TYPE, OrganizationConformancePack, digest
from tests.resources.config_service import HOME, administrator, observed, put, writes

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

__all__ = ["administrator"]
PUT = "put_organization_conformance_pack"
TEMPLATE = """
Parameters:
  Days: {Type: String, Default: '90'}
Resources:
  Keys:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: access-keys-rotated
      InputParameters: {maxAccessKeyAge: {Ref: Days}}
      Source: {Owner: AWS, SourceIdentifier: ACCESS_KEYS_ROTATED}
"""
WANTED = OrganizationConformancePack(
    name="acme-keys",
    account="security",
    region=HOME,
    template=TEMPLATE,
    template_digest=digest(TEMPLATE),
    parameters={"Days": "30"},
)


def packs(sandbox: "Embedded") -> list[str]:
    """The packs of the management account."""
    found = sandbox.client("config", HOME).describe_conformance_packs()["ConformancePackDetails"]
    return [each["ConformancePackName"].rpartition("-")[0] for each in found]


def test_put_changed_and_withdrawn(connection: Connection, sandbox: "Embedded", administrator: str) -> None:
    """One write puts the pack into every account; another template takes two, the digest last; a deletion takes it out again."""
    attributes = put(connection, TYPE, WANTED)
    assert (writes(connection), packs(sandbox)) == ([PUT], ["OrgConformsPack-acme-keys"])
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert live.resource.properties() == WANTED.properties()
    assert (live.managed, live.attributes) == (True, attributes)
    put(connection, TYPE, WANTED)
    assert writes(connection) == []
    other = TEMPLATE.replace("access-keys-rotated", "keys-rotated")
    changed = replace(WANTED, template=other, template_digest=digest(other))
    put(connection, TYPE, changed)
    assert writes(connection) == [PUT, "tag_resource"]
    live = observed(connection, TYPE, changed)
    assert live is not None
    assert live.resource.properties() == changed.properties()
    TYPE.delete(connection.gateway.writer().at("security", HOME), live, connection.directory)
    assert (observed(connection, TYPE, WANTED), packs(sandbox)) == (None, [])


def test_parameters_changed_by_hand(connection: Connection, sandbox: "Embedded", administrator: str) -> None:
    """Other parameters are a difference, which one write mends; a pack of somebody else's is not ours until it is put."""
    config = sandbox.client("config", HOME, account=administrator)
    config.put_organization_conformance_pack(OrganizationConformancePackName=WANTED.name, TemplateBody=TEMPLATE)
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert (live.managed, live.resource.template_digest, live.resource.parameters) == (False, "", {})
    put(connection, TYPE, WANTED)
    assert writes(connection) == [PUT, "tag_resource"]
    config.put_organization_conformance_pack(OrganizationConformancePackName=WANTED.name, TemplateBody=TEMPLATE)
    put(connection, TYPE, WANTED)
    assert writes(connection) == [PUT]
