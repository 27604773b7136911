"""How the security services say what they have in common: who administers them for the organization in a region.

Security Hub, Macie, Inspector and Detective differ here only in names: so they are data, one `Dialect` each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.engine.port import Reader
from guardrails.errors import AwsError

DISMISSAL: Final = (
    "name that account as accounts.security in organization.yaml, or dismiss it in AWS yourself (organization-wide)"
)
"""What a person can do about an administrator that is not the declared one; no plan dismisses it."""


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


def administrators(aws: Reader, dialect: Dialect) -> list[str]:
    """The id of the account that administers the service in the region, as the management account is told.

    It is the only one there can be; one that is being dismissed is none.
    """
    operation, key, account, status = dialect.listing
    entries = aws.items(dialect.service, operation, key)
    return [entry[account] for entry in entries if status is None or entry[status] == "ENABLED"]


def switched(aws: Reader, dialect: Dialect) -> str | None:
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


def active_accounts(aws: Reader) -> dict[str, str]:
    """The ids of the organization's active accounts at this moment, each with its e-mail address.

    An account that a run is just making is not known by name yet. Asked once new accounts are covered by themselves, this leaves no gap.
    """
    listed = aws.at(account="").items("organizations", "list_accounts", "Accounts")
    return {each["Id"]: each["Email"] for each in listed if (each.get("State") or each["Status"]) == "ACTIVE"}
