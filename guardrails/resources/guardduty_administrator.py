"""Which account administers GuardDuty for the organization, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ACCOUNT_TYPE


@dataclass(frozen=True, kw_only=True)
class GuardDutyAdministrator(Resource):
    """The delegated administrator of GuardDuty in one region, as the management account designates it.

    Another administrator cannot be put in its place: dismissing one is organization-wide, and a person's decision.
    """

    TYPE = "Guardrails::GuardDuty::Administrator"

    administrator: Address = field(metadata={"immutable": True})


class GuardDutyAdministrators(ResourceType[GuardDutyAdministrator]):
    """A setting of the management account in each region: nobody, or one account. It is never taken back by a plan."""

    resource = GuardDutyAdministrator
    source = "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[GuardDutyAdministrator], names: Directory
    ) -> Iterator[Live[GuardDutyAdministrator] | BlindSpot]:
        """One call in each region of the management account."""
        if aws.account:
            return
        for found in aws.items("guardduty", "list_organization_admin_accounts", "AdminAccounts"):
            identity = found["AdminAccountId"]
            administrator = names.address_of(ACCOUNT_TYPE, identity) or Address(ACCOUNT_TYPE, identity)
            live = GuardDutyAdministrator(name="GuardDuty", region=aws.region, administrator=administrator)
            yield Live(live, {"id": identity})

    def put(
        self, aws: Writer, want: GuardDutyAdministrator, live: Live[GuardDutyAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Designate the administrator; AWS gives it a detector in the region."""
        identity = names.id(want.administrator)
        if live is None:
            aws.write("guardduty", "enable_organization_admin_account", AdminAccountId=identity)
        return {"id": identity}


TYPE = GuardDutyAdministrators()
