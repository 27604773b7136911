"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html"""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from guardrails.sandbox.account_services import trust_policies
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.callers import Caller

Refused = Callable[..., str]
NewAccount = Callable[..., str]
CALLER = Caller(
    "111111111111", "arn:aws:sts::111111111111:assumed-role/Deployer/x", "id", "arn:aws:iam::111111111111:role/Deployer"
)


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def role(sandbox: Embedded, *statements: dict[str, Any], account: str | None = None) -> str:
    """Make a role with this trust policy and return its ARN."""
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    made = sandbox.client("iam", account=account).create_role(RoleName="Target", AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


@pytest.mark.parametrize(
    ("statements", "trusted"),
    [
        ([allow({"AWS": "arn:aws:iam::111111111111:root"})], True),
        ([allow({"AWS": "111111111111"})], True),
        ([allow({"AWS": ["arn:aws:iam::111111111111:role/Deployer"]})], True),
        ([allow("*")], True),
        ([allow("*", Action="sts:Assume*")], True),
        ([allow({"AWS": "arn:aws:iam::222222222222:root"})], False),
        ([allow({"Service": "ec2.amazonaws.com"})], False),
        ([allow({"AWS": "111111111111"}, Action="sts:TagSession")], False),
        ([allow("*"), {**allow("*"), "Effect": "Deny"}], False),
    ],
)
@pytest.mark.usefixtures("sandbox")
def test_a_trust_policy_decides(statements: list[dict[str, Any]], trusted: bool) -> None:
    """A role trusts the accounts, roles and sessions that its policy allows and does not deny."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    target = cast("Any", SimpleNamespace(assume_role_policy_document=document, arn="arn:aws:iam::111111111111:role/x"))
    assert trust_policies.allows(target, CALLER, "sts:AssumeRole", {}) is trusted


def test_the_external_id_must_be_known(sandbox: Embedded, refused: Refused) -> None:
    """A role that wants an external ID is assumed with that one, and neither with another nor with none.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """
    condition = {"StringEquals": {"sts:ExternalId": "secret-17"}}
    assume = sandbox.client("sts").assume_role
    wanted = {"RoleArn": role(sandbox, allow("*", Condition=condition)), "RoleSessionName": "test"}
    assert assume(**wanted, ExternalId="secret-17")["Credentials"]
    assert refused(assume, **wanted, ExternalId="secret-18") == "AccessDenied"
    assert refused(assume, **wanted) == "AccessDenied"


def test_an_organization_is_trusted(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A role that trusts everybody of the organization lets members in; one that trusts an OU lets its accounts in.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    organizations = sandbox.client("organizations")
    organization, root = organizations.describe_organization()["Organization"]["Id"], organizations.list_roots()
    root_id = root["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    one, two = new_account("one"), new_account("two")
    organizations.move_account(AccountId=two, SourceParentId=root_id, DestinationParentId=unit)
    paths = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{organization}/{root_id}/{unit}/*"}}
    everybody = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    by_unit, by_organization = (
        role(sandbox, allow({"AWS": "*"}, Condition=condition), account=account)
        for condition, account in ((paths, one), (everybody, two))
    )
    ask = {"RoleSessionName": "test"}
    assert sandbox.client("sts", account=one).assume_role(RoleArn=by_organization, **ask)["Credentials"]
    assert sandbox.client("sts", account=two).assume_role(RoleArn=by_unit, **ask)["Credentials"]
    assert refused(sandbox.client("sts", account=one).assume_role, RoleArn=by_unit, **ask) == "AccessDenied"


def test_a_condition_may_deny(sandbox: Embedded, new_account: NewAccount, refused: Refused) -> None:
    """A Deny with a condition keeps out exactly those for whom it holds."""
    deny = {
        **allow("*"),
        "Effect": "Deny",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": MANAGEMENT_ACCOUNT_ID}},
    }
    wanted = {"RoleArn": role(sandbox, allow("*"), deny), "RoleSessionName": "test"}
    assert sandbox.client("sts").assume_role(**wanted)["Credentials"]
    member = sandbox.client("sts", account=new_account("one"))
    assert refused(member.assume_role, **wanted) == "AccessDenied"


def test_not_principal_spares_whom_it_names_in_full(sandbox: Embedded, refused: Refused) -> None:
    """A trust policy may deny everybody but some principals, each named with its account.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    caller = str(sandbox.client("sts").get_caller_identity()["Arn"])
    for spared, denied in ([caller, MANAGEMENT_ACCOUNT_ID], False), (["222222222222"], True):
        deny = {"Effect": "Deny", "NotPrincipal": {"AWS": spared}, "Action": "sts:AssumeRole"}
        arn = role(sandbox, allow("*"), deny)
        assume = sandbox.client("sts").assume_role
        if denied:
            assert refused(assume, RoleArn=arn, RoleSessionName="test") == "AccessDenied"
        else:
            assume(RoleArn=arn, RoleSessionName="test")
        sandbox.client("iam").delete_role(RoleName="Target")
