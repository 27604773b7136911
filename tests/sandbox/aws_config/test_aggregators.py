"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationAggregator.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from tests.sandbox.aws_config.conftest import trust

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "config.amazonaws.com"


def source(sandbox: Embedded, account: str | None = None, service: str = PRINCIPAL) -> dict[str, Any]:
    """An organization as an aggregator's source, with a role of the account that trusts the service."""
    iam = sandbox.client("iam", account=account)
    role = iam.create_role(RoleName="aggregator", AssumeRolePolicyDocument=trust(service))["Role"]
    return {"RoleArn": role["Arn"], "AllAwsRegions": True}


def statuses(config: Any) -> list[tuple[str, str]]:
    shown = config.describe_configuration_aggregator_sources_status(ConfigurationAggregatorName="org")
    return [(each["SourceType"], each["LastUpdateStatus"]) for each in shown["AggregatedSourceStatusList"]]


def test_management_aggregates_the_organization(sandbox: Embedded, refused: Refused) -> None:
    """From the management account an organization's aggregator trusts AWS Config; its role must be one that Config may assume."""
    config, put = sandbox.client("config"), sandbox.client("config").put_configuration_aggregator
    wanted = {"ConfigurationAggregatorName": "org"}
    missing = {"RoleArn": "arn:aws:iam::111111111111:role/none", "AllAwsRegions": True}
    assert refused(put, OrganizationAggregationSource=missing, **wanted) == "InvalidRoleException"
    put(OrganizationAggregationSource=source(sandbox), **wanted)
    trusted = sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in trusted] == [PRINCIPAL]
    assert statuses(config) == [("ORGANIZATION", "SUCCEEDED")]


def test_a_role_for_another_service_is_refused(sandbox: Embedded, refused: Refused) -> None:
    """The aggregator's role must trust AWS Config."""
    put, wrong = sandbox.client("config").put_configuration_aggregator, source(sandbox, service="ec2.amazonaws.com")
    code = refused(put, ConfigurationAggregatorName="org", OrganizationAggregationSource=wrong)
    assert code == "InvalidRoleException"


def test_members_need_the_delegation(
    sandbox: Embedded, new_account: NewAccount, delegate: Callable[..., str], refused: Refused
) -> None:
    """A member aggregates the organization only as delegated administrator; deregistered, its aggregator no longer succeeds.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/aggregated-register-delegated-administrator.html
    """
    audit, other = delegate(PRINCIPAL), new_account("other")
    wanted = {"ConfigurationAggregatorName": "org", "OrganizationAggregationSource": source(sandbox, other)}
    put = sandbox.client("config", account=other).put_configuration_aggregator
    assert refused(put, **wanted) == "OrganizationAccessDeniedException"
    config = sandbox.client("config", account=audit)
    config.put_configuration_aggregator(
        ConfigurationAggregatorName="org", OrganizationAggregationSource=source(sandbox, audit)
    )
    assert statuses(config) == [("ORGANIZATION", "SUCCEEDED")]
    sandbox.client("organizations").deregister_delegated_administrator(AccountId=audit, ServicePrincipal=PRINCIPAL)
    assert statuses(config) == [("ORGANIZATION", "FAILED")]


def test_without_all_features_no_organization(sandbox: Embedded, refused: Refused) -> None:
    """An organization with consolidated billing only, or none, cannot be aggregated."""
    for seed, code in (
        ("consolidated-billing", "OrganizationAllFeaturesNotEnabledException"),
        ("no-organization", "NoAvailableOrganizationException"),
    ):
        sandbox.reset(seed)
        wanted = {"ConfigurationAggregatorName": "org", "OrganizationAggregationSource": source(sandbox)}
        assert refused(sandbox.client("config").put_configuration_aggregator, **wanted) == code
    sandbox.reset()


def test_accounts_authorize_the_aggregator(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """An account named by its id reaches the aggregator after it has authorized it, in each region that there is.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationAggregatorSourcesStatus.html
    """
    account, config = new_account("one"), sandbox.client("config")
    nowhere: Any = [{"AccountIds": [account], "AwsRegions": ["eu-nowhere-1"]}]
    put = config.put_configuration_aggregator
    code = refused(put, ConfigurationAggregatorName="org", AccountAggregationSources=nowhere)
    assert code == "InvalidParameterValueException"
    sources = [{"AccountIds": [account], "AwsRegions": ["eu-west-1"]}]
    config.put_configuration_aggregator(ConfigurationAggregatorName="org", AccountAggregationSources=sources)
    assert statuses(config) == [("ACCOUNT", "FAILED")]
    sandbox.client("config", account=account).put_aggregation_authorization(
        AuthorizedAccountId="111111111111", AuthorizedAwsRegion="eu-west-1"
    )
    assert statuses(config) == [("ACCOUNT", "SUCCEEDED")]
