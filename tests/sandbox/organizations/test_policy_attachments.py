"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_AttachPolicy.html"""

import json
from collections.abc import Callable

import pytest

from guardrails.iam.quotas import QUOTAS
from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
SCP = "SERVICE_CONTROL_POLICY"
CONTENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]})

pytestmark = pytest.mark.usefixtures("scp_enabled")


def create(sandbox: Embedded, name: str) -> str:
    made = sandbox.client("organizations").create_policy(Name=name, Description="", Type=SCP, Content=CONTENT)
    return str(made["Policy"]["PolicySummary"]["Id"])


def test_a_target_takes_so_many_policies(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """FullAWSAccess counts: with nine more the root is full, and the next policy is refused.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    organizations = sandbox.client("organizations")
    for number in range(QUOTAS[SCP].max_attached - 1):
        organizations.attach_policy(PolicyId=create(sandbox, f"p{number}"), TargetId=root_id)
    code = refused(organizations.attach_policy, PolicyId=create(sandbox, "more"), TargetId=root_id)
    assert code == "ConstraintViolationException:MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"


def test_the_last_policy_stays(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """The last SCP of a target cannot be detached; once another is attached, FullAWSAccess can.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
    """
    organizations, full = sandbox.client("organizations"), "p-FullAWSAccess"
    code = refused(organizations.detach_policy, PolicyId=full, TargetId=root_id)
    assert code == "ConstraintViolationException:MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    organizations.attach_policy(PolicyId=create(sandbox, "other"), TargetId=root_id)
    organizations.detach_policy(PolicyId=full, TargetId=root_id)
    listed = organizations.list_policies_for_target(TargetId=root_id, Filter=SCP)["Policies"]
    assert [policy["Name"] for policy in listed] == ["other"]


def test_the_resource_control_policy_of_aws_stays(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """RCPFullAWSAccess cannot be detached at all."""
    code = refused(sandbox.client("organizations").detach_policy, PolicyId="p-RCPFullAWSAccess", TargetId=root_id)
    assert code == "InvalidInputException:NON_DETACHABLE_POLICY"


def test_attachments_are_made_once(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """Attaching twice, detaching what is not attached, and unknown targets are refused, each with its code."""
    organizations, policy = sandbox.client("organizations"), create(sandbox, "one")
    assert refused(organizations.detach_policy, PolicyId=policy, TargetId=root_id) == "PolicyNotAttachedException"
    assert refused(organizations.attach_policy, PolicyId=policy, TargetId="r-none") == "TargetNotFoundException"
    organizations.attach_policy(PolicyId=policy, TargetId=root_id)
    code = refused(organizations.attach_policy, PolicyId=policy, TargetId=root_id)
    assert code == "DuplicatePolicyAttachmentException"


def test_new_units_and_accounts_have_full_access(
    sandbox: Embedded, root_id: str, new_account: Callable[..., str]
) -> None:
    """FullAWSAccess hangs on every new OU and account, and ListTargetsForPolicy names them with root and management."""
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Prod")["OrganizationalUnit"]["Id"]
    targets = organizations.list_targets_for_policy(PolicyId="p-FullAWSAccess")["Targets"]
    assert {target["TargetId"]: target["Type"] for target in targets} == {
        root_id: "ROOT",
        "111111111111": "ACCOUNT",
        account: "ACCOUNT",
        unit: "ORGANIZATIONAL_UNIT",
    }
