"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_an_account_founds_one_organization(sandbox: Embedded, refused: Refused) -> None:
    """An account without an organization finds none, makes one, and cannot make another; unknown features are refused."""
    sandbox.reset("no-organization")
    organizations = sandbox.client("organizations")
    assert refused(organizations.describe_organization) == "AWSOrganizationsNotInUseException"
    assert refused(organizations.create_organization, FeatureSet="SOME") == "InvalidInputException:INVALID_ENUM"
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]
    assert made["MasterAccountArn"].endswith(f":account/{made['Id']}/{MANAGEMENT_ACCOUNT_ID}")
    assert made["AvailablePolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
    assert refused(organizations.create_organization) == "AlreadyInOrganizationException"


def test_an_empty_organization_can_be_deleted(
    sandbox: Embedded, root_id: str, invited_account: NewAccount, refused: Refused
) -> None:
    """Member accounts keep an organization from being deleted, OUs and policies do not; a new one knows nothing of the old.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
    """
    organizations, account = sandbox.client("organizations"), invited_account("one")
    organizations.create_organizational_unit(ParentId=root_id, Name="Prod")
    assert refused(organizations.delete_organization) == "OrganizationNotEmptyException"
    organizations.remove_account_from_organization(AccountId=account)
    organizations.delete_organization()
    assert refused(organizations.list_roots) == "AWSOrganizationsNotInUseException"
    organizations.create_organization()
    fresh = organizations.list_roots()["Roots"][0]["Id"]
    assert fresh != root_id
    assert organizations.list_children(ParentId=fresh, ChildType="ORGANIZATIONAL_UNIT")["Children"] == []
    assert organizations.list_create_account_status()["CreateAccountStatuses"] == []


def test_all_features_are_enabled_once(sandbox: Embedded, refused: Refused) -> None:
    """EnableAllFeatures is refused where all features are enabled.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAllFeatures.html
    """
    code = refused(sandbox.client("organizations").enable_all_features)
    assert code == "HandshakeConstraintViolationException:ORGANIZATION_ALREADY_HAS_ALL_FEATURES"


@pytest.mark.not_kept
def test_features_do_not_grow(sandbox: Embedded, refused: Refused) -> None:
    """EnableAllFeatures asks every invited account of an organization for consolidated billing, and gives it all features.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAllFeatures.html
    """
    sandbox.reset("consolidated-billing")
    assert refused(sandbox.client("organizations").enable_all_features) == "NotImplemented"
