"""Which account administers GuardDuty for the organization, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, account_with_id
from guardrails.security_services import DISMISSAL

ATTEMPTS: Final = 6
PAUSE: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class GuardDutyAdministrator(Resource):
    """The delegated administrator of GuardDuty in one region, as the management account designates it.

    Another administrator cannot be put in its place: dismissing one is organization-wide, and a person's decision.
    `management_detector` is ENABLED, DISABLED or "" (none): the administrator covers the management account only once that has had
    GuardDuty itself, which makes the service-linked role. None means: whatever is live.
    """

    TYPE = "Guardrails::GuardDuty::OrganizationAdministrator"

    administrator: Address = field(metadata={"immutable": DISMISSAL})
    management_detector: str | None = None


class GuardDutyAdministrators(ResourceType[GuardDutyAdministrator]):
    """A setting of the management account in each region: nobody, or one account. It is never taken back by a plan."""

    resource = GuardDutyAdministrator
    source = "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[GuardDutyAdministrator], names: Directory
    ) -> Iterator[Live[GuardDutyAdministrator] | BlindSpot]:
        """One call in each region of the management account, two more where there is an administrator."""
        if aws.account:
            return
        for found in aws.items("guardduty", "list_organization_admin_accounts", "AdminAccounts"):
            if found["AdminStatus"] != "ENABLED":
                continue
            identity = found["AdminAccountId"]
            live = GuardDutyAdministrator(
                name="GuardDuty",
                region=aws.region,
                administrator=account_with_id(identity, names),
                management_detector=_detector(aws)[1],
            )
            yield Live(live, {"id": identity})

    def put(
        self, aws: Writer, want: GuardDutyAdministrator, live: Live[GuardDutyAdministrator] | None, names: Directory
    ) -> Mapping[str, str]:
        """Switch GuardDuty on in the management account, then designate the administrator: AWS gives that a detector too."""
        identity = names.id(want.administrator)
        if want.management_detector == "ENABLED":
            detector, status = _detector(aws)
            if not detector:
                aws.write("guardduty", "create_detector", Enable=True)
            elif status != "ENABLED":
                aws.write("guardduty", "update_detector", DetectorId=detector, Enable=True)
        if live is None:
            _designate(aws, identity)
        return {"id": identity}


def _designate(aws: Writer, identity: str) -> None:
    """Designate the account; when it is the administrator already, because an answer got lost or somebody was faster, all is well.

    An account that was only just made is refused at first, in the words of a request that is wrong for good: so a few times over.
    """
    refusals: list[AwsError] = []

    def designated() -> bool | None:
        try:
            aws.write("guardduty", "enable_organization_admin_account", AdminAccountId=identity)
        except AwsError as error:
            refusals.append(error)
            if error.code != "BadRequestException":
                raise
            known = identity in _administrators(aws)
            if not known and len(refusals) == ATTEMPTS:
                raise
            return known or None
        return True

    aws.wait_for(
        designated, what="guardduty:enable_organization_admin_account", every=PAUSE, timeout=ATTEMPTS * 2 * PAUSE
    )


def _administrators(aws: Reader) -> set[str]:
    listed = aws.items("guardduty", "list_organization_admin_accounts", "AdminAccounts")
    return {found["AdminAccountId"] for found in listed if found["AdminStatus"] == "ENABLED"}


def _detector(aws: Reader) -> tuple[str, str]:
    """The id and status of the account's detector in the region, both "" when there is none."""
    detector = next(aws.items("guardduty", "list_detectors", "DetectorIds"), "")
    return detector, aws.read("guardduty", "get_detector", DetectorId=detector)["Status"] if detector else ""


TYPE = GuardDutyAdministrators()
