"""Where GuardDuty's administrator exports the findings of the whole organization to, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.resources import ACCOUNT_TYPE, STACK_TYPE

S3: Final = "S3"
PUBLISHING: Final = "PUBLISHING"


@dataclass(frozen=True, kw_only=True)
class GuardDutyPublishingDestination(Resource):
    """The S3 destination of the administrator's detector in one region; a detector has one.

    `destination` is the ARN of the bucket, `kms_key` that of a key of the same region. `status` is PUBLISHING unless GuardDuty says
    that it cannot publish; a put of the same values makes it try again. `bucket_owner` is the account that must own the bucket.
    """

    TYPE = "AWS::GuardDuty::PublishingDestination"

    destination: str
    kms_key: str
    status: str = PUBLISHING
    bucket_owner: Address = field(compare=False, metadata={"managed": False})


class GuardDutyPublishingDestinations(ResourceType[GuardDutyPublishingDestination]):
    """A setting of the administrator's detector: nowhere, or one bucket. No plan takes it back: findings go on being kept."""

    resource = GuardDutyPublishingDestination
    source = "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html"
    after = frozenset({ACCOUNT_TYPE, STACK_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[GuardDutyPublishingDestination], names: Directory
    ) -> Iterator[Live[GuardDutyPublishingDestination] | BlindSpot]:
        """Two calls where it is wanted, one more where there is one."""
        for want in wanted:
            for detector in aws.items("guardduty", "list_detectors", "DetectorIds"):
                for listed in _destinations(aws, detector):
                    found = aws.read(
                        "guardduty",
                        "describe_publishing_destination",
                        DetectorId=detector,
                        DestinationId=listed["DestinationId"],
                    )
                    properties = found["DestinationProperties"]
                    live = GuardDutyPublishingDestination(
                        name=want.name,
                        account=want.account,
                        region=want.region,
                        destination=properties.get("DestinationArn", ""),
                        kms_key=properties.get("KmsKeyArn", ""),
                        status=PUBLISHING if found["Status"] == "PENDING_VERIFICATION" else found["Status"],
                        bucket_owner=want.bucket_owner,
                    )
                    yield Live(live, {"id": listed["DestinationId"], "detector": detector})

    def put(
        self,
        aws: Writer,
        want: GuardDutyPublishingDestination,
        live: Live[GuardDutyPublishingDestination] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Create the destination or point it elsewhere; GuardDuty tries at once whether bucket and key let it in."""
        properties = {
            "DestinationArn": want.destination,
            "KmsKeyArn": want.kms_key,
            "ExpectedBucketOwner": names.id(want.bucket_owner),
        }
        if live:
            aws.write(
                "guardduty",
                "update_publishing_destination",
                DetectorId=live.attributes["detector"],
                DestinationId=live.attributes["id"],
                DestinationProperties=properties,
            )
            return live.attributes
        detector = next(aws.items("guardduty", "list_detectors", "DetectorIds"))
        made = aws.write(
            "guardduty",
            "create_publishing_destination",
            DetectorId=detector,
            DestinationType=S3,
            DestinationProperties=properties,
        )
        return {"id": made["DestinationId"], "detector": detector}


def _destinations(aws: Reader, detector: str) -> Iterator[Mapping[str, str]]:
    listed = aws.items("guardduty", "list_publishing_destinations", "Destinations", DetectorId=detector)
    return (each for each in listed if each["DestinationType"] == S3)


TYPE = GuardDutyPublishingDestinations()
