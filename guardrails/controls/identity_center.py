"""Who may do what where: groups, permission sets, and the assignments of groups to accounts."""

from collections.abc import Iterator
from typing import Final

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.model import PermissionSet as DeclaredPermissionSet
from guardrails.resources import account_address, group_address, permission_set_address
from guardrails.resources.account_assignment import AccountAssignment
from guardrails.resources.group import Group
from guardrails.resources.permission_set import PermissionSet
from guardrails.targets import accounts_in

AWS_MANAGED: Final = "arn:aws:iam::aws:policy/"


def resources(organization: Organization, library: Library, settings: Settings) -> Iterator[Resource]:
    """Everything that identity.yaml declares; an assignment becomes one for each selected account, the management account too."""
    identity = organization.identity
    for group in identity.groups:
        yield Group(name=group.name, description=group.description or None)
    for declared in identity.permission_sets:
        yield _permission_set(declared)
    selected = {
        (assignment.group, assignment.permission_set, account.name)
        for assignment in identity.assignments
        for account in accounts_in(organization, assignment.targets)
    }
    for group_name, permission_set, account_name in sorted(selected):
        yield AccountAssignment.of(
            group_address(group_name), permission_set_address(permission_set), account_address(account_name)
        )


def _permission_set(declared: DeclaredPermissionSet) -> PermissionSet:
    return PermissionSet(
        name=declared.name,
        description=declared.description or None,
        session_duration=declared.session_duration,
        relay_state=declared.relay_state or None,
        managed_policies=tuple(sorted({_policy_arn(policy) for policy in declared.managed_policies})),
        inline_policy=declared.inline_policy,
        origin=f"{declared.source.file}:{declared.source.line}" if declared.source.file else "",
    )


def _policy_arn(policy: str) -> str:
    """The ARN of an AWS managed policy that may be declared by its bare name ("job-function/ViewOnlyAccess")."""
    return policy if policy.startswith("arn:") else AWS_MANAGED + policy


CONTROL = Control(
    id="identity-center",
    title="People enter accounts through groups and permission sets, and nobody else does where that is exclusive",
    behavior="preventive",
    source="https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html",
    settings=Settings,
    resources=resources,
    enabled_by_default=True,
    description=(
        "Keeps the groups, permission sets and account assignments that config/identity.yaml declares in the organization's "
        "IAM Identity Center, which a person has enabled once. People are not declared here: they come from the identity "
        "source and are put into the groups there."
    ),
    makes=(
        "AWS::IdentityStore::Group for each declared group",
        "AWS::SSO::PermissionSet for each declared permission set",
        "AWS::SSO::Assignment for each group, permission set and selected account",
    ),
    stays=(
        "Groups and assignments stay, also where they are declared exclusive; nobody loses access by it. Permission sets of ours "
        "are deleted, which AWS refuses for those that are still assigned (the plan says so): take the assignments away first, "
        "under `exclusive: [assignments]`."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("1.20",),
        "NIST SP 800-53 Rev. 5": ("AC-2", "AC-3", "AC-6"),
        "PCI DSS 4.0.1": ("7.2.1", "7.2.2"),
        "ISO/IEC 27001:2022": ("A.5.15", "A.5.18"),
        "AWS Well-Architected": ("SEC02-BP04", "SEC03-BP02"),
    },
    sources=("https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",),
)
