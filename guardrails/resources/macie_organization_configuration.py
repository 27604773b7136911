"""What Macie's administrator sees to in every account of the organization, region by region."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE
from guardrails.security_services import DIALECTS, active_accounts, administrators, switched

DESIGNATION_TIMEOUT: Final = 300.0
PER_CALL: Final = 50
NOT_A_MEMBER: Final = "not a member"
PAUSED: Final = "Paused"
NOT_DISCOVERED: Final = "automated discovery is off"
SETTLED: Final = frozenset({"Enabled", "RegionDisabled", "AccountSuspended"})
"""The relationships of members for which there is nothing to do: covered, or with nothing that Macie could cover."""


@dataclass(frozen=True, kw_only=True)
class MacieOrganizationConfiguration(Resource):
    """Macie's configuration in the administrator's account and one region, for the organization and for itself.

    `auto_enable` covers new accounts only; `uncovered` maps each account that Macie does not cover to why (how it stands with the
    administrator, or that discovery for ALL is off in it), and is declared empty, or None where existing accounts are left alone.
    `automated_discovery` is ALL, NEW or NONE (for which accounts automated sensitive data discovery comes on), or OFF.
    """

    TYPE = "Guardrails::Macie::OrganizationConfiguration"

    administrator: Address = field(metadata={"managed": False})
    auto_enable: bool = True
    uncovered: Mapping[str, str] | None = field(default_factory=dict)
    automated_discovery: str = "ALL"
    session: str = "ENABLED"
    finding_publishing_frequency: str = "FIFTEEN_MINUTES"


class MacieOrganizationConfigurations(ResourceType[MacieOrganizationConfiguration]):
    """A setting of the administrator's account in each region."""

    resource = MacieOrganizationConfiguration
    source = "https://docs.aws.amazon.com/macie/latest/user/accounts-mgmt-ao-integrate.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[MacieOrganizationConfiguration], names: Directory
    ) -> Iterator[Live[MacieOrganizationConfiguration] | BlindSpot]:
        """Five calls where it is wanted, and two more for each further twenty-five members."""
        for want in wanted:
            identity = names.get(want.administrator)
            if identity is None or not _in_office(aws, identity):
                continue
            session, discovery = aws.read("macie2", "get_macie_session"), _discovery(aws)
            everybody = discovery == want.automated_discovery == "ALL"
            live = MacieOrganizationConfiguration(
                name=want.name,
                account=want.account,
                region=want.region,
                administrator=want.administrator,
                auto_enable=aws.read("macie2", "describe_organization_configuration")["autoEnable"],
                uncovered=None if want.uncovered is None else _by_name(aws, names, identity, everybody),
                automated_discovery=discovery,
                session=session["status"],
                finding_publishing_frequency=session["findingPublishingFrequency"],
            )
            yield Live(live, {"id": identity})

    def put(
        self,
        aws: Writer,
        want: MacieOrganizationConfiguration,
        live: Live[MacieOrganizationConfiguration] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put the administrator's own session, then what new accounts get, then the members that are missing, by what differs."""
        have, identity = live.resource if live else None, names.id(want.administrator)
        if have is None:
            _wait_for_office(aws, identity)
        if have is None or _own(have) != _own(want):
            aws.write(
                "macie2",
                "update_macie_session",
                status=want.session,
                findingPublishingFrequency=want.finding_publishing_frequency,
            )
        if have is None or have.auto_enable != want.auto_enable:
            aws.write("macie2", "update_organization_configuration", autoEnable=want.auto_enable)
        if want.uncovered is not None and (have is None or have.uncovered):
            _cover(aws, identity)
        if have is None or have.automated_discovery != want.automated_discovery:
            _put_discovery(aws, want.automated_discovery)
        elif have.uncovered and want.automated_discovery == "ALL":
            _discover_everywhere(aws)
        return {"id": identity}


def _own(configuration: MacieOrganizationConfiguration) -> tuple[str, str]:
    return configuration.session, configuration.finding_publishing_frequency


def _in_office(aws: Reader, identity: str) -> bool:
    """Whether the account, at which `aws` looks, is the administrator of the region and has Macie."""
    dialect = DIALECTS["Macie"]
    return identity in administrators(aws.at(account=""), dialect) and switched(aws, dialect) == "ENABLED"


def _wait_for_office(aws: Writer, identity: str) -> None:
    aws.wait_for(
        lambda: _in_office(aws, identity) or None,
        what="macie2 designation of the administrator",
        every=5,
        timeout=DESIGNATION_TIMEOUT,
    )


def _by_name(aws: Reader, names: Directory, administrator: str, discovered: bool) -> dict[str, str]:
    """What is amiss in every account that is not covered, by its logical name; `discovered`, it should have automated discovery too."""
    ids = {names.id(account): account.name for account in names.of_type(ACCOUNT_TYPE)}
    undiscovered = _undiscovered(aws) & ids.keys() if discovered else set()
    found = dict.fromkeys(undiscovered, NOT_DISCOVERED) | dict(_uncovered(aws, ids, administrator))
    return {ids[identity]: why for identity, why in found.items()}


def _uncovered(aws: Reader, accounts: Collection[str], administrator: str) -> Iterator[tuple[str, str]]:
    """The id of every one of these accounts but the administrator that Macie does not cover, and its relationship."""
    members = aws.items("macie2", "list_members", "members", onlyAssociated="false")
    statuses = {member["accountId"]: member["relationshipStatus"] for member in members}
    for identity in accounts:
        if identity != administrator and (status := statuses.get(identity, NOT_A_MEMBER)) not in SETTLED:
            yield identity, status


def _cover(aws: Writer, administrator: str) -> None:
    """Take in the accounts that are no members, which switches Macie on there; then resume it where it is suspended, or was before.

    An account that is refused stands in nobody's way.
    """
    refusals: list[AwsError] = []
    accounts = active_accounts(aws)
    for suspended in (False, True):
        for identity, status in sorted(_uncovered(aws, accounts, administrator)):
            if (status == PAUSED) is not suspended:
                continue
            try:
                if suspended:
                    aws.write("macie2", "update_member_session", id=identity, status="ENABLED")
                else:
                    aws.write("macie2", "create_member", account={"accountId": identity, "email": accounts[identity]})
            except AwsError as error:
                refusals.append(error)
    if refusals:
        raise refusals[0]


def _discovery(aws: Reader) -> str:
    found = aws.read("macie2", "get_automated_discovery_configuration")
    return str(found["autoEnableOrganizationMembers"]) if found["status"] == "ENABLED" else "OFF"


def _put_discovery(aws: Writer, wanted: str) -> None:
    """Switch automated discovery off, or on for whom it is wanted."""
    if wanted == "OFF":
        aws.write("macie2", "update_automated_discovery_configuration", status="DISABLED")
        return
    aws.write(
        "macie2",
        "update_automated_discovery_configuration",
        status="ENABLED",
        autoEnableOrganizationMembers=wanted,
    )


def _undiscovered(aws: Reader) -> set[str]:
    """The administrator's accounts in which automated discovery is off."""
    accounts = aws.items("macie2", "list_automated_discovery_accounts", "items")
    return {account["accountId"] for account in accounts if account["status"] == "DISABLED"}


def _discover_everywhere(aws: Writer) -> None:
    """Switch automated discovery on where it is off although it is for everybody."""
    off = sorted(_undiscovered(aws))
    for start in range(0, len(off), PER_CALL):
        accounts = [{"accountId": each, "status": "ENABLED"} for each in off[start : start + PER_CALL]]
        answer = aws.write("macie2", "batch_update_automated_discovery_accounts", accounts=accounts)
        for each in answer.get("errors", ()):
            operation = "macie2:batch_update_automated_discovery_accounts"
            raise AwsError(operation, each["errorCode"], f"automated discovery stays off in {each['accountId']}")


TYPE = MacieOrganizationConfigurations()
