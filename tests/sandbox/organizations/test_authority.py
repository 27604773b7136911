"""Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html"""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded

NewAccount = Callable[..., str]
MODEL = botocore.session.Session().get_service_model("organizations")
FOR_EVERYBODY = {"DescribeEffectivePolicy", "DescribeHandshake", "DescribeOrganization", "ListHandshakesForAccount"}
BY_THEMSELVES = {"AcceptHandshake", "CancelHandshake", "CreateOrganization", "DeclineHandshake", "LeaveOrganization"}
FOR_READERS = [name for name in MODEL.operation_names if name.startswith(("Describe", "List"))]
FOR_MANAGEMENT = [name for name in MODEL.operation_names if name not in {*FOR_READERS, *BY_THEMSELVES}]
TAGS, NOBODY = "TAG_POLICY", "999999999999"
VALUES: Mapping[str, Any] = {
    **dict.fromkeys(("AccountId", "TargetId"), NOBODY),
    **dict.fromkeys(("Type", "Filter", "PolicyType"), TAGS),
    "Tags": [],
    "TagKeys": [],
    "Target": {"Id": NOBODY, "Type": "ACCOUNT"},
    "StartTimestamp": 0,
}


def outcome(client: Any, name: str) -> str:
    """The error code of an operation called with something for every required member; "" when it is answered."""
    shape = MODEL.operation_model(name).input_shape
    required = shape.required_members if shape else ()
    try:
        getattr(client, xform_name(name))(**{member: VALUES.get(member, "x@example.com") for member in required})
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_members_are_not_let_in(sandbox: Embedded, new_account: NewAccount) -> None:
    """An ordinary member is denied every operation but those about itself and about the organization as such."""
    member = sandbox.client("organizations", account=new_account("one"))
    denied = [name for name in (*FOR_READERS, *FOR_MANAGEMENT) if name not in FOR_EVERYBODY]
    answers = {name: outcome(member, name) for name in denied}
    assert {
        name: code for name, code in answers.items() if code not in ("AccessDeniedException", "NotImplemented")
    } == {}
    assert "AccessDeniedException" not in {outcome(member, name) for name in FOR_EVERYBODY}


@pytest.mark.parametrize("names", [FOR_READERS, FOR_MANAGEMENT], ids=["readers", "management"])
def test_administrators_read(sandbox: Embedded, new_account: NewAccount, names: list[str]) -> None:
    """A delegated administrator of any service is let in wherever the organization is read, and nowhere else."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    organizations.enable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal="securityhub.amazonaws.com")
    administrator = sandbox.client("organizations", account=account)
    answers = {outcome(administrator, name) for name in names} - {"NotImplemented"}
    assert ("AccessDeniedException" in answers, len(answers) > 1) == (
        (False, True) if names is FOR_READERS else (True, False)
    )
