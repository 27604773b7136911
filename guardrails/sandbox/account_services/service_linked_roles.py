"""Roles linked to a service: with the name that the service gives them, and one of each in an account.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from moto.iam.models import SERVICE_NAME_CONVERSION, iam_backends

from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access-analyzer": "AccessAnalyzer",
        "cloudtrail": "CloudTrail",
        "config": "Config",
        "config-multiaccountsetup": "ConfigMultiAccountSetup",
        "detective": "Detective",
        "guardduty": "AmazonGuardDuty",
        "inspector2": "AmazonInspector2",
        "macie": "AmazonMacie",
        "organizations": "Organizations",
        "ram": "ResourceAccessManager",
        "securityhub": "SecurityHub",
        "sso": "SSO",
    }
)
"""What the roles of a landing zone's services are called, after AWSServiceRoleFor; moto derives the others' from the principal."""


@operation("iam", "CreateServiceLinkedRole")
def create_service_linked_role(call: Call) -> Answer:
    """Let the role be made, once in an account.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    path, suffix = f"/aws-service-role/{call.parameters['AWSServiceName']}/", call.parameters.get("CustomSuffix")
    for role in iam_backends[call.account_id][PARTITION].get_roles():
        if role.path == path and (suffix is None or role.name.endswith(f"_{suffix}")):
            message = f"Service role name {role.name} has been taken in this account, please try a different suffix."
            raise Refusal("InvalidInput", message)
    return FORWARD


def install() -> None:
    """Teach moto the names."""
    SERVICE_NAME_CONVERSION.update(NAMES)
