"""Which account administers a security service for the organization, region by region.

Each service's words are in `security_services`. GuardDuty, whose management account needs a detector first, has a type of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, account_with_id, trusted_access_address
from guardrails.security_services import DIALECTS, DISMISSAL, Dialect, administrators, switched

ATTEMPTS: Final = 6
PAUSE: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class ServiceAdministrator(Resource):
    """The administrator of one service in one region, as the management account designates it; `name` is a key of `DIALECTS`.

    Another administrator cannot be put in its place: dismissing one is organization-wide, and a person's decision.
    `management` says whether the management account has switched the service on for itself, ENABLED or DISABLED; None means
    whatever is live, and is all that a service without such a switch has.
    """

    TYPE = "Guardrails::Organizations::ServiceAdministrator"

    administrator: Address = field(metadata={"immutable": DISMISSAL})
    management: str | None = None

    def references(self) -> frozenset[Address]:
        """Besides the administrator: the service's trusted access."""
        return super().references() | {trusted_access_address(DIALECTS[self.name].principal)}


class ServiceAdministrators(ResourceType[ServiceAdministrator]):
    """A setting of the management account in each region: nobody, or one account. It is never taken back by a plan."""

    resource = ServiceAdministrator
    source = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services_list.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[ServiceAdministrator], names: Directory
    ) -> Iterator[Live[ServiceAdministrator] | BlindSpot]:
        """One call for each service that is wanted in a region, one more where the management account's own switch counts."""
        for want in wanted:
            dialect = DIALECTS[want.name]
            for identity in administrators(aws, dialect):
                live = ServiceAdministrator(
                    name=want.name,
                    region=want.region,
                    administrator=account_with_id(identity, names),
                    management=None if want.management is None else switched(aws, dialect),
                )
                yield Live(live, {"id": identity})

    def put(
        self, aws: Writer, want: ServiceAdministrator, live: Live[ServiceAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Switch the service on in the management account where that is wanted, then designate the administrator."""
        dialect, identity = DIALECTS[want.name], names.id(want.administrator)
        if want.management == "ENABLED" and dialect.switch and switched(aws, dialect) == "DISABLED":
            aws.write(dialect.service, dialect.switch.on, **dialect.switch.parameters)
        if live is None:
            _designate(aws, dialect, identity)
        return {"id": identity}


def _designate(aws: Writer, dialect: Dialect, identity: str) -> None:
    """Designate the account; when it is the administrator already, because an answer got lost or somebody was faster, all is well.

    An account that was only just made is refused at first, in the words of a request that is wrong for good: so a few times over.
    """
    operation, parameter = dialect.designation
    whom: dict[str, Any] = {parameter: identity}
    refusals: list[AwsError] = []

    def designated() -> bool | None:
        try:
            aws.write(dialect.service, operation, **whom)
        except AwsError as error:
            refusals.append(error)
            known = identity in administrators(aws, dialect)
            if not known and (error.code != dialect.refusal or len(refusals) == ATTEMPTS):
                raise
            return known or None
        return True

    what = f"{dialect.service}:{operation}"
    aws.wait_for(designated, what=what, every=PAUSE, timeout=ATTEMPTS * 2 * PAUSE)


TYPE = ServiceAdministrators()
