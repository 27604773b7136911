"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]


def test_features_need_trusted_access(sandbox: Embedded, refused: Refused) -> None:
    """The features of central root access are enabled where IAM is trusted in the organization, and listed and disabled."""
    iam, organizations = sandbox.client("iam"), sandbox.client("organizations")
    assert refused(iam.enable_organizations_root_sessions) == "ServiceAccessNotEnabledException"
    assert refused(iam.list_organizations_features) == "ServiceAccessNotEnabledException"
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    iam.enable_organizations_root_credentials_management()
    enabled = iam.enable_organizations_root_sessions()
    assert enabled["OrganizationId"] == organizations.describe_organization()["Organization"]["Id"]
    assert enabled["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
    iam.disable_organizations_root_credentials_management()
    assert iam.list_organizations_features()["EnabledFeatures"] == ["RootSessions"]


def test_who_may_enable_features(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A delegated administrator lists and disables features, the management account alone enables them, a member does nothing.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
    """
    organizations, delegate, member = sandbox.client("organizations"), new_account("security"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=delegate, ServicePrincipal="iam.amazonaws.com")
    sandbox.client("iam").enable_organizations_root_sessions()
    iam = sandbox.client("iam", account=delegate)
    assert iam.list_organizations_features()["EnabledFeatures"] == ["RootSessions"]
    assert refused(iam.enable_organizations_root_sessions) == "CallerIsNotManagementAccountException"
    assert iam.disable_organizations_root_sessions()["EnabledFeatures"] == []
    code = refused(sandbox.client("iam", account=member).list_organizations_features)
    assert code == "AccountNotManagementOrDelegatedAdministratorException"


def test_features_need_an_organization_with_all_features(sandbox: Embedded, refused: Refused) -> None:
    """With consolidated billing only, and without an organization, there are no features.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """
    sandbox.reset("consolidated-billing")
    iam = sandbox.client("iam")
    assert refused(iam.list_organizations_features) == "OrganizationNotInAllFeaturesModeException"
    sandbox.reset("no-organization")
    assert refused(iam.list_organizations_features) == "OrganizationNotFoundException"
