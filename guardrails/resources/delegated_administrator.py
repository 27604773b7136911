"""Delegated administrators: member accounts that run a service for the whole organization."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.resources import ACCOUNT_TYPE, account_with_id, trusted_access_address
from guardrails.security_services import DISMISSAL


@dataclass(frozen=True, kw_only=True)
class DelegatedAdministrator(Resource):
    """The delegated administrator of one service; `name` is its service principal.

    Another account cannot be put in its place: taking a delegation back is organization-wide and can destroy data, so it is a
    person's decision and never a side effect of a plan.
    """

    TYPE = "Guardrails::Organizations::DelegatedAdministrator"

    administrator: Address = field(metadata={"immutable": DISMISSAL})

    def references(self) -> frozenset[Address]:
        """Besides the administrator: the service's trusted access, without which AWS refuses."""
        return super().references() | {trusted_access_address(self.name)}


class DelegatedAdministrators(ObjectType[DelegatedAdministrator]):
    """Delegations have no tags: a declared one is ours, others are only listed. No plan takes one back."""

    resource = DelegatedAdministrator
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html"
    after = frozenset({ACCOUNT_TYPE})
    tagged = False

    def observe(
        self, aws: Reader, wanted: Sequence[DelegatedAdministrator], names: Directory
    ) -> Iterator[Live[DelegatedAdministrator] | BlindSpot]:
        """One call for all administrators, one more for the services of each.

        Some services take several administrators: the wanted one bears the service's name, further ones their own name behind it.
        """
        expected = {(want.name, want.administrator) for want in wanted}
        found = [(service, *who) for who in _administrators(aws, names) for service in _services(aws, who[1])]
        named: set[str] = set()
        for service, administrator, identity in sorted(found, key=lambda one: (one[:2] not in expected, *one)):
            name = f"{service} | {administrator.name}" if service in named else service
            named.add(service)
            yield Live(DelegatedAdministrator(name=name, administrator=administrator), {"id": identity})

    def put(
        self, aws: Writer, want: DelegatedAdministrator, live: Live[DelegatedAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Register the account for the service, unless the service has done so itself meanwhile."""
        identity = names.id(want.administrator)
        registered = aws.items(
            "organizations", "list_delegated_administrators", "DelegatedAdministrators", ServicePrincipal=want.name
        )
        if identity not in {account["Id"] for account in registered}:
            aws.write(
                "organizations", "register_delegated_administrator", AccountId=identity, ServicePrincipal=want.name
            )
        return {"id": identity}

    def delete(self, aws: Writer, live: Live[DelegatedAdministrator], names: Directory) -> None:
        """Take the delegation back, in every region at once."""
        service = live.resource.name.partition(" | ")[0]
        identity = live.attributes["id"]
        aws.write("organizations", "deregister_delegated_administrator", AccountId=identity, ServicePrincipal=service)


def _administrators(aws: Reader, names: Directory) -> Iterator[tuple[Address, str]]:
    for account in aws.items("organizations", "list_delegated_administrators", "DelegatedAdministrators"):
        identity = account["Id"]
        yield account_with_id(identity, names), identity


def _services(aws: Reader, identity: str) -> Iterator[str]:
    operation = "list_delegated_services_for_account"
    for service in aws.items("organizations", operation, "DelegatedServices", AccountId=identity):
        yield service["ServicePrincipal"]


TYPE = DelegatedAdministrators()
