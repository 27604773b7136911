"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_PutResourcePolicy.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID

Refused = Callable[..., str]
NewAccount = Callable[..., str]
TAGS = '{"tags": {}}'
READ = {
    "Effect": "Allow",
    "Principal": {"AWS": MANAGEMENT_ACCOUNT_ID},
    "Action": "organizations:List*",
    "Resource": "*",
}


def document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(account: str, *actions: str, resource: str = "*", **condition: object) -> dict[str, Any]:
    """A statement that lets a member account do something."""
    arn = f"arn:aws:iam::{account}:root"
    allowed = [f"organizations:{action}" for action in actions]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": allowed, "Resource": resource}
    return {**statement, **({"Condition": condition} if condition else {})}


def test_it_is_put_and_deleted(sandbox: Embedded, refused: Refused) -> None:
    """There is none, then one that keeps its id when it is written anew, then none again; its tags are those of the beginning."""
    organizations = sandbox.client("organizations")
    assert refused(organizations.describe_resource_policy) == "ResourcePolicyNotFoundException"
    tags = [{"Key": "owner", "Value": "platform"}]
    made = organizations.put_resource_policy(Content=document(READ), Tags=tags)["ResourcePolicy"]
    summary = made["ResourcePolicySummary"]
    assert summary["Arn"].startswith(f"arn:aws:organizations::{MANAGEMENT_ACCOUNT_ID}:resourcepolicy/o-")
    assert organizations.list_tags_for_resource(ResourceId=summary["Id"])["Tags"] == tags
    refusal = refused(organizations.put_resource_policy, Content=document(READ), Tags=tags)
    assert refusal.startswith("InvalidInputException")
    organizations.put_resource_policy(Content=document(READ, READ))
    shown = organizations.describe_resource_policy()["ResourcePolicy"]
    assert shown == {"ResourcePolicySummary": summary, "Content": document(READ, READ)}
    organizations.delete_resource_policy()
    assert refused(organizations.delete_resource_policy) == "ResourcePolicyNotFoundException"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not json", "INVALID_RESOURCE_POLICY_JSON"),
        ("{}", "INVALID_RESOURCE_POLICY_JSON"),
        (document({**READ, "NotAction": "organizations:List*"}), "INVALID_RESOURCE_POLICY_JSON"),
        (document({**READ, "Condition": {"StringSounds": {"a:b": "c"}}}), "INVALID_RESOURCE_POLICY_JSON"),
        (document({**READ, "Principal": {"Service": "ec2.amazonaws.com"}}), "INVALID_PRINCIPAL"),
        (document({**READ, "Principal": {"AWS": "somebody"}}), "INVALID_PRINCIPAL"),
        (document({**READ, "Principal": MANAGEMENT_ACCOUNT_ID}), "INVALID_PRINCIPAL"),
        (document({**READ, "Effect": "Permit"}), "INVALID_RESOURCE_POLICY_JSON"),
        (document({**READ, "Condition": {"StringEquals": {}}}), "INVALID_RESOURCE_POLICY_JSON"),
        (
            document({**READ, "Resource": "arn:aws:organizations::1:ou/${wrong variable}"}),
            "INVALID_RESOURCE_POLICY_JSON",
        ),
        (document({**READ, "Action": "organizations:CreateAccount"}), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (document({**READ, "Action": "organizations:*"}), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (document({**READ, "Action": "s3:ListBucket"}), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
        (document({**READ, "Resource": "arn:aws:s3:::bucket"}), "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY"),
        (
            document({**READ, "Condition": {"StringEquals": {"organizations:PolicyType": "LAW"}}}),
            "UNSUPPORTED_POLICY_TYPE_IN_RESOURCE_POLICY",
        ),
        (document(READ) + " " * 40_000, "MAX_LENGTH_EXCEEDED"),
    ],
)
def test_what_it_cannot_say(sandbox: Embedded, refused: Refused, content: str, reason: str) -> None:
    """Reading and managing policies can be granted, to accounts and their principals, and nothing else; NotAction is not known.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs-policy-delegate-update.html
    """
    put = sandbox.client("organizations").put_resource_policy
    assert refused(put, Content=content) == f"InvalidInputException:{reason}"


def test_a_delegate_manages_policies_of_a_type(
    sandbox: Embedded, root_id: str, new_account: NewAccount, refused: Refused
) -> None:
    """A member that the policy names writes, attaches and tags policies of the granted type, and of no other; another member does not.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/security_iam_resource-based-policy-examples.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    delegate = sandbox.client("organizations", account=account)
    create = {"Name": "tags", "Description": "", "Type": "TAG_POLICY", "Content": TAGS}
    assert refused(delegate.create_policy, **create) == "AccessDeniedException"
    actions = (
        "CreatePolicy",
        "UpdatePolicy",
        "DeletePolicy",
        "AttachPolicy",
        "DetachPolicy",
        "EnablePolicyType",
        "TagResource",
    )
    of_type = {"organizations:PolicyType": "TAG_POLICY"}
    statements = (allow(account, *actions, StringLikeIfExists=of_type), allow(account, "List*", "Describe*"))
    organizations.put_resource_policy(Content=document(*statements))
    delegate.enable_policy_type(RootId=root_id, PolicyType="TAG_POLICY")
    delegate.list_roots()
    made = delegate.create_policy(**create)["Policy"]["PolicySummary"]["Id"]
    delegate.attach_policy(PolicyId=made, TargetId=root_id)
    delegate.tag_resource(ResourceId=made, Tags=[{"Key": "owner", "Value": "data"}])
    assert (
        refused(delegate.create_policy, **{**create, "Name": "b", "Type": "BACKUP_POLICY"}) == "AccessDeniedException"
    )
    assert refused(delegate.attach_policy, PolicyId="p-FullAWSAccess", TargetId=root_id) == "AccessDeniedException"
    stranger = sandbox.client("organizations", account=new_account("two"))
    assert refused(stranger.list_policies, Filter="TAG_POLICY") == "AccessDeniedException"
    organizations.delete_resource_policy()
    assert refused(delegate.list_policies, Filter="TAG_POLICY") == "AccessDeniedException"


@pytest.mark.usefixtures("scp_enabled")
def test_a_delegate_attaches_where_it_may(
    sandbox: Embedded, root_id: str, new_account: NewAccount, refused: Refused
) -> None:
    """AttachPolicy needs the policy and the target granted; an explicit Deny takes precedence.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/security_iam_resource-based-policy-examples.html
    """
    organizations, account = sandbox.client("organizations"), new_account("one")
    unit = organizations.create_organizational_unit(ParentId=root_id, Name="Own")["OrganizationalUnit"]
    content = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}'
    made = organizations.create_policy(Name="p", Description="", Type="SERVICE_CONTROL_POLICY", Content=content)
    policy = made["Policy"]["PolicySummary"]
    statements = [allow(account, "AttachPolicy", resource=arn) for arn in (unit["Arn"], policy["Arn"])]
    organizations.put_resource_policy(Content=document(*statements))
    delegate = sandbox.client("organizations", account=account)
    attachment = {"PolicyId": policy["Id"], "TargetId": unit["Id"]}
    assert refused(delegate.attach_policy, **{**attachment, "TargetId": root_id}) == "AccessDeniedException"
    deny = {**allow(account, "AttachPolicy"), "Effect": "Deny"}
    organizations.put_resource_policy(Content=document(*statements, deny))
    assert refused(delegate.attach_policy, **attachment) == "AccessDeniedException"
    organizations.put_resource_policy(Content=document(*statements))
    delegate.attach_policy(**attachment)
