"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html"""

import json
from collections.abc import Callable

import pytest

from guardrails.iam.declarative_shapes import TOP_LEVEL
from guardrails.iam.quotas import QUOTAS, PolicyQuota
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.organizations import policies

Refused = Callable[..., str]
DENY = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}


def document(*statements: object, padding: int = 0) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}) + " " * padding


def create(sandbox: Embedded, content: str, name: str = "policy", kind: str = "SERVICE_CONTROL_POLICY") -> str:
    made = sandbox.client("organizations").create_policy(Name=name, Description="", Type=kind, Content=content)
    return str(made["Policy"]["PolicySummary"]["Id"])


@pytest.mark.parametrize("kind", QUOTAS)
def test_a_policy_has_a_largest_size(sandbox: Embedded, refused: Refused, kind: str) -> None:
    """White space counts: a policy of just the largest size is taken, one character more is refused.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    content = json.dumps({TOP_LEVEL.get(kind, "settings"): {}})
    if kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        content = document({**DENY, "Principal": "*"} if kind == "RESOURCE_CONTROL_POLICY" else DENY)
    most = content + " " * (QUOTAS[kind].max_characters - len(content))
    organizations = sandbox.client("organizations")
    arguments = {"Description": "", "Type": kind}
    code = refused(organizations.create_policy, Name="large", Content=most + " ", **arguments)
    assert code == "ConstraintViolationException:POLICY_CONTENT_LIMIT_EXCEEDED"
    organizations.create_policy(Name="fits", Content=most, **arguments)


def test_names_are_used_once(sandbox: Embedded, refused: Refused) -> None:
    """A second policy of the same name is refused, at creation and when renaming."""
    create(sandbox, document(DENY), "one")
    other = create(sandbox, document(DENY), "two")
    organizations = sandbox.client("organizations")
    arguments = {"Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": document(DENY)}
    assert refused(organizations.create_policy, Name="one", **arguments) == "DuplicatePolicyException"
    assert refused(organizations.update_policy, PolicyId=other, Name="one") == "DuplicatePolicyException"


def test_what_aws_manages_stays_as_it_is(sandbox: Embedded, refused: Refused) -> None:
    """FullAWSAccess can be neither changed nor deleted, and its ARN is AWS's.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
    """
    organizations, full = sandbox.client("organizations"), "p-FullAWSAccess"
    immutable = "InvalidInputException:IMMUTABLE_POLICY"
    assert refused(organizations.update_policy, PolicyId=full, Name="x") == immutable
    assert refused(organizations.delete_policy, PolicyId=full) == immutable
    summary = organizations.describe_policy(PolicyId=full)["Policy"]["PolicySummary"]
    assert summary["AwsManaged"] is True
    assert summary["Arn"] == "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"


@pytest.mark.usefixtures("scp_enabled")
def test_a_policy_in_use_cannot_be_deleted(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """A policy that is attached to something cannot be deleted; once it is detached, it can.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
    """
    organizations, policy = sandbox.client("organizations"), create(sandbox, document(DENY))
    organizations.attach_policy(PolicyId=policy, TargetId=root_id)
    assert refused(organizations.delete_policy, PolicyId=policy) == "PolicyInUseException"
    organizations.detach_policy(PolicyId=policy, TargetId=root_id)
    organizations.delete_policy(PolicyId=policy)
    assert refused(organizations.describe_policy, PolicyId=policy) == "PolicyNotFoundException"


def test_update_changes_what_is_named(sandbox: Embedded) -> None:
    """UpdatePolicy with new content keeps name and description.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
    """
    organizations, policy = sandbox.client("organizations"), create(sandbox, document(DENY), "kept")
    organizations.update_policy(PolicyId=policy, Content=document({**DENY, "Action": "s3:*"}))
    shown = organizations.describe_policy(PolicyId=policy)["Policy"]
    assert shown["PolicySummary"]["Name"] == "kept"
    assert "s3:*" in shown["Content"]


def test_an_organization_holds_so_many_policies(
    sandbox: Embedded, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policies of a type are counted, AWS's own not: one more than the quota is refused, of another type taken.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    """
    monkeypatch.setattr(policies, "QUOTAS", {**QUOTAS, "SERVICE_CONTROL_POLICY": PolicyQuota(10_240, 10, 1)})
    create(sandbox, document(DENY), "one")
    arguments = {"Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": document(DENY)}
    code = refused(sandbox.client("organizations").create_policy, Name="two", **arguments)
    assert code == "ConstraintViolationException:POLICY_NUMBER_LIMIT_EXCEEDED"
    create(sandbox, '{"tags": {}}', "tags", "TAG_POLICY")
