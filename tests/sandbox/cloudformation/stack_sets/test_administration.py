"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
DEFINITION = {"TemplateBody": TEMPLATE, "PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
DELEGATED = {"CallAs": "DELEGATED_ADMIN"}
PRINCIPAL = "member.org.stacksets.cloudformation.amazonaws.com"


@pytest.fixture
def management(sandbox: Embedded) -> Any:
    """The management account's client, StackSets activated."""
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    return client


@pytest.fixture
def administrator(sandbox: Embedded, management: Any, new_account: NewAccount) -> Any:
    """The client of a delegated administrator."""
    account = new_account("administrator")
    organizations = sandbox.client("organizations")
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=PRINCIPAL)
    return sandbox.client("cloudformation", account=account)


def names(client: Any, **request: str) -> list[str]:
    return [one["StackSetName"] for one in client.list_stack_sets(**request)["Summaries"]]


def test_delegated_administrators_and_the_management_account_have_the_same_sets(
    management: Any, administrator: Any
) -> None:
    """A delegated administrator's stack sets are made in the management account; each sees those of the other.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
    """
    administrator.create_stack_set(StackSetName="theirs", **DEFINITION, **DELEGATED)
    management.create_stack_set(StackSetName="ours", **DEFINITION)
    assert names(management) == names(administrator, **DELEGATED) == ["theirs", "ours"]
    arn = management.describe_stack_set(StackSetName="theirs")["StackSet"]["StackSetARN"]
    assert ":111111111111:stackset/theirs:" in arn


def test_a_delegated_administrator_deploys(
    sandbox: Embedded, management: Any, administrator: Any, new_account: NewAccount, root_id: str
) -> None:
    """Instances are created, watched, stopped and deleted on behalf of the management account.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackInstances.html
    """
    account = new_account("a")
    administrator.create_stack_set(StackSetName="set", **DEFINITION, **DELEGATED)
    targets = {"OrganizationalUnitIds": [root_id], "Accounts": [account], "AccountFilterType": "INTERSECTION"}
    asked = {"StackSetName": "set", "DeploymentTargets": targets, "Regions": ["eu-west-1"], **DELEGATED}
    operation = {"StackSetName": "set", "OperationId": administrator.create_stack_instances(**asked)["OperationId"]}
    looks = [administrator.describe_stack_set_operation(**operation, **DELEGATED) for _ in range(2)]
    assert [one["StackSetOperation"]["Status"] for one in looks] == ["RUNNING", "SUCCEEDED"]
    assert len(sandbox.client("sns", region="eu-west-1", account=account).list_topics()["Topics"]) == 1
    administrator.delete_stack_instances(**asked, RetainStacks=False)
    assert sandbox.client("sns", region="eu-west-1", account=account).list_topics()["Topics"] == []


@pytest.mark.parametrize("member", [True, False])
def test_only_a_registered_account_calls_as_delegated_administrator(
    sandbox: Embedded, management: Any, new_account: NewAccount, member: bool
) -> None:
    """Neither another member nor the management account may say DELEGATED_ADMIN."""
    client = sandbox.client("cloudformation", account=new_account("a")) if member else management
    with pytest.raises(ClientError, match="not a delegated administrator") as refused:
        client.list_stack_sets(**DELEGATED)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_acting_for_itself_a_delegated_administrator_has_its_own_sets_only(management: Any, administrator: Any) -> None:
    """With CallAs SELF a member account sees none of the organization's sets, and makes none.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackSets.html
    """
    management.create_stack_set(StackSetName="ours", **DEFINITION)
    assert names(administrator) == []
    with pytest.raises(ClientError, match="StackSetNotFoundException"):
        administrator.describe_stack_set(StackSetName="ours")
    with pytest.raises(ClientError, match="must be the management account or delegated admin"):
        administrator.create_stack_set(StackSetName="own", **DEFINITION)


def test_a_delegation_that_is_taken_back_ends_the_administration(
    sandbox: Embedded, management: Any, administrator: Any
) -> None:
    """The sets stay; the account reaches them no more."""
    administrator.create_stack_set(StackSetName="set", **DEFINITION, **DELEGATED)
    organizations = sandbox.client("organizations")
    (admin,) = organizations.list_delegated_administrators(ServicePrincipal=PRINCIPAL)["DelegatedAdministrators"]
    organizations.deregister_delegated_administrator(AccountId=admin["Id"], ServicePrincipal=PRINCIPAL)
    with pytest.raises(ClientError, match="not a delegated administrator"):
        administrator.describe_stack_set(StackSetName="set", **DELEGATED)
    assert names(management) == ["set"]
