"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


@pytest.mark.parametrize(
    ("principal", "name"),
    [
        ("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer"),
        ("config.amazonaws.com", "AWSServiceRoleForConfig"),
        ("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty"),
        ("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub"),
    ],
)
def test_the_service_names_its_role_and_has_one(sandbox: Embedded, refused: Refused, principal: str, name: str) -> None:
    """A service-linked role has the name that its service gives it; a second one is InvalidInput.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """
    iam = sandbox.client("iam")
    made = iam.create_service_linked_role(AWSServiceName=principal)["Role"]
    assert (made["RoleName"], made["Path"]) == (name, f"/aws-service-role/{principal}/")
    assert refused(iam.create_service_linked_role, AWSServiceName=principal) == "InvalidInput"
