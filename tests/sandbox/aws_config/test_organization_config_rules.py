"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConfigRule.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
Recorder = Callable[..., Any]
PRINCIPAL = "config-multiaccountsetup.amazonaws.com"
NAME = {"OrganizationConfigRuleName": "root-mfa"}
WANTED: dict[str, Any] = {
    **NAME,
    "OrganizationManagedRuleMetadata": {"RuleIdentifier": "ROOT_ACCOUNT_MFA_ENABLED", "Description": "MFA"},
}


def status(config: Any) -> str:
    shown = config.describe_organization_config_rule_statuses(OrganizationConfigRuleNames=["root-mfa"])
    return str(shown["OrganizationConfigRuleStatuses"][0]["OrganizationRuleStatus"])


def by_account(config: Any) -> dict[str, str]:
    shown = config.get_organization_config_rule_detailed_status(**NAME)["OrganizationConfigRuleDetailedStatus"]
    return {each["AccountId"]: each.get("ErrorCode", each["MemberAccountRuleStatus"]) for each in shown}


def rules_of(config: Any) -> list[str]:
    return [rule["ConfigRuleName"] for rule in config.describe_config_rules()["ConfigRules"]]


def test_the_rule_is_in_every_account_that_records(
    sandbox: Embedded, new_account: NewAccount, recorder: Recorder, refused: Refused
) -> None:
    """The rule is created in time in every account but those excluded; without a recorder it fails there, and as a whole."""
    one, two, spared = new_account("one"), new_account("two"), new_account("spared")
    management, member = recorder(), recorder(one)
    management.put_organization_config_rule(**WANTED, ExcludedAccounts=[spared])
    assert [status(management), status(management)] == ["CREATE_IN_PROGRESS", "CREATE_FAILED"]
    assert by_account(management) == {
        MANAGEMENT_ACCOUNT_ID: "CREATE_SUCCESSFUL",
        one: "CREATE_SUCCESSFUL",
        two: "NoAvailableConfigurationRecorderException",
    }
    names = rules_of(member)
    assert [name.rpartition("-")[0] for name in names] == ["OrgConfigRule-root-mfa"]
    assert refused(member.delete_config_rule, ConfigRuleName=names[0]) == "AccessDeniedException"
    trusted = sandbox.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert PRINCIPAL in [each["ServicePrincipal"] for each in trusted]


def test_an_update_repairs_and_a_deletion_withdraws(
    new_account: NewAccount, recorder: Recorder, refused: Refused
) -> None:
    """What is under way cannot be changed; an update reaches who can record by now, a deletion leaves nothing behind."""
    account, management = new_account("one"), recorder()
    management.put_organization_config_rule(**WANTED)
    assert refused(management.put_organization_config_rule, **WANTED) == "ResourceInUseException"
    status(management)
    member = recorder(account)
    management.put_organization_config_rule(**WANTED)
    assert [status(management), status(management)] == ["UPDATE_IN_PROGRESS", "UPDATE_SUCCESSFUL"]
    assert len(rules_of(member)) == 1
    management.delete_organization_config_rule(**NAME)
    assert status(management) == "DELETE_IN_PROGRESS"
    assert refused(status, config=management) == "NoSuchOrganizationConfigRuleException"
    assert rules_of(member) == rules_of(management) == []


def test_accounts_that_join_get_the_rule(new_account: NewAccount, recorder: Recorder) -> None:
    """An account made later is deployed to as well.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
    """
    management = recorder()
    management.put_organization_config_rule(**WANTED)
    status(management)
    later = new_account("later")
    assert by_account(management)[later] == "NoAvailableConfigurationRecorderException"
    recorder(later)
    assert by_account(management)[later] == "CREATE_SUCCESSFUL"


def test_the_management_account_needs_the_role_too(
    sandbox: Embedded, delegate: Callable[..., str], recorder: Recorder
) -> None:
    """A delegated administrator's rule gets its role by itself in its own account, but not in the management account.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
    """
    audit = delegate(PRINCIPAL)
    administrator = recorder(audit)
    recorder()
    administrator.put_organization_config_rule(**WANTED)
    assert status(administrator) == "CREATE_IN_PROGRESS"
    assert by_account(administrator)[MANAGEMENT_ACCOUNT_ID] == "InsufficientPermissionsException"
    sandbox.client("iam").create_service_linked_role(AWSServiceName=PRINCIPAL)
    administrator.put_organization_config_rule(**WANTED)
    assert [status(administrator), status(administrator)] == ["UPDATE_IN_PROGRESS", "UPDATE_SUCCESSFUL"]


def test_rules_of_the_organization_have_tags(sandbox: Embedded, refused: Refused) -> None:
    """A rule is tagged as it is made, not as it is changed; tags are added and taken off one by one.

    Source: https://docs.aws.amazon.com/config/latest/APIReference/API_TagResource.html
    """
    config = sandbox.client("config")
    arn = config.put_organization_config_rule(**WANTED, Tags=[{"Key": "a", "Value": "1"}])["OrganizationConfigRuleArn"]
    status(config)
    config.put_organization_config_rule(**WANTED, Tags=[{"Key": "a", "Value": "2"}])
    config.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "3"}])
    expected = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "3"}]
    assert config.list_tags_for_resource(ResourceArn=arn)["Tags"] == expected
    config.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert config.list_tags_for_resource(ResourceArn=arn)["Tags"] == expected[1:]
    assert refused(config.list_tags_for_resource, ResourceArn=f"{arn}x") == "ResourceNotFoundException"


def test_only_management_and_delegated_administrators_deploy(
    sandbox: Embedded, new_account: NewAccount, delegate: Callable[..., str], refused: Refused
) -> None:
    """A member without the delegation is refused; a delegated administrator sees what it has put, and nothing else."""
    audit, other = delegate(PRINCIPAL), new_account("other")
    put = sandbox.client("config", account=other).put_organization_config_rule
    assert refused(put, **WANTED) == "OrganizationAccessDeniedException"
    sandbox.client("config").put_organization_config_rule(**WANTED)
    administrator = sandbox.client("config", account=audit)
    assert administrator.describe_organization_config_rules()["OrganizationConfigRules"] == []
    administrator.put_organization_config_rule(**WANTED)
    shown = administrator.describe_organization_config_rules()["OrganizationConfigRules"]
    assert shown[0]["OrganizationManagedRuleMetadata"] == WANTED["OrganizationManagedRuleMetadata"]


def test_the_rule_is_checked_first(sandbox: Embedded, refused: Refused) -> None:
    """An unknown managed rule, or parameters that it does not have, are refused before anything is deployed."""
    put = sandbox.client("config").put_organization_config_rule
    for metadata in (
        {"RuleIdentifier": "NO_SUCH_RULE"},
        {"RuleIdentifier": "ROOT_ACCOUNT_MFA_ENABLED", "InputParameters": '{"none": "1"}'},
    ):
        code = refused(put, **NAME, OrganizationManagedRuleMetadata=metadata)
        assert code == "InvalidParameterValueException"
    assert refused(put, **NAME) == "InvalidParameterValueException"


@pytest.mark.not_kept
def test_custom_organization_rules_are_refused(sandbox: Embedded, refused: Refused) -> None:
    """Organization rules with a Lambda function or a Guard policy are refused plainly."""
    metadata = {"PolicyRuntime": "guard-2.x.x", "PolicyText": "rule a { true }"}
    put = sandbox.client("config").put_organization_config_rule
    assert refused(put, **NAME, OrganizationCustomPolicyRuleMetadata=metadata) == "NotImplemented"
