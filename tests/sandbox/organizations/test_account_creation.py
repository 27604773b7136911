"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import account_creation

Refused = Callable[..., str]


def test_an_account_comes_after_a_while(sandbox: Embedded) -> None:
    """CreateAccount and the first look say IN_PROGRESS and no account is listed before it; the second look has its id."""
    organizations = sandbox.client("organizations")
    request = organizations.create_account(AccountName="one", Email="one@example.com")["CreateAccountStatus"]
    assert request["State"] == "IN_PROGRESS"
    assert len(organizations.list_accounts()["Accounts"]) == 1
    look = organizations.describe_create_account_status
    assert look(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]["State"] == "IN_PROGRESS"
    done = look(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
    assert done["State"] == "SUCCEEDED"
    assert done["AccountId"] in {account["Id"] for account in organizations.list_accounts()["Accounts"]}


def test_listing_the_requests_is_a_look_too(sandbox: Embedded) -> None:
    """A request that was begun and forgotten is found in progress by ListCreateAccountStatus, and done the next time.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html
    """
    organizations = sandbox.client("organizations")
    organizations.create_account(AccountName="one", Email="one@example.com")
    states = [organizations.list_create_account_status()["CreateAccountStatuses"][0]["State"] for _ in range(2)]
    assert states == ["IN_PROGRESS", "SUCCEEDED"]
    assert organizations.list_create_account_status(States=["IN_PROGRESS"])["CreateAccountStatuses"] == []


def test_requests_are_listed_by_a_state_that_there_is(sandbox: Embedded, refused: Refused) -> None:
    """ListCreateAccountStatus refuses a state that no request can have.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListCreateAccountStatus.html
    """
    listed = sandbox.client("organizations").list_create_account_status
    assert refused(listed, States=["SUCCEEDED", "DONE"]) == "InvalidInputException:INVALID_ENUM"


def test_an_email_is_used_once(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """A second account with the same e-mail, in whatever case, ends FAILED with EMAIL_ALREADY_EXISTS."""
    new_account("one")
    organizations = sandbox.client("organizations")
    request = organizations.create_account(AccountName="two", Email="ONE@example.com")["CreateAccountStatus"]["Id"]
    look = organizations.describe_create_account_status
    look(CreateAccountRequestId=request)
    done = look(CreateAccountRequestId=request)["CreateAccountStatus"]
    assert (done["State"], done["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")


def test_five_accounts_at_a_time(sandbox: Embedded, refused: Refused) -> None:
    """The sixth request under way is refused."""
    organizations = sandbox.client("organizations")
    for number in range(5):
        organizations.create_account(AccountName=f"a{number}", Email=f"a{number}@example.com")
    code = refused(organizations.create_account, AccountName="a5", Email="a5@example.com")
    assert code == "ConstraintViolationException:ACCOUNT_CREATION_RATE_LIMIT_EXCEEDED"


def test_the_new_account_can_be_entered(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """The role named at creation exists in the account, with AdministratorAccess, and opens it; tags given are kept."""
    account = new_account("one", RoleName="Entrance", Tags=[{"Key": "environment", "Value": "prod"}])
    sts = sandbox.client("sts")
    issued = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/Entrance", RoleSessionName="test")
    assert issued["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/Entrance/test"
    tags = sandbox.client("organizations").list_tags_for_resource(ResourceId=account)["Tags"]
    assert tags == [{"Key": "environment", "Value": "prod"}]


def test_the_default_role_may_do_everything(sandbox: Embedded, new_account: Callable[..., str]) -> None:
    """OrganizationAccountAccessRole carries the AWS managed policy AdministratorAccess."""
    iam = sandbox.client("iam", account=new_account("one"))
    attached = iam.list_attached_role_policies(RoleName="OrganizationAccountAccessRole")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == ["arn:aws:iam::aws:policy/AdministratorAccess"]


def test_nonsense_is_refused(sandbox: Embedded, refused: Refused) -> None:
    """A name that is too long or not ASCII, no e-mail address, a reserved role name, an unknown access to billing: refused."""
    create = sandbox.client("organizations").create_account
    assert refused(create, AccountName="x" * 51, Email="x@example.com").startswith("InvalidInputException")
    assert refused(create, AccountName="Käse", Email="x@example.com") == "InvalidInputException:INVALID_PATTERN"
    assert refused(create, AccountName="x", Email="nobody").startswith("InvalidInputException")
    code = refused(create, AccountName="x", Email="x@example.com", RoleName="AWSServiceRoleForMe")
    assert code == "InvalidInputException:INVALID_ROLE_NAME"
    code = refused(create, AccountName="x", Email="x@example.com", IamUserAccessToBilling="MAYBE")
    assert code == "InvalidInputException:INVALID_ENUM"


def test_an_email_is_one_that_receives(sandbox: Embedded) -> None:
    """An address against AWS's rules is taken for now, and no account comes of it: FAILED with INVALID_EMAIL."""
    organizations = sandbox.client("organizations")
    request = organizations.create_account(AccountName="two", Email="a(b)@example.com")["CreateAccountStatus"]["Id"]
    looks = [organizations.describe_create_account_status(CreateAccountRequestId=request) for _ in range(2)]
    assert [look["CreateAccountStatus"]["State"] for look in looks] == ["IN_PROGRESS", "FAILED"]
    assert looks[1]["CreateAccountStatus"]["FailureReason"] == "INVALID_EMAIL"


def test_an_organization_holds_so_many_accounts(
    sandbox: Embedded, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the quota a request is refused; of two requests for the last place one fails with ACCOUNT_LIMIT_EXCEEDED.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    monkeypatch.setattr(account_creation, "MAX_ACCOUNTS", 2)
    organizations = sandbox.client("organizations")
    for name in ("one", "two"):
        organizations.create_account(AccountName=name, Email=f"{name}@example.com")
    organizations.list_create_account_status()
    ended = organizations.list_create_account_status()["CreateAccountStatuses"]
    assert [each.get("FailureReason") for each in ended] == [None, "ACCOUNT_LIMIT_EXCEEDED"]
    code = refused(organizations.create_account, AccountName="three", Email="three@example.com")
    assert code == "ConstraintViolationException:ACCOUNT_NUMBER_LIMIT_EXCEEDED"


@pytest.mark.not_kept
def test_no_account_in_another_partition(sandbox: Embedded, refused: Refused) -> None:
    """CreateGovCloudAccount makes an account in AWS GovCloud (US) with one beside it here.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateGovCloudAccount.html
    """
    create = sandbox.client("organizations").create_gov_cloud_account
    assert refused(create, AccountName="x", Email="x@example.com") == "NotImplemented"
