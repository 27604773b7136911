"""Steps that the tests of Security Hub's resource types take before what they are about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guardrails.aws.connection import Connection
from guardrails.engine.resource import Live, Resource, ResourceType
from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "us-east-1"


@dataclass(frozen=True)
class Administrator:
    """The account "security", which administers Security Hub; looked at and put in by our types, and by a plain client."""

    sandbox: Embedded
    connection: Connection
    account_id: str

    @classmethod
    def designated(
        cls, sandbox: Embedded, connection: Connection, member: Callable[[str], str], *, management: bool = True
    ) -> "Administrator":
        """The administrator of the home region; the management account has switched Security Hub on for itself, or not."""
        made = cls(sandbox, connection, member("security"))
        if management:
            sandbox.client("securityhub", HOME).enable_security_hub(EnableDefaultStandards=False)
        sandbox.client("securityhub", HOME).enable_organization_admin_account(AdminAccountId=made.account_id)
        return made

    def start_central(self) -> None:
        """Link the other region, and begin central configuration."""
        self.client.create_finding_aggregator(RegionLinkingMode="SPECIFIED_REGIONS", Regions=[OTHER])
        self.client.update_organization_configuration(
            AutoEnable=False, AutoEnableStandards="NONE", OrganizationConfiguration={"ConfigurationType": "CENTRAL"}
        )
        self.client.describe_organization_configuration()

    @property
    def client(self) -> Any:
        """A plain client of the administrator."""
        return self.sandbox.client("securityhub", HOME, account=self.account_id)

    def observed(self, kind: ResourceType[Any], *wanted: Resource) -> dict[str, Live[Any]]:
        """What a fresh observation sees, by name."""
        place = self.connection.gateway.reader().at("security" if kind.per_place else "", HOME)
        found = [each for each in kind.observe(place, wanted, self.connection.directory) if isinstance(each, Live)]
        for each in found:
            self.connection.directory.learn(each.resource.address, each.attributes)
        return {each.resource.name: each for each in found}

    def put(self, kind: ResourceType[Any], want: Resource) -> Mapping[str, str]:
        """Observe and put; what it was given is known from then on."""
        live = self.observed(kind, want).get(want.name)
        self.connection.gateway.calls.writes.clear()
        writer = self.connection.gateway.writer().at("security", HOME)
        attributes = kind.put(writer, want, live, self.connection.directory)
        self.connection.directory.learn(want.address, attributes)
        return attributes

    def delete(self, kind: Any, name: str) -> None:
        """Delete what a fresh observation sees under this name."""
        writer = self.connection.gateway.writer().at("security", HOME)
        kind.delete(writer, self.observed(kind)[name], self.connection.directory)

    def writes(self) -> list[str]:
        """The operations of the last put, sorted."""
        return sorted(call.partition(":")[2] for call in self.connection.gateway.calls.writes.elements())
