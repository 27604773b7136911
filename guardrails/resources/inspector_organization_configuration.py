"""What Inspector's administrator sees to in every account of the organization, region by region."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE
from guardrails.security_services import DIALECTS, active_accounts, administrators

SCANS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EC2": "ec2",
        "ECR": "ecr",
        "LAMBDA": "lambda",
        "LAMBDA_CODE": "lambdaCode",
        "CODE_REPOSITORY": "codeRepository",
    }
)
"""The types of scan as requests name them, and as answers do."""
OFFERED_EVERYWHERE: Final = frozenset({"EC2", "ECR"})
PER_CALL: Final = 100
DESIGNATION_TIMEOUT: Final = 300.0
NOT_A_MEMBER: Final = "not a member"
SETTLED: Final = frozenset({"REGION_DISABLED", "ACCOUNT_SUSPENDED"})
"""The relationships of accounts in which there is nothing that Inspector could scan."""
ON: Final = frozenset({"ENABLED", "ENABLING"})
NO_FAILURE: Final = frozenset({"ALREADY_ENABLED", "ENABLE_IN_PROGRESS"})


@dataclass(frozen=True, kw_only=True)
class InspectorOrganizationConfiguration(Resource):
    """Inspector's configuration in the administrator's account and one region, for the organization and for itself.

    `auto_enable` says of each type of scan whether new accounts get it. `uncovered` maps each account, the administrator's own among
    them, that is no member to its relationship, and each in which a scan of `everywhere` is off to those scans; it is declared
    empty, or None where existing accounts are left alone. `ec2_scan_mode` None means: whatever is live.
    """

    TYPE = "Guardrails::Inspector::OrganizationConfiguration"

    administrator: Address = field(metadata={"managed": False})
    everywhere: tuple[str, ...] = field(metadata={"managed": False})
    auto_enable: Mapping[str, bool] = field(default_factory=dict)
    uncovered: Mapping[str, Any] | None = field(default_factory=dict)
    ec2_scan_mode: str | None = None


class InspectorOrganizationConfigurations(ResourceType[InspectorOrganizationConfiguration]):
    """A setting of the administrator's account in each region."""

    resource = InspectorOrganizationConfiguration
    source = "https://docs.aws.amazon.com/inspector/latest/user/managing-multiple-accounts.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[InspectorOrganizationConfiguration], names: Directory
    ) -> Iterator[Live[InspectorOrganizationConfiguration] | BlindSpot]:
        """Five calls where it is wanted, and one more for each further fifty members and hundred accounts."""
        for want in wanted:
            identity = names.get(want.administrator)
            if identity is None or not _in_office(aws, identity) or not _is_on(aws):
                continue
            shown = aws.read("inspector2", "describe_organization_configuration")["autoEnable"]
            live = InspectorOrganizationConfiguration(
                name=want.name,
                account=want.account,
                region=want.region,
                administrator=want.administrator,
                everywhere=want.everywhere,
                auto_enable={scan: bool(shown.get(SCANS[scan])) for scan in want.auto_enable},
                uncovered=None if want.uncovered is None else _by_name(aws, names, identity, want.everywhere),
                ec2_scan_mode=_scan_mode(aws) if want.ec2_scan_mode else None,
            )
            yield Live(live, {"id": identity})

    def put(
        self,
        aws: Writer,
        want: InspectorOrganizationConfiguration,
        live: Live[InspectorOrganizationConfiguration] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Switch Inspector on in the administrator's account, then put what new accounts get, then cover those that are there."""
        have, identity = live.resource if live else None, names.id(want.administrator)
        if have is None:
            _take_office(aws, identity, [scan for scan, on in want.auto_enable.items() if on])
        if have is None or have.auto_enable != want.auto_enable:
            aws.write("inspector2", "update_organization_configuration", autoEnable=_auto_enable(aws, want.auto_enable))
        if want.ec2_scan_mode and want.ec2_scan_mode != _scan_mode(aws):
            aws.write("inspector2", "update_configuration", ec2Configuration={"scanMode": want.ec2_scan_mode})
        if want.uncovered is not None and (have is None or have.uncovered):
            refusals = _associate(aws, identity, want.everywhere)
            _enable(aws, identity, want.everywhere)
            for refusal in refusals:
                raise refusal
        return {"id": identity}


def _in_office(aws: Reader, identity: str) -> bool:
    """Whether the account is the administrator of the region that `aws` looks at."""
    return identity in administrators(aws.at(account=""), DIALECTS["Inspector"])


def _is_on(aws: Reader) -> bool:
    """Whether Inspector is on in the account that `aws` looks at: until then it cannot act as administrator."""
    (own,) = aws.read("inspector2", "batch_get_account_status")["accounts"]
    return own["state"]["status"] in ON


def _take_office(aws: Writer, identity: str, scans: Sequence[str]) -> None:
    """Wait for the designation, and switch on in the administrator's account what new accounts get."""
    what = "inspector2 designation of the administrator"
    aws.wait_for(lambda: _in_office(aws, identity) or None, what=what, every=5, timeout=DESIGNATION_TIMEOUT)
    if not _is_on(aws):
        _switch_on(aws, [identity], scans)
    aws.wait_for(lambda: _is_on(aws) or None, what="inspector2:enable", every=5, timeout=DESIGNATION_TIMEOUT)


def _auto_enable(aws: Reader, wanted: Mapping[str, bool]) -> dict[str, bool]:
    """What to say of new accounts: not that they shall not have what the region may not offer, and they do not have."""
    shown = aws.read("inspector2", "describe_organization_configuration")["autoEnable"]
    return {
        SCANS[scan]: on for scan, on in wanted.items() if on or shown.get(SCANS[scan]) or scan in OFFERED_EVERYWHERE
    }


def _scan_mode(aws: Reader) -> str:
    """How EC2 instances are scanned, as last asked for; "" where nobody has ever asked."""
    state = aws.read("inspector2", "get_configuration").get("ec2Configuration", {}).get("scanModeState", {})
    return str(state.get("scanMode", ""))


def _relationships(aws: Reader) -> dict[str, str]:
    """How each account that the administrator knows stands with it."""
    members = aws.items("inspector2", "list_members", "members", onlyAssociated=False)
    return {member["accountId"]: member["relationshipStatus"] for member in members}


def _by_name(aws: Reader, names: Directory, administrator: str, scans: Sequence[str]) -> dict[str, str | list[str]]:
    """What is amiss in every account that is not covered, by its logical name."""
    ids = {names.id(account): account.name for account in names.of_type(ACCOUNT_TYPE)}
    return {ids[identity]: why for identity, why in _uncovered(aws, ids, administrator, scans)}


def _uncovered(
    aws: Reader, accounts: Collection[str], administrator: str, scans: Sequence[str]
) -> Iterator[tuple[str, str | list[str]]]:
    """The id of every one of these accounts that is not covered, with its relationship, or with the scans that are off."""
    known = {administrator: "ENABLED", **_relationships(aws)}
    off = dict(_scans_off(aws, [each for each in accounts if known.get(each) in ("ENABLED", "CREATED")], scans))
    for identity in accounts:
        if identity in off:
            if off[identity]:
                yield identity, off[identity]
        elif (status := known.get(identity, NOT_A_MEMBER)) not in SETTLED:
            yield identity, status


def _scans_off(aws: Reader, identities: Sequence[str], scans: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """The scans that are off in each of the administrator's accounts."""
    for some in _portions(identities):
        for account in aws.read("inspector2", "batch_get_account_status", accountIds=some)["accounts"]:
            states = account["resourceState"]
            off = [scan for scan in scans if states.get(SCANS[scan], {}).get("status") not in ON]
            yield account["accountId"], off


def _associate(aws: Writer, administrator: str, scans: Sequence[str]) -> list[AwsError]:
    """Make every account a member that is none, and wait until none is on its way; gives AWS's refusals, which stop no other account."""
    refusals: list[AwsError] = []
    missing = [
        each for each, why in _uncovered(aws, active_accounts(aws), administrator, scans) if isinstance(why, str)
    ]
    for identity in missing:
        try:
            aws.write("inspector2", "associate_member", accountId=identity)
        except AwsError as error:
            refusals.append(error)
    if missing:
        aws.wait_for(
            lambda: "CREATED" not in _relationships(aws).values() or None,
            what="inspector2:associate_member",
            every=5,
            timeout=DESIGNATION_TIMEOUT,
        )
    return refusals


def _enable(aws: Writer, administrator: str, scans: Sequence[str]) -> None:
    """Switch on what is off, in one request for a hundred accounts that lack the same scans."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for identity, off in _uncovered(aws, active_accounts(aws), administrator, scans):
        if not isinstance(off, str):
            lacking.setdefault(tuple(off), []).append(identity)
    for off_there, identities in lacking.items():
        for some in _portions(identities):
            _switch_on(aws, some, off_there)


def _switch_on(aws: Writer, identities: Sequence[str], scans: Sequence[str]) -> None:
    answer = aws.write(
        "inspector2",
        "enable",
        retry_on=("ConflictException",),
        accountIds=list(identities),
        resourceTypes=list(scans),
    )
    failed = [each for each in answer.get("failedAccounts", ()) if each["errorCode"] not in NO_FAILURE]
    for each in failed:
        raise AwsError("inspector2:enable", each["errorCode"], f"{each['accountId']}: {each['errorMessage']}")


def _portions(identities: Sequence[str]) -> Iterator[list[str]]:
    """The accounts in as many portions as there must be calls."""
    return (list(identities[start : start + PER_CALL]) for start in range(0, len(identities), PER_CALL))


TYPE = InspectorOrganizationConfigurations()
