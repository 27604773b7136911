"""Which accounts of the organization Detective's administrator takes into its behavior graph, region by region."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, Resource, ResourceType
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE
from guardrails.security_services import DIALECTS, active_accounts

PER_CALL: Final = 50
DESIGNATION_TIMEOUT: Final = 300.0
NOT_A_MEMBER: Final = "not a member"


@dataclass(frozen=True, kw_only=True)
class DetectiveOrganizationConfiguration(Resource):
    """Detective's configuration in the administrator's account and one region.

    `auto_enable` covers new accounts only; `uncovered` maps each other account that is no member of the graph to why, and is declared
    empty, or None where existing accounts are left alone. A member whose data is too much for the graph stays one: Detective itself
    takes its data in as soon as there is room.
    """

    TYPE = "Guardrails::Detective::OrganizationConfiguration"

    administrator: Address = field(metadata={"managed": False})
    auto_enable: bool = True
    uncovered: Mapping[str, str] | None = field(default_factory=dict)


class DetectiveOrganizationConfigurations(ResourceType[DetectiveOrganizationConfiguration]):
    """A setting of the administrator's account in each region."""

    resource = DetectiveOrganizationConfiguration
    source = "https://docs.aws.amazon.com/detective/latest/userguide/accounts-orgs-members.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(
        self, aws: Reader, wanted: Sequence[DetectiveOrganizationConfiguration], names: Directory
    ) -> Iterator[Live[DetectiveOrganizationConfiguration] | BlindSpot]:
        """Three calls where it is wanted, and one more for each further page of members."""
        for want in wanted:
            identity = names.get(want.administrator)
            graph = _graph(aws, identity) if identity else None
            if identity is None or graph is None:
                continue
            live = DetectiveOrganizationConfiguration(
                name=want.name,
                account=want.account,
                region=want.region,
                administrator=want.administrator,
                auto_enable=aws.read("detective", "describe_organization_configuration", GraphArn=graph)["AutoEnable"],
                uncovered=None if want.uncovered is None else _uncovered(aws, names, graph, identity),
            )
            yield Live(live, {"id": graph, "arn": graph})

    def put(
        self,
        aws: Writer,
        want: DetectiveOrganizationConfiguration,
        live: Live[DetectiveOrganizationConfiguration] | None,
        names: Directory,
    ) -> Mapping[str, str]:
        """Put what new accounts get, then take in the accounts that are no members, fifty with one request."""
        have, identity = live.resource if live else None, names.id(want.administrator)
        graph = live.attributes["arn"] if live else _awaited(aws, identity)
        if have is None or have.auto_enable != want.auto_enable:
            aws.write("detective", "update_organization_configuration", GraphArn=graph, AutoEnable=want.auto_enable)
        if want.uncovered is not None and (have is None or have.uncovered):
            _take_in(aws, graph, identity)
        return {"id": graph, "arn": graph}


def _graph(aws: Reader, identity: str) -> str | None:
    """The ARN of the organization's graph, as the management account is told, or None while the account does not administer it."""
    operation, key, account, _ = DIALECTS["Detective"].listing
    entries = aws.at(account="").items("detective", operation, key)
    return next((entry["GraphArn"] for entry in entries if entry[account] == identity), None)


def _awaited(aws: Writer, identity: str) -> str:
    what = "detective designation of the administrator"
    return aws.wait_for(lambda: _graph(aws, identity), what=what, every=5, timeout=DESIGNATION_TIMEOUT)


def _uncovered(aws: Reader, names: Directory, graph: str, administrator: str) -> dict[str, str]:
    """The logical name of every account but the administrator that is no member."""
    inside = _inside(aws, graph, administrator)
    accounts = names.of_type(ACCOUNT_TYPE)
    return {account.name: NOT_A_MEMBER for account in accounts if names.id(account) not in inside}


def _inside(aws: Reader, graph: str, administrator: str) -> set[str]:
    members = aws.items("detective", "list_members", "MemberDetails", GraphArn=graph)
    return {administrator, *(member["AccountId"] for member in members)}


def _take_in(aws: Writer, graph: str, administrator: str) -> None:
    """Make the accounts members that are none; accounts of the organization are not asked and get no e-mail."""
    known, inside = active_accounts(aws), _inside(aws, graph, administrator)
    missing = [{"AccountId": each, "EmailAddress": known[each]} for each in sorted(known.keys() - inside)]
    left: list[Mapping[str, str]] = []
    for start in range(0, len(missing), PER_CALL):
        some = missing[start : start + PER_CALL]
        answer = aws.write("detective", "create_members", GraphArn=graph, Accounts=some, DisableEmailNotification=True)
        left += answer.get("UnprocessedAccounts", ())
    for each in left:
        raise AwsError("detective:create_members", "UnprocessedAccount", f"{each['AccountId']}: {each['Reason']}")


TYPE = DetectiveOrganizationConfigurations()
