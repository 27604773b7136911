"""Whether the organization's Security Hub is configured centrally, and by whom.

Only the delegated administrator, in its home region, sees configuration policies. Everybody else is refused in words that also
mean "you may not"; so who administers is asked of AWS Organizations first.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.engine.port import Reader
from guardrails.engine.resource import Directory
from guardrails.errors import AwsError

PRINCIPAL: Final = "securityhub.amazonaws.com"
LISTED_ADMINISTRATORS: Final = ("list_delegated_administrators", "DelegatedAdministrators")


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


def central_administrator(aws: Reader, names: Directory, account_type: str) -> Reader | None:
    """The port, bound to the account that configures the organization centrally from this region; None when there is none.

    `account_type` is the type of accounts' addresses. An administrator that is not declared cannot be looked at.
    """
    for account_id in _administrators(aws):
        address = names.address_of(account_type, account_id)
        if address is not None and _is_central(place := aws.at(account=address.name), account_id):
            return place
    return None


def _is_central(aws: Reader, account_id: str) -> bool:
    """Whether the account configures centrally, and from this region: the finding aggregator's ARN names the home region."""
    found = organization_configuration(aws, account_id)
    if found is None or (found["ConfigurationType"], found["Status"]) != ("CENTRAL", "ENABLED"):
        return False
    aggregators = aws.items("securityhub", "list_finding_aggregators", "FindingAggregators")
    return any(each["FindingAggregatorArn"].split(":")[3] == aws.region for each in aggregators)


def _administrators(aws: Reader) -> list[str]:
    listed = aws.at(account="").items("organizations", *LISTED_ADMINISTRATORS, ServicePrincipal=PRINCIPAL)
    return [each["Id"] for each in listed]
