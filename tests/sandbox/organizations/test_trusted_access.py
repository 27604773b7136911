"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_services.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
PRINCIPALS = (
    "access-analyzer.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "inspector2.amazonaws.com",
    "macie.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
)


def trusted(sandbox: Embedded) -> list[str]:
    listed = sandbox.client("organizations").list_aws_service_access_for_organization()
    return [each["ServicePrincipal"] for each in listed["EnabledServicePrincipals"]]


@pytest.mark.parametrize("principal", PRINCIPALS)
def test_our_services_can_be_trusted(sandbox: Embedded, principal: str) -> None:
    """Enabling lists the principal once, however often; disabling takes it off."""
    organizations = sandbox.client("organizations")
    for _ in range(2):
        organizations.enable_aws_service_access(ServicePrincipal=principal)
    assert trusted(sandbox) == [principal]
    organizations.disable_aws_service_access(ServicePrincipal=principal)
    assert trusted(sandbox) == []


def test_unknown_principals_are_refused(sandbox: Embedded, refused: Refused) -> None:
    """A service that AWS does not have is not trusted."""
    code = refused(sandbox.client("organizations").enable_aws_service_access, ServicePrincipal="nobody.example.com")
    assert code == "InvalidInputException:UNRECOGNIZED_SERVICE_PRINCIPAL"


def test_stack_sets_are_activated_by_themselves(
    sandbox: Embedded, new_account: Callable[..., str], refused: Refused
) -> None:
    """Activation shows in DescribeOrganizationsAccess and trusts the principal; a member cannot activate."""
    cloudformation = sandbox.client("cloudformation")
    assert cloudformation.describe_organizations_access()["Status"] == "DISABLED"
    member = sandbox.client("cloudformation", account=new_account("one"))
    assert refused(member.activate_organizations_access) == "InvalidOperationException"
    cloudformation.activate_organizations_access()
    assert cloudformation.describe_organizations_access()["Status"] == "ENABLED"
    assert trusted(sandbox) == ["member.org.stacksets.cloudformation.amazonaws.com"]
    cloudformation.deactivate_organizations_access()
    assert cloudformation.describe_organizations_access()["Status"] == "DISABLED"
