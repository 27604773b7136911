"""AWS RAM sharing within the organization; everything else about RAM is moto's.

Source: https://docs.aws.amazon.com/ram/latest/APIReference/API_EnableSharingWithAwsOrganization.html
"""

from typing import Final

from moto.iam.models import iam_backends

from guardrails.sandbox.organizations import organization, trusted_access
from guardrails.sandbox.organizations.service_administration import is_management
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "ram.amazonaws.com"
ROLE: Final = "AWSServiceRoleForResourceAccessManager"


@operation("ram", "EnableSharingWithAwsOrganization")
def enable_sharing_with_aws_organization(call: Call) -> Answer:
    """Trust RAM, whose role comes into the management account; that account alone may, in an organization with all features."""
    if not is_management(call) or organization.organization().feature_set != "ALL":
        message = "Only the management account of an organization with all features can enable sharing with it."
        raise Refusal("OperationNotPermittedException", message)
    trusted_access.enable(PRINCIPAL)
    iam = iam_backends[call.account_id][PARTITION]
    if all(role.name != ROLE for role in iam.get_roles()):
        iam.create_service_linked_role(PRINCIPAL, "", "")
    return {"returnValue": True}
