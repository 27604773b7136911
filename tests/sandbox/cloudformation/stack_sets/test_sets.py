import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.cloudformation.stack_sets import sets
from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
Refused = Callable[..., str]
TEMPLATE = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String", "Default": "first"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Name"}}}},
    }
)
SERVICE_MANAGED = {"PermissionModel": "SERVICE_MANAGED", "AutoDeployment": {"Enabled": False}}
SECOND = [{"ParameterKey": "Name", "ParameterValue": "second"}]
IMPOSSIBLE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Colour": "red"}}}})
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture
def cloudformation(sandbox: Embedded) -> Any:
    client = sandbox.client("cloudformation")
    client.activate_organizations_access()
    return client


def make(cloudformation: Any, **request: Any) -> None:
    cloudformation.create_stack_set(**{"StackSetName": "set", "TemplateBody": TEMPLATE, **SERVICE_MANAGED, **request})


def ended(cloudformation: Any, started: dict[str, Any]) -> str:
    looks = [
        cloudformation.describe_stack_set_operation(StackSetName="set", OperationId=started["OperationId"])
        for _ in range(2)
    ]
    assert looks[0]["StackSetOperation"]["Status"] == "RUNNING"
    status: str = looks[1]["StackSetOperation"]["Status"]
    return status


def display_names(sandbox: Embedded, account: str, region: str) -> list[str]:
    sns = sandbox.client("sns", region=region, account=account)
    arns = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    return [sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] for arn in arns]


def test_a_stack_set_says_what_it_was_made_with(cloudformation: Any) -> None:
    """DescribeStackSet echoes the whole definition.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackSet.html
    """
    make(
        cloudformation,
        Description="keys",
        Parameters=SECOND,
        Tags=[{"Key": "a", "Value": "b"}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": True},
        ManagedExecution={"Active": True},
    )
    found = cloudformation.describe_stack_set(StackSetName="set")["StackSet"]
    assert (found["PermissionModel"], found["Status"], found["Description"]) == ("SERVICE_MANAGED", "ACTIVE", "keys")
    assert found["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": True}
    assert (found["ManagedExecution"], found["Parameters"]) == ({"Active": True}, SECOND)
    assert (found["Tags"], found["Capabilities"]) == ([{"Key": "a", "Value": "b"}], ["CAPABILITY_NAMED_IAM"])
    assert found["TemplateBody"] == TEMPLATE
    assert found["OrganizationalUnitIds"] == []
    (summary,) = cloudformation.list_stack_sets(Status="ACTIVE")["Summaries"]
    assert (summary["StackSetName"], summary["PermissionModel"]) == ("set", "SERVICE_MANAGED")


def test_stack_sets_must_be_activated_first(sandbox: Embedded) -> None:
    """Without ActivateOrganizationsAccess no service-managed stack set can be made.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html
    """
    with pytest.raises(ClientError, match="You must enable organizations access") as refused:
        make(sandbox.client("cloudformation"))
    assert refused.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"PermissionModel": "SELF_MANAGED"}, "ValidationError", "does not implement self-managed stack sets"),
        ({"StackSetName": "1"}, "ValidationError", "failed to satisfy constraint"),
        ({"TemplateBody": "{}"}, "ValidationError", "At least one Resources member"),
        ({"Parameters": [{"ParameterKey": "X", "ParameterValue": "1"}]}, "ValidationError", "do not exist"),
        ({"AdministrationRoleARN": "arn:aws:iam::111111111111:role/a"}, "ValidationError", "SELF_MANAGED"),
        (
            {"AutoDeployment": {"Enabled": False, "RetainStacksOnAccountRemoval": True}},
            "ValidationError",
            "RetainStacksOnAccountRemoval",
        ),
    ],
)
def test_wrong_definitions_are_refused(cloudformation: Any, request_: dict[str, Any], code: str, message: str) -> None:
    """A refused request makes nothing."""
    with pytest.raises(ClientError, match=message) as refused:
        make(cloudformation, **request_)
    assert refused.value.response["Error"]["Code"] == code
    assert cloudformation.list_stack_sets()["Summaries"] == []


def test_a_name_is_taken_once(cloudformation: Any) -> None:
    """A second active stack set of the same name is refused; a deleted one's name is free.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
    """
    make(cloudformation)
    with pytest.raises(ClientError, match="NameAlreadyExistsException"):
        make(cloudformation)
    cloudformation.delete_stack_set(StackSetName="set")
    make(cloudformation)
    assert len(cloudformation.list_stack_sets(Status="DELETED")["Summaries"]) == 1


def test_a_member_account_administers_nothing(sandbox: Embedded, cloudformation: Any, new_account: NewAccount) -> None:
    """Service-managed stack sets belong to the management account."""
    member = sandbox.client("cloudformation", account=new_account("a"))
    with pytest.raises(ClientError, match="must be the management account"):
        make(member)


def test_an_update_reaches_every_stack(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount
) -> None:
    """UpdateStackSet changes the live resources in all accounts and regions.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
    """
    accounts = [new_account("a"), new_account("b")]
    make(cloudformation)
    targets = {"OrganizationalUnitIds": [root_id]}
    started = cloudformation.create_stack_instances(StackSetName="set", DeploymentTargets=targets, Regions=REGIONS)
    assert ended(cloudformation, started) == "SUCCEEDED"
    started = cloudformation.update_stack_set(StackSetName="set", UsePreviousTemplate=True, Parameters=SECOND)
    assert ended(cloudformation, started) == "SUCCEEDED"
    for account in accounts:
        assert [display_names(sandbox, account, region) for region in REGIONS] == [["second"], ["second"]]


