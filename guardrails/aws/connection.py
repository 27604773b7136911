"""Who we are, which organization this is, and whether we may work on it at all.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardrails.aws.gateway import Calls, Gateway, Tempo
from guardrails.aws.pacing import Pacer, Unpaced
from guardrails.aws.sessions import Endpoint, Sessions
from guardrails.engine.port import Reader
from guardrails.engine.resource import Directory
from guardrails.errors import AwsError
from guardrails.model import Organization
from guardrails.resources import ORGANIZATION, ROOT_ADDRESS, account_address

EMULATOR_TEMPO: Final = 0.01


@dataclass(frozen=True, slots=True)
class Connection:
    """A checked connection to the management account of one organization.

    `directory` already knows the organization, its root and the management account; `caller` is the ARN we act as.
    """

    gateway: Gateway
    directory: Directory
    caller: str


def connect(
    organization: Organization,
    *,
    endpoint: Endpoint | None = None,
    member_role: str = "",
    after_write: Callable[[str], None] = lambda call: None,
) -> Connection:
    """Connect with the usual credential chain (or to `endpoint`), and check that this is a management account we can work in.

    `member_role` is assumed in member accounts instead of the declared one, when it is given.

    Raises: AwsError, when there are no credentials, no organization, not all features, or another account than the management account.
    """
    directory = Directory()
    gateway = Gateway(
        sessions=Sessions(
            organization.home_region,
            member_role or organization.member_role,
            lambda name: directory.get(account_address(name)),
            endpoint,
        ),
        home_region=organization.home_region,
        pacer=Unpaced() if endpoint else Pacer(),
        tempo=Tempo(at_most=EMULATOR_TEMPO) if endpoint else Tempo(),
        calls=Calls(),
        after_write=after_write,
        is_new=lambda name: directory.get(account_address(name), "created") is not None,
    )
    reader = gateway.reader()
    caller = reader.read("sts", "get_caller_identity")
    found = _organization(reader)
    _check_management_account(found, caller)
    root = next(reader.items("organizations", "list_roots", "Roots"))
    directory.learn(
        ORGANIZATION,
        {"id": found["Id"], "arn": found["Arn"], "management_account_id": found["MasterAccountId"]},
    )
    directory.learn(ROOT_ADDRESS, {"id": root["Id"], "arn": root["Arn"], "path": f"{found['Id']}/{root['Id']}/"})
    directory.learn(
        account_address(organization.management_account),
        {"id": found["MasterAccountId"], "arn": found["MasterAccountArn"]},
    )
    return Connection(gateway, directory, caller["Arn"])


def _organization(reader: Reader) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = reader.read("organizations", "describe_organization")["Organization"]
    except AwsError as error:
        if error.code != "AWSOrganizationsNotInUseException":
            raise
        raise AwsError(
            error.operation,
            error.code,
            "this account belongs to no organization: create one with `aws organizations create-organization --feature-set ALL`",
        ) from error
    return found


def _check_management_account(found: Mapping[str, Any], caller: Mapping[str, Any]) -> None:
    if found["MasterAccountId"] != caller["Account"]:
        raise AwsError(
            "organizations:describe_organization",
            "NotManagementAccount",
            f"these credentials ({caller['Arn']}) are of account {caller['Account']}, but the organization {found['Id']} is managed by "
            f"{found['MasterAccountId']}: use credentials of the management account",
        )
    if found["FeatureSet"] != "ALL":
        raise AwsError(
            "organizations:describe_organization",
            "NotAllFeatures",
            f"the organization {found['Id']} has only consolidated billing: enable all features with "
            "`aws organizations enable-all-features`, and let every member account accept",
        )
