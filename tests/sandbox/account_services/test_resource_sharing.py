"""Source: https://docs.aws.amazon.com/ram/latest/APIReference/API_EnableSharingWithAwsOrganization.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_sharing_trusts_the_service(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """The management account, and no other, enables sharing: RAM is trusted, and has its role, however often it is enabled."""
    member = sandbox.client("ram", account=new_account("one"))
    assert refused(member.enable_sharing_with_aws_organization) == "OperationNotPermittedException"
    for _ in range(2):
        assert sandbox.client("ram").enable_sharing_with_aws_organization()["returnValue"]
    trusted = sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in trusted] == ["ram.amazonaws.com"]
    role = sandbox.client("iam").get_role(RoleName="AWSServiceRoleForResourceAccessManager")["Role"]
    assert role["Path"] == "/aws-service-role/ram.amazonaws.com/"
