"""Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListInstances.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_the_instance_is_at_home(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """The management account finds one instance in the home region, none elsewhere; a member finds none at all."""
    assert len(sandbox.client("sso-admin").list_instances()["Instances"]) == 1
    assert sandbox.client("sso-admin", "us-east-1").list_instances()["Instances"] == []
    assert sandbox.client("sso-admin", account=new_account("one")).list_instances()["Instances"] == []


def test_a_delegated_administrator_finds_it_too(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """An account registered for sso.amazonaws.com sees the organization's instance."""
    organizations, account = sandbox.client("organizations"), new_account("identity")
    organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal="sso.amazonaws.com")
    own = sandbox.client("sso-admin").list_instances()["Instances"]
    assert sandbox.client("sso-admin", account=account).list_instances()["Instances"] == own


def test_no_api_enables_it(sandbox: Embedded, refused: Refused) -> None:
    """An organization without Identity Center has no instance, and CreateInstance does not help."""
    sandbox.reset("no-identity-center")
    sso = sandbox.client("sso-admin")
    assert sso.list_instances()["Instances"] == []
    assert refused(sso.create_instance, Name="x") == "ValidationException"


def test_a_foreign_instance_is_denied(sandbox: Embedded, refused: Refused) -> None:
    """An instance ARN that is not ours is denied, as AWS does not tell whether it exists."""
    sso = sandbox.client("sso-admin")
    code = refused(sso.list_permission_sets, InstanceArn="arn:aws:sso:::instance/ssoins-0000000000000000")
    assert code == "AccessDeniedException"


def test_the_instance_is_described_and_named(sandbox: Embedded, refused: Refused) -> None:
    """DescribeInstance shows owner, store and home region; UpdateInstance gives a name.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_DescribeInstance.html
    """
    sso = sandbox.client("sso-admin")
    arn = sso.list_instances()["Instances"][0]["InstanceArn"]
    sso.update_instance(InstanceArn=arn, Name="people")
    shown = sso.describe_instance(InstanceArn=arn)
    assert (shown["Name"], shown["Status"], shown["PrimaryRegion"]) == ("people", "ACTIVE", "eu-west-1")
    assert shown["OwnerAccountId"] == sandbox.running.account_id


@pytest.mark.not_kept
def test_applications_are_not_in_the_sandbox(sandbox: Embedded, refused: Refused) -> None:
    """Identity Center has applications, trusted token issuers, replicas in other regions and customer managed keys.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateApplication.html
    """
    sso = sandbox.client("sso-admin")
    arn = {"InstanceArn": sso.list_instances()["Instances"][0]["InstanceArn"]}
    assert refused(sso.list_applications, **arn) == "NotImplemented"
    assert refused(sso.list_trusted_token_issuers, **arn) == "NotImplemented"
    assert refused(sso.add_region, **arn, RegionName="us-east-1") == "NotImplemented"
    key = {"KeyType": "AWS_OWNED_KMS_KEY"}
    assert refused(sso.update_instance, **arn, EncryptionConfiguration=key) == "NotImplemented"
