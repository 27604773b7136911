"""What GuardDuty's administrator switches on in every account of the organization, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, DeepType, Directory, Live, Resource
from guardrails.errors import AwsError
from guardrails.guardduty import members
from guardrails.guardduty.protection_plans import flat, nested
from guardrails.resources import ACCOUNT_TYPE, ORGANIZATION, account_address
from guardrails.security_services import active_accounts

DESIGNATION_TIMEOUT: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class GuardDutyOrganizationConfiguration(Resource):
    """GuardDuty's configuration in the administrator's account and one region, for the organization and for itself.

    `auto_enable` is ALL, NEW or NONE, or None where an organization policy decides instead. `features` maps a protection plan
    ("RUNTIME_MONITORING") or one of its additional configurations ("RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT") to ALL, NEW or
    NONE, for the members; `own_features` to ENABLED or DISABLED, for the administrator's own detector, which no organization
    configuration reaches.
    """

    TYPE = "Guardrails::GuardDuty::OrganizationConfiguration"

    auto_enable: str | None = "ALL"
    features: Mapping[str, str] = field(default_factory=dict)
    own_features: Mapping[str, str] = field(default_factory=dict)
    detector: str = "ENABLED"
    finding_publishing_frequency: str = "FIFTEEN_MINUTES"


class GuardDutyOrganizationConfigurations(DeepType[GuardDutyOrganizationConfiguration]):
    """A setting of the administrator's account in each region; beneath it, whether each member really has what is for ALL."""

    resource = GuardDutyOrganizationConfiguration
    source = "https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateOrganizationConfiguration.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[GuardDutyOrganizationConfiguration], names: Directory
    ) -> Iterator[Live[GuardDutyOrganizationConfiguration] | BlindSpot]:
        """Three calls where it is wanted; of the protection plans only those that are declared."""
        for want in wanted:
            detector = _detector_id(aws)
            configuration = _configuration(aws, detector) if detector else None
            if configuration is None or detector is None:
                continue
            own = aws.read("guardduty", "get_detector", DetectorId=detector)
            live = GuardDutyOrganizationConfiguration(
                name=want.name,
                account=want.account,
                region=want.region,
                auto_enable=want.auto_enable and configuration.get("AutoEnableOrganizationMembers", "NONE"),
                features=_declared(flat(configuration.get("Features", ()), "AutoEnable"), want.features, "NONE"),
                own_features=_declared(flat(own.get("Features", ()), "Status"), want.own_features, "DISABLED"),
                detector=own["Status"],
                finding_publishing_frequency=own["FindingPublishingFrequency"],
            )
            yield Live(live, {"id": detector})

    def put(
        self,
        aws: Writer,
        want: GuardDutyOrganizationConfiguration,
        live: Live[GuardDutyOrganizationConfiguration] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put the organization's configuration, and the administrator's own detector, each by one write where it differs.

        Then what a deeper look found of the members: those that are missing are taken in, plans that are off are switched on.
        """
        have = live.resource if live else None
        detector = live.attributes["id"] if live else _ready_detector(aws)
        differs = have is None or (have.auto_enable, have.features) != (want.auto_enable, want.features)
        if want.auto_enable and differs:
            aws.write(
                "guardduty",
                "update_organization_configuration",
                DetectorId=detector,
                AutoEnableOrganizationMembers=want.auto_enable,
                Features=nested(want.features, "AutoEnable"),
            )
        if have is None or _own(have) != _own(want):
            aws.write(
                "guardduty",
                "update_detector",
                DetectorId=detector,
                Enable=want.detector == "ENABLED",
                FindingPublishingFrequency=want.finding_publishing_frequency,
                Features=nested(want.own_features, "Status"),
            )
        if live and live.drift:
            members.mend(aws, detector, live.drift, list(_covered(aws, names)))
        return {"id": detector}

    def look_deeper(
        self, aws: Reader, live: Live[GuardDutyOrganizationConfiguration], names: Directory
    ) -> Iterator[Difference | BlindSpot]:
        """Accounts that are no members though all should be, and each member's protection plans that are for ALL and off.

        AWS may take a day to switch on what was only just declared.
        """
        if live.resource.auto_enable != "ALL":
            return
        plans = [name for name, coverage in live.resource.features.items() if coverage == "ALL"]
        yield from members.lacking(aws, live.attributes["id"], plans, list(_covered(aws, names)))


def _own(configuration: GuardDutyOrganizationConfiguration) -> tuple[Any, ...]:
    return configuration.own_features, configuration.detector, configuration.finding_publishing_frequency


def _detector_id(aws: Reader) -> str | None:
    """The account's detector in the region; there is at most one."""
    found: str | None = next(aws.items("guardduty", "list_detectors", "DetectorIds"), None)
    return found


def _configuration(aws: Reader, detector: str) -> Mapping[str, Any] | None:
    """The organization configuration, or None while the account is not (yet) the administrator."""
    try:
        return aws.read("guardduty", "describe_organization_configuration", DetectorId=detector)
    except AwsError as error:
        if error.code != "BadRequestException":
            raise
        return None


def _ready_detector(aws: Writer) -> str:
    """The administrator's detector, as soon as AWS has made it and knows the account as the administrator."""

    def look() -> str | None:
        detector = _detector_id(aws)
        return detector if detector and _configuration(aws, detector) is not None else None

    return aws.wait_for(look, what="guardduty designation of the administrator", every=5, timeout=DESIGNATION_TIMEOUT)


def _covered(aws: Reader, names: Directory) -> Iterator[members.Covered]:
    """The active accounts that are to be members: all but the administrator's own."""
    own = names.get(account_address(aws.account)) if aws.account else names.get(ORGANIZATION, "management_account_id")
    for identity, email in active_accounts(aws).items():
        if identity != own:
            address = names.address_of(ACCOUNT_TYPE, identity)
            yield members.Covered(address.name if address else identity, identity, email)


def _declared(live: Mapping[str, str], declared: Mapping[str, str], off: str) -> dict[str, str]:
    """What is live of the declared plans; one that AWS does not show is off."""
    return {name: live.get(name, off) for name in declared}


TYPE = GuardDutyOrganizationConfigurations()