def test_an_update_of_some_regions_leaves_the_others_outdated(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount
) -> None:
    """Instances outside the targets of an update are OUTDATED until they are updated too."""
    account = new_account("a")
    make(cloudformation)
    targets = {"OrganizationalUnitIds": [root_id]}
    cloudformation_call = {"StackSetName": "set", "DeploymentTargets": targets}
    assert ended(cloudformation, cloudformation.create_stack_instances(**cloudformation_call, Regions=REGIONS))
    request = {**cloudformation_call, "UsePreviousTemplate": True, "Parameters": SECOND, "Regions": ["eu-west-1"]}
    assert ended(cloudformation, cloudformation.update_stack_set(**request)) == "SUCCEEDED"
    assert [display_names(sandbox, account, region) for region in REGIONS] == [["second"], ["first"]]
    summaries = cloudformation.list_stack_instances(StackSetName="set")["Summaries"]
    assert {one["Region"]: one["Status"] for one in summaries} == {"eu-west-1": "CURRENT", "us-east-1": "OUTDATED"}


def test_a_failed_update_keeps_the_new_definition(
    sandbox: Embedded, cloudformation: Any, root_id: str, new_account: NewAccount
) -> None:
    """The stacks roll back and their instances are OUTDATED, but the set has the new template.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStackSet.html
    """
    account = new_account("a")
    make(cloudformation)
    targets = {"OrganizationalUnitIds": [root_id]}
    regions = ["eu-west-1"]
    assert ended(
        cloudformation,
        cloudformation.create_stack_instances(StackSetName="set", DeploymentTargets=targets, Regions=regions),
    )
    started = cloudformation.update_stack_set(StackSetName="set", TemplateBody=IMPOSSIBLE)
    assert ended(cloudformation, started) == "FAILED"
    assert cloudformation.describe_stack_set(StackSetName="set")["StackSet"]["TemplateBody"] == IMPOSSIBLE
    instance = cloudformation.describe_stack_instance(
        StackSetName="set", StackInstanceAccount=account, StackInstanceRegion="eu-west-1"
    )["StackInstance"]
    assert (instance["Status"], instance["StackInstanceStatus"]) == ("OUTDATED", {"DetailedStatus": "FAILED"})
    assert "extraneous key [Colour] is not permitted" in instance["StatusReason"]
    assert display_names(sandbox, account, "eu-west-1") == ["first"]
    started = cloudformation.update_stack_set(StackSetName="set", TemplateBody=TEMPLATE)
    assert ended(cloudformation, started) == "SUCCEEDED"


def test_a_set_with_instances_is_not_deleted(cloudformation: Any, root_id: str, new_account: NewAccount) -> None:
    """StackSetNotEmptyException; deleting an absent set succeeds; what is gone is not found.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStackSet.html
    """
    new_account("a")
    make(cloudformation)
    request = {
        "StackSetName": "set",
        "DeploymentTargets": {"OrganizationalUnitIds": [root_id]},
        "Regions": ["eu-west-1"],
    }
    ended(cloudformation, cloudformation.create_stack_instances(**request))
    with pytest.raises(ClientError, match="StackSetNotEmptyException"):
        cloudformation.delete_stack_set(StackSetName="set")
    ended(cloudformation, cloudformation.delete_stack_instances(**request, RetainStacks=False))
    cloudformation.delete_stack_set(StackSetName="set")
    cloudformation.delete_stack_set(StackSetName="set")
    with pytest.raises(ClientError, match="StackSetNotFoundException"):
        cloudformation.describe_stack_set(StackSetName="set")


def test_a_repeated_request_makes_one_set(cloudformation: Any, refused: Refused) -> None:
    """The same token answers with the same set, unless that has been changed since; another token is another request.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
    """
    asked = {"StackSetName": "set", "TemplateBody": TEMPLATE, **SERVICE_MANAGED}
    ids = {cloudformation.create_stack_set(**asked, ClientRequestToken="once")["StackSetId"] for _ in range(2)}
    assert len(ids) == 1
    assert refused(cloudformation.create_stack_set, **asked, ClientRequestToken="again") == "NameAlreadyExistsException"
    cloudformation.update_stack_set(StackSetName="set", UsePreviousTemplate=True, Parameters=SECOND)
    assert refused(cloudformation.create_stack_set, **asked, ClientRequestToken="once") == "CreatedButModifiedException"


def test_stack_sets_are_limited(cloudformation: Any, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the quota (1,000, here made smaller) no set is made; deleted ones do not count.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    monkeypatch.setattr(sets, "MAXIMUM_SETS", 2)
    for name in ("one", "two"):
        make(cloudformation, StackSetName=name)
    assert refused(make, cloudformation=cloudformation, StackSetName="three") == "LimitExceededException"
    cloudformation.delete_stack_set(StackSetName="one")
    make(cloudformation, StackSetName="three")


@pytest.mark.not_kept
def test_self_managed_sets_are_not_in_the_sandbox(cloudformation: Any) -> None:
    """Stack sets with self-managed permissions deploy to named accounts, the management account too, through roles of one's own.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html
    """
    with pytest.raises(ClientError, match="The sandbox does not implement self-managed stack sets"):
        make(cloudformation, PermissionModel="SELF_MANAGED")


@pytest.mark.not_kept
def test_stacks_are_not_imported(cloudformation: Any, refused: Refused) -> None:
    """ImportStacksToStackSet makes existing stacks instances of a set.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ImportStacksToStackSet.html
    """
    make(cloudformation)
    stack = "arn:aws:cloudformation:eu-west-1:111111111111:stack/one/1"
    assert refused(cloudformation.import_stacks_to_stack_set, StackSetName="set", StackIds=[stack]) == "NotImplemented"
    with pytest.raises(ClientError, match="The sandbox does not implement the import of stacks"):
        make(cloudformation, StackSetName="other", StackId=stack)
