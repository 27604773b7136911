"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StartConfigurationPolicyAssociation.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
SELF = "SELF_MANAGED_SECURITY_HUB"


def standards_of(sandbox: Embedded, account: str, region: str = "eu-west-1") -> int | None:
    """How many standards an account has enabled; None where Security Hub is off."""
    hub = sandbox.client("securityhub", region, account=account)
    try:
        return len(hub.get_enabled_standards()["StandardsSubscriptions"])
    except hub.exceptions.InvalidAccessException:
        return None


def associate(central: Any, policy: str, **target: str) -> None:
    central.start_configuration_policy_association(ConfigurationPolicyIdentifier=policy, Target=target)


def status(central: Any, **target: str) -> str:
    return str(central.get_configuration_policy_association(Target=target)["AssociationStatus"])


def test_a_policy_switches_members_on_in_every_linked_region(
    sandbox: Embedded, new_account: NewAccount, central: Any, policy: str
) -> None:
    """An association is PENDING, then SUCCESS; the account has Security Hub and the standards in the home and linked regions."""
    account = new_account("one")
    wanted = {"ConfigurationPolicyIdentifier": policy, "Target": {"AccountId": account}}
    started = central.start_configuration_policy_association(**wanted)
    looks = [status(central, AccountId=account) for _ in range(2)]
    assert [started["AssociationStatus"], *looks] == ["PENDING", "PENDING", "SUCCESS"]
    regions = ("eu-west-1", "us-east-1", "us-west-2")
    assert [standards_of(sandbox, account, region) for region in regions] == [1, 1, None]
    assert [each["AccountId"] for each in central.list_members()["Members"]] == [account]


def test_children_inherit_and_new_accounts_too(
    sandbox: Embedded, new_account: NewAccount, central: Any, policy: str, root_id: str
) -> None:
    """What the root has, accounts and OUs inherit, an account made later included; what is applied directly goes first."""
    one = new_account("one")
    associate(central, policy, RootId=root_id)
    associate(central, SELF, AccountId=one)
    later = new_account("later")
    found = central.get_configuration_policy_association(Target={"AccountId": later})
    assert (found["AssociationType"], found["ConfigurationPolicyId"]) == ("INHERITED", policy)
    assert [standards_of(sandbox, each) for each in (one, later)] == [1, 1]
    own = central.get_configuration_policy_association(Target={"AccountId": one})
    assert (own["AssociationType"], own["ConfigurationPolicyId"]) == ("APPLIED", SELF)
    central.start_configuration_policy_disassociation(ConfigurationPolicyIdentifier=SELF, Target={"AccountId": one})
    again = central.get_configuration_policy_association(Target={"AccountId": one})
    assert (again["AssociationType"], again["ConfigurationPolicyId"]) == ("INHERITED", policy)


