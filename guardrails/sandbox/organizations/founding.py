"""An organization comes into being, is described, and ends.

Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
"""

from typing import Final

from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends

from guardrails.sandbox.organizations import authority, organization, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal, not_implemented

MANAGEMENT_EMAIL: Final = "management@example.com"
MANAGEMENT_NAME: Final = "management"
FEATURE_SETS: Final = ("ALL", "CONSOLIDATED_BILLING")


def found(feature_set: str) -> None:
    """Make the organization: a root, the management account, AWS's own policies attached; no policy type enabled."""
    known = set(iam_backends)
    tree.backend().create_organization(region="us-east-1", FeatureSet=feature_set)
    for ghost in set(iam_backends) - known - {MANAGEMENT_ACCOUNT_ID}:
        # moto makes the management account under another id first, and leaves an access role behind there.
        del iam_backends[ghost]
    organization.organization().master_account_email = MANAGEMENT_EMAIL
    management = tree.backend().accounts[0]
    management.name, management.email, management.joined_method = MANAGEMENT_NAME, MANAGEMENT_EMAIL, "INVITED"
    for policy in tree.backend().policies:
        policy._arn_format = "arn:{0}:organizations::aws:policy/" + policy.type.lower() + "/{3}"
    tree.plant()


@operation("organizations", "CreateOrganization")
def create_organization(call: Call) -> Answer:
    """Make an organization of which the caller's account is the management account."""
    feature_set = call.parameters.get("FeatureSet", "ALL")
    if feature_set not in FEATURE_SETS:
        raise organization.invalid("INVALID_ENUM")
    if tree.backend().org is not None or call.account_id != MANAGEMENT_ACCOUNT_ID:
        raise Refusal("AlreadyInOrganizationException", "This account is already a member of an organization.")
    found(feature_set)
    return _described()


@operation("organizations", "DescribeOrganization")
def describe_organization(call: Call) -> Answer:
    """Describe the organization; any of its accounts may ask."""
    authority.require_membership(call)
    return _described()


@operation("organizations", "EnableAllFeatures")
def enable_all_features(call: Call) -> Answer:
    """Refused: all features are enabled already, or the sandbox has no handshakes with which members agree."""
    authority.require_management(call)
    if organization.organization().feature_set == "ALL":
        message = "The organization already has all features enabled."
        raise Refusal("HandshakeConstraintViolationException", message, Reason="ORGANIZATION_ALREADY_HAS_ALL_FEATURES")
    raise not_implemented("organizations", "EnableAllFeatures")


@operation("organizations", "DeleteOrganization")
def delete_organization(call: Call) -> Answer:
    """Delete an organization that has no member accounts; its OUs and policies go with it.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
    """
    authority.require_management(call)
    if len(tree.ACCOUNTS) > 1:
        message = (
            "The organization isn't empty. To delete an organization, you must first remove all accounts except "
            "the management account."
        )
        raise Refusal("OrganizationNotEmptyException", message)
    tree.backend()._reset()
    organizations_backends.master_accounts.clear()
    tree.uproot()
    return {}


def _described() -> Answer:
    found = organization.organization()
    types = [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}] if found.feature_set == "ALL" else []
    return {
        "Organization": {
            "Id": found.id,
            "Arn": found.arn,
            "FeatureSet": found.feature_set,
            "MasterAccountArn": found.master_account_arn,
            "MasterAccountId": found.master_account_id,
            "MasterAccountEmail": found.master_account_email,
            "AvailablePolicyTypes": types,
        }
    }
