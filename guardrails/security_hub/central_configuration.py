"""Whether the organization's Security Hub is configured centrally, as the account that is looked at sees it.

Only the delegated administrator, in its home region, sees configuration policies. Everybody else is refused in words that also
mean "you may not"; so who administers is asked of AWS Organizations first.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.engine.port import Reader
from guardrails.errors import AwsError

PRINCIPAL: Final = "securityhub.amazonaws.com"


def organization_configuration(aws: Reader, account_id: str | None) -> Mapping[str, Any] | None:
    """How the organization is configured: `ConfigurationType`, `Status`; None where the account administers nothing.

    `account_id` is the id of the account that is looked at, None as long as it has none.
    """
    if account_id is None or account_id not in _administrators(aws):
        return None
    try:
        answer = aws.read("securityhub", "describe_organization_configuration")
    except AwsError as error:
        if error.code != "InvalidAccessException":
            raise
        return None
    found: Mapping[str, Any] = answer["OrganizationConfiguration"]
    return found


def is_central(aws: Reader, account_id: str | None) -> bool:
    """Whether the account that is looked at configures the organization centrally, from this region."""
    found = organization_configuration(aws, account_id)
    return found is not None and (found["ConfigurationType"], found["Status"]) == ("CENTRAL", "ENABLED")


def _administrators(aws: Reader) -> set[str]:
    organization = aws.at(account="")
    operation, key = "list_delegated_administrators", "DelegatedAdministrators"
    return {each["Id"] for each in organization.items("organizations", operation, key, ServicePrincipal=PRINCIPAL)}