def test_an_account_takes_on_the_policy_of_the_ou_it_moves_to(
    sandbox: Embedded, new_account: NewAccount, central: Any, policy: str, root_id: str
) -> None:
    """Moving into an OU with a policy configures the account; moving out leaves its settings and frees it.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policies-overview.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    associate(central, policy, OrganizationalUnitId=unit)
    assert standards_of(sandbox, account) is None
    organizations.move_account(AccountId=account, SourceParentId=root_id, DestinationParentId=unit)
    assert standards_of(sandbox, account) == 1
    organizations.move_account(AccountId=account, SourceParentId=unit, DestinationParentId=root_id)
    assert standards_of(sandbox, account) == 1
    sandbox.client("securityhub", account=account).update_security_hub_configuration(AutoEnableControls=False)


def test_a_centrally_managed_account_configures_nothing_itself(
    sandbox: Embedded, new_account: NewAccount, central: Any, policy: str, refused: Refused
) -> None:
    """An account with a policy cannot change Security Hub itself; one that manages itself can.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-management-type.html
    """
    account = new_account("one")
    associate(central, policy, AccountId=account)
    member = sandbox.client("securityhub", account=account)
    arn = member.get_enabled_standards()["StandardsSubscriptions"][0]["StandardsSubscriptionArn"]
    assert refused(member.batch_disable_standards, StandardsSubscriptionArns=[arn]) == "AccessDeniedException"
    assert refused(member.disable_security_hub) == "AccessDeniedException"
    assert refused(central.disassociate_members, AccountIds=[account]) == "AccessDeniedException"
    associate(central, SELF, AccountId=account)
    member.batch_disable_standards(StandardsSubscriptionArns=[arn])


def test_a_changed_policy_changes_its_accounts(
    sandbox: Embedded, new_account: NewAccount, central: Any, policy: str, root_id: str, security: str
) -> None:
    """Updating a policy reconfigures everybody it reaches; one that disables Security Hub fails for the administrator alone."""
    account = new_account("one")
    associate(central, policy, RootId=root_id)
    central.update_configuration_policy(
        Identifier=policy, ConfigurationPolicy={"SecurityHub": {"ServiceEnabled": False}}
    )
    assert (standards_of(sandbox, account), standards_of(sandbox, security)) == (None, 1)
    status(central, RootId=root_id)
    assert [status(central, AccountId=each) for each in (account, security)] == ["SUCCESS", "FAILED"]


def test_management_is_configured_once_it_has_security_hub(
    sandbox: Embedded, central: Any, policy: str, root_id: str
) -> None:
    """Without Security Hub the management account's association fails, and so does the root's above it.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/view-policy.html
    """
    associate(central, policy, RootId=root_id)
    status(central, RootId=root_id)
    found = central.get_configuration_policy_association(Target={"RootId": root_id})
    assert found["AssociationStatus"] == "FAILED"
    assert "management account" in found["AssociationStatusMessage"]
    associate(central, SELF, AccountId=MANAGEMENT_ACCOUNT_ID)
    sandbox.client("securityhub").enable_security_hub()
    associate(central, policy, AccountId=MANAGEMENT_ACCOUNT_ID)
    status(central, AccountId=MANAGEMENT_ACCOUNT_ID)
    assert status(central, AccountId=MANAGEMENT_ACCOUNT_ID) == "SUCCESS"


def test_associations_are_listed_filtered_and_paged(
    new_account: NewAccount, central: Any, policy: str, root_id: str, refused: Refused
) -> None:
    """The list shows applied and inherited associations of every target; targets that do not exist are told apart."""
    account = new_account("one")
    associate(central, policy, AccountId=account)
    summaries = central.list_configuration_policy_associations()["ConfigurationPolicyAssociationSummaries"]
    assert [(each["TargetId"], each["TargetType"]) for each in summaries] == [(account, "ACCOUNT")]
    associate(central, policy, RootId=root_id)
    paginator = central.get_paginator("list_configuration_policy_associations")
    pages = list(paginator.paginate(Filters={"AssociationType": "INHERITED"}, PaginationConfig={"PageSize": 1}))
    assert [len(page["ConfigurationPolicyAssociationSummaries"]) for page in pages] == [1, 1]
    get = central.get_configuration_policy_association
    assert refused(get, Target={"AccountId": "999999999999"}) == "ResourceNotFoundException"
    asked = [{"Target": {"AccountId": each}} for each in (account, "999999999999")]
    batch = central.batch_get_configuration_policy_associations(ConfigurationPolicyAssociationIdentifiers=asked)
    assert [each["TargetId"] for each in batch["ConfigurationPolicyAssociations"]] == [account]
    assert len(batch["UnprocessedConfigurationPolicyAssociations"]) == 1


def test_deregistering_the_administrator_ends_central_configuration(
    sandbox: Embedded, new_account: NewAccount, security: str, central: Any, policy: str
) -> None:
    """Policies and associations are gone with the delegation; accounts keep their settings and manage themselves.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/remove-admin-overview.html
    """
    account = new_account("one")
    associate(central, policy, AccountId=account)
    sandbox.client("organizations").deregister_delegated_administrator(
        AccountId=security, ServicePrincipal="securityhub.amazonaws.com"
    )
    assert standards_of(sandbox, account) == 1
    sandbox.client("securityhub", account=account).disable_security_hub()
    sandbox.client("securityhub").enable_organization_admin_account(AdminAccountId=security)
    shown = central.describe_organization_configuration()["OrganizationConfiguration"]
    assert shown["ConfigurationType"] == "LOCAL"
