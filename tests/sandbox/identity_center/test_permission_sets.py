"""Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreatePermissionSet.html"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def instance(sandbox: Embedded) -> str:
    return str(sandbox.client("sso-admin").list_instances()["Instances"][0]["InstanceArn"])


@pytest.fixture
def named(sandbox: Embedded, instance: str) -> dict[str, str]:
    """The arguments that name a permission set."""
    made = sandbox.client("sso-admin").create_permission_set(InstanceArn=instance, Name="Auditor")
    return {"InstanceArn": instance, "PermissionSetArn": made["PermissionSet"]["PermissionSetArn"]}


def test_a_permission_set_is_what_it_was_made(sandbox: Embedded, instance: str) -> None:
    """Name, description, duration, relay state and tags are kept; the ARN is AWS's; a duration is an hour by default."""
    sso = sandbox.client("sso-admin")
    wanted = {"Name": "Admin", "Description": "All", "SessionDuration": "PT8H", "RelayState": "https://example.com"}
    tags = [{"Key": "a", "Value": "1"}]
    arn = sso.create_permission_set(InstanceArn=instance, **wanted, Tags=tags)["PermissionSet"]["PermissionSetArn"]
    shown = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"]
    assert {name: shown[name] for name in wanted} == wanted
    assert arn.startswith(f"arn:aws:sso:::permissionSet/{instance.rpartition('/')[2]}/ps-")
    assert sso.list_tags_for_resource(InstanceArn=instance, ResourceArn=arn)["Tags"] == tags
    other = sso.create_permission_set(InstanceArn=instance, Name="Other")["PermissionSet"]
    assert other["SessionDuration"] == "PT1H"
    assert len(sso.list_permission_sets(InstanceArn=instance)["PermissionSets"]) == 2


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"Name": "Auditor"}, "ConflictException"),
        ({"Name": "two words"}, "ValidationException"),
        ({"Name": "x" * 33}, "ValidationException"),
        ({"Name": "Long", "SessionDuration": "PT13H"}, "ValidationException"),
        ({"Name": "Short", "SessionDuration": "PT30M"}, "ValidationException"),
    ],
)
@pytest.mark.usefixtures("named")
def test_bad_permission_sets_are_refused(
    sandbox: Embedded, instance: str, refused: Refused, wanted: dict[str, str], code: str
) -> None:
    """A name twice, a name with a space or too long, a duration outside one to twelve hours."""
    create = sandbox.client("sso-admin").create_permission_set
    assert refused(create, InstanceArn=instance, **wanted) == code


def test_update_changes_what_is_named(sandbox: Embedded, named: dict[str, str]) -> None:
    """UpdatePermissionSet with a new duration keeps the description, and with a new description the duration.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_UpdatePermissionSet.html
    """
    sso = sandbox.client("sso-admin")
    sso.update_permission_set(**named, SessionDuration="PT2H")
    sso.update_permission_set(**named, Description="Looks")
    shown = sso.describe_permission_set(**named)["PermissionSet"]
    assert (shown["SessionDuration"], shown["Description"]) == ("PT2H", "Looks")


def test_policies_come_and_go(sandbox: Embedded, named: dict[str, str], refused: Refused) -> None:
    """AWS managed policies that exist are attached once and detached; an unknown one is refused.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_AttachManagedPolicyToPermissionSet.html
    """
    sso = sandbox.client("sso-admin")
    sso.attach_managed_policy_to_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    attach = sso.attach_managed_policy_to_permission_set
    assert refused(attach, **named, ManagedPolicyArn=READ_ONLY) == "ConflictException"
    assert refused(attach, **named, ManagedPolicyArn=f"{READ_ONLY}Not") == "ResourceNotFoundException"
    shown = sso.list_managed_policies_in_permission_set(**named)["AttachedManagedPolicies"]
    assert shown == [{"Name": "ReadOnlyAccess", "Arn": READ_ONLY}]
    sso.detach_managed_policy_from_permission_set(**named, ManagedPolicyArn=READ_ONLY)
    assert sso.list_managed_policies_in_permission_set(**named)["AttachedManagedPolicies"] == []


def test_the_inline_policy_is_a_policy(sandbox: Embedded, named: dict[str, str], refused: Refused) -> None:
    """A policy document is kept as it came and removed; what is none, or is too large, is refused.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutInlinePolicyToPermissionSet.html
    """
    sso = sandbox.client("sso-admin")
    put: Any = sso.put_inline_policy_to_permission_set
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    put(**named, InlinePolicy=policy)
    assert sso.get_inline_policy_for_permission_set(**named)["InlinePolicy"] == policy
    assert refused(put, **named, InlinePolicy="not json") == "ValidationException"
    large = json.dumps({"Statement": [{"Sid": "x" * 10_240}]})
    assert refused(put, **named, InlinePolicy=large) == "ServiceQuotaExceededException"
    sso.delete_inline_policy_from_permission_set(**named)
    assert sso.get_inline_policy_for_permission_set(**named)["InlinePolicy"] == ""


def test_references_and_boundaries(sandbox: Embedded, named: dict[str, str], refused: Refused) -> None:
    """A customer managed policy is referred to by name and path; a boundary is set, shown and removed.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PutPermissionsBoundaryToPermissionSet.html
    """
    sso = sandbox.client("sso-admin")
    reference = {"CustomerManagedPolicyReference": {"Name": "Own", "Path": "/x/"}}
    sso.attach_customer_managed_policy_reference_to_permission_set(**named, **reference)
    shown = sso.list_customer_managed_policy_references_in_permission_set(**named)
    assert shown["CustomerManagedPolicyReferences"] == [{"Name": "Own", "Path": "/x/"}]
    sso.detach_customer_managed_policy_reference_from_permission_set(**named, **reference)
    boundary = {"ManagedPolicyArn": READ_ONLY}
    sso.put_permissions_boundary_to_permission_set(**named, PermissionsBoundary=boundary)
    assert sso.get_permissions_boundary_for_permission_set(**named)["PermissionsBoundary"] == boundary
    sso.delete_permissions_boundary_from_permission_set(**named)
    assert refused(sso.get_permissions_boundary_for_permission_set, **named) == "ResourceNotFoundException"


def test_tags_change(sandbox: Embedded, named: dict[str, str]) -> None:
    """Tags are added, replaced and removed, with or without the instance's ARN.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_TagResource.html
    """
    sso, arn = sandbox.client("sso-admin"), named["PermissionSetArn"]
    sso.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sso.tag_resource(InstanceArn=named["InstanceArn"], ResourceArn=arn, Tags=[{"Key": "a", "Value": "3"}])
    sso.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert sso.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "3"}]


def test_a_bad_page_is_refused_as_identity_center_refuses(sandbox: Embedded, instance: str, refused: Refused) -> None:
    """A page larger than a hundred, and a token that no list has given out, are ValidationExceptions; here and in the store.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListPermissionSets.html
    """
    sso, store = sandbox.client("sso-admin"), sandbox.client("identitystore")
    listed = {"InstanceArn": instance}
    assert refused(sso.list_permission_sets, **listed, NextToken="x") == "ValidationException"
    assert refused(sso.list_permission_sets, **listed, MaxResults=101) == "ValidationException"
    store_id = sso.list_instances()["Instances"][0]["IdentityStoreId"]
    assert refused(store.list_groups, IdentityStoreId=store_id, NextToken="x") == "ValidationException"
