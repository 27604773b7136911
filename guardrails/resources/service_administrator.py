"""Which account administers a security service for the organization, region by region.

Security Hub, Macie, Inspector and Detective differ here only in names: so they are data, one `Dialect` each. GuardDuty, whose
management account needs a detector first, has a type of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, trusted_access_address

ATTEMPTS: Final = 6
PAUSE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Switch:
    """How a service is seen to be on in the management account itself, and switched on there.

    `look` fails with the error `off`, whose message holds `says`, as long as it is not.
    """

    look: str
    off: str
    says: str
    on: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one service names what all of them have: the administrator that a region has, and its designation.

    `listing` is the operation, the list in its answer, and where an entry says the account and that it is in office (Detective does
    not). `refusal` is the error for an account that is not yet known to be one of the organization. `switch` stands where the
    administrator cannot cover the management account until that has switched the service on for itself.
    """

    service: str
    principal: str
    listing: tuple[str, str, str, str | None]
    designation: tuple[str, str]
    refusal: str
    switch: Switch | None = None


DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "Security Hub": Dialect(
            "securityhub",
            "securityhub.amazonaws.com",
            ("list_organization_admin_accounts", "AdminAccounts", "AccountId", "Status"),
            ("enable_organization_admin_account", "AdminAccountId"),
            "InvalidInputException",
            Switch(
                "describe_hub",
                "InvalidAccessException",
                "not subscribed",
                "enable_security_hub",
                {"EnableDefaultStandards": False},
            ),
        ),
        "Macie": Dialect(
            "macie2",
            "macie.amazonaws.com",
            ("list_organization_admin_accounts", "adminAccounts", "accountId", "status"),
            ("enable_organization_admin_account", "adminAccountId"),
            "ValidationException",
            Switch("get_macie_session", "AccessDeniedException", "not enabled", "enable_macie"),
        ),
        "Inspector": Dialect(
            "inspector2",
            "inspector2.amazonaws.com",
            ("list_delegated_admin_accounts", "delegatedAdminAccounts", "accountId", "status"),
            ("enable_delegated_admin_account", "delegatedAdminAccountId"),
            "ValidationException",
        ),
        "Detective": Dialect(
            "detective",
            "detective.amazonaws.com",
            ("list_organization_admin_accounts", "Administrators", "AccountId", None),
            ("enable_organization_admin_account", "AccountId"),
            "ValidationException",
        ),
    }
)
"""Each service by its name.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html
Source: https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-members-add.html
Source: https://docs.aws.amazon.com/inspector/v2/APIReference/API_EnableDelegatedAdminAccount.html
Source: https://docs.aws.amazon.com/detective/latest/APIReference/API_EnableOrganizationAdminAccount.html
"""


@dataclass(frozen=True, kw_only=True)
class ServiceAdministrator(Resource):
    """The administrator of one service in one region, as the management account designates it; `name` is a key of `DIALECTS`.

    Another administrator cannot be put in its place: dismissing one is organization-wide, and a person's decision.
    `management` says whether the management account has switched the service on for itself, ENABLED or DISABLED; None means
    whatever is live, and is all that a service without such a switch has.
    """

    TYPE = "Guardrails::Organizations::ServiceAdministrator"

    administrator: Address = field(metadata={"immutable": True})
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
            for identity in _administrators(aws, dialect):
                live = ServiceAdministrator(
                    name=want.name,
                    region=want.region,
                    administrator=names.address_of(ACCOUNT_TYPE, identity) or Address(ACCOUNT_TYPE, identity),
                    management=None if want.management is None else _switched(aws, dialect),
                )
                yield Live(live, {"id": identity})

    def put(
        self, aws: Writer, want: ServiceAdministrator, live: Live[ServiceAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Switch the service on in the management account where that is wanted, then designate the administrator."""
        dialect, identity = DIALECTS[want.name], names.id(want.administrator)
        if want.management == "ENABLED" and dialect.switch and _switched(aws, dialect) == "DISABLED":
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
            known = identity in _administrators(aws, dialect)
            if not known and (error.code != dialect.refusal or len(refusals) == ATTEMPTS):
                raise
            return known or None
        return True

    what = f"{dialect.service}:{operation}"
    aws.wait_for(designated, what=what, every=PAUSE, timeout=ATTEMPTS * 2 * PAUSE)


def _administrators(aws: Reader, dialect: Dialect) -> list[str]:
    """The account that administers the service in the region; one that is being dismissed is none."""
    operation, key, account, status = dialect.listing
    entries = aws.items(dialect.service, operation, key)
    return [entry[account] for entry in entries if status is None or entry[status] == "ENABLED"]


def _switched(aws: Reader, dialect: Dialect) -> str | None:
    """Whether the service is on in the account that is looked at; None where it has no such switch."""
    if dialect.switch is None:
        return None
    try:
        aws.read(dialect.service, dialect.switch.look)
    except AwsError as error:
        if error.code != dialect.switch.off or dialect.switch.says not in error.message:
            raise
        return "DISABLED"
    return "ENABLED"


TYPE = ServiceAdministrators()
