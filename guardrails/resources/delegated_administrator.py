"""Delegated administrators: member accounts that run a service for the whole organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ACCOUNT_TYPE, trusted_access_address


@dataclass(frozen=True, kw_only=True)
class DelegatedAdministrator(Resource):
    """The delegated administrator of one service; `name` is its service principal.

    Another account cannot be put in its place: taking a delegation back is organization-wide and can destroy data, so it is a
    person's decision and never a side effect of a plan.
    """

    TYPE = "Guardrails::Organizations::DelegatedAdministrator"

    administrator: Address = field(metadata={"immutable": True})

    def references(self) -> frozenset[Address]:
        """Besides the administrator: the service's trusted access, without which AWS refuses."""
        return super().references() | {trusted_access_address(self.name)}


class DelegatedAdministrators(ResourceType[DelegatedAdministrator]):
    """A setting of the organization: nobody, or one account for each service. It is never taken back by a plan."""

    resource = DelegatedAdministrator
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html"
    after = frozenset({ACCOUNT_TYPE})

    def observe(
        self, aws: Reader, wanted: Sequence[DelegatedAdministrator], names: Directory
    ) -> Iterator[Live[DelegatedAdministrator] | BlindSpot]:
        """One call for all administrators, one more for the services of each."""
        for account in aws.items("organizations", "list_delegated_administrators", "DelegatedAdministrators"):
            administrator = names.address_of(ACCOUNT_TYPE, account["Id"]) or Address(ACCOUNT_TYPE, account["Id"])
            services = aws.items(
                "organizations", "list_delegated_services_for_account", "DelegatedServices", AccountId=account["Id"]
            )
            for service in services:
                live = DelegatedAdministrator(name=service["ServicePrincipal"], administrator=administrator)
                yield Live(live, {"id": account["Id"]})

    def put(
        self, aws: Writer, want: DelegatedAdministrator, live: Live[DelegatedAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Register the account for the service."""
        identity = names.id(want.administrator)
        if live is None:
            aws.write(
                "organizations", "register_delegated_administrator", AccountId=identity, ServicePrincipal=want.name
            )
        return {"id": identity}


TYPE = DelegatedAdministrators()
