"""What GuardDuty's administrator switches on in every account of the organization, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE

DESIGNATION_TIMEOUT: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class GuardDutyOrganizationConfiguration(Resource):
    """GuardDuty's configuration in the administrator's account and one region, for the organization and for itself.

    `auto_enable` is ALL, NEW or NONE. `features` maps a protection plan ("RUNTIME_MONITORING") or one of its additional
    configurations ("RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT") to ALL, NEW or NONE, for the members; `own_features` to
    ENABLED or DISABLED, for the administrator's own detector, which no organization configuration reaches.
    """

    TYPE = "Guardrails::GuardDuty::OrganizationConfiguration"

    auto_enable: str = "ALL"
    features: Mapping[str, str] = field(default_factory=dict)
    own_features: Mapping[str, str] = field(default_factory=dict)
    detector: str = "ENABLED"
    finding_publishing_frequency: str = "FIFTEEN_MINUTES"


class GuardDutyOrganizationConfigurations(ResourceType[GuardDutyOrganizationConfiguration]):
    """A setting of the administrator's account in each region."""

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
                auto_enable=configuration.get("AutoEnableOrganizationMembers", "NONE"),
                features=_declared(_flat(configuration.get("Features", ()), "AutoEnable"), want.features, "NONE"),
                own_features=_declared(_flat(own.get("Features", ()), "Status"), want.own_features, "DISABLED"),
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
        """Put the organization's configuration, and the administrator's own detector, each by one write where it differs."""
        have = live.resource if live else None
        detector = live.attributes["id"] if live else _ready_detector(aws)
        if have is None or (have.auto_enable, have.features) != (want.auto_enable, want.features):
            aws.write(
                "guardduty",
                "update_organization_configuration",
                DetectorId=detector,
                AutoEnableOrganizationMembers=want.auto_enable,
                Features=_nested(want.features, "AutoEnable"),
            )
        if have is None or _own(have) != _own(want):
            aws.write(
                "guardduty",
                "update_detector",
                DetectorId=detector,
                Enable=want.detector == "ENABLED",
                FindingPublishingFrequency=want.finding_publishing_frequency,
                Features=_nested(want.own_features, "Status"),
            )
        return {"id": detector}


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


def _flat(features: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """The API's nested features by name, additional configurations as "FEATURE/ADDITIONAL"."""
    flat: dict[str, str] = {}
    for feature in features:
        flat[feature["Name"]] = feature[key]
        for additional in feature.get("AdditionalConfiguration", ()):
            flat[f"{feature['Name']}/{additional['Name']}"] = additional[key]
    return flat


def _nested(flat: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    """The features as the API takes them: the opposite of `_flat`."""
    features: list[dict[str, Any]] = []
    for name, group in groupby(sorted(flat), key=lambda path: path.split("/")[0]):
        additional = [{"Name": path.split("/")[1], key: flat[path]} for path in group if "/" in path]
        feature: dict[str, Any] = {"Name": name, key: flat[name]}
        features.append({**feature, "AdditionalConfiguration": additional} if additional else feature)
    return features


def _declared(live: Mapping[str, str], declared: Mapping[str, str], off: str) -> dict[str, str]:
    """What is live of the declared plans; one that AWS does not show is off."""
    return {name: live.get(name, off) for name in declared}


TYPE = GuardDutyOrganizationConfigurations()
