"""Who may call an Organizations operation: the management account everything; others what AWS lets them.

A member account that administers any service for the organization may read. What the organization's resource policy
grants to a member comes on top: reading, and what concerns policies.
Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.iam import Request, Values
from guardrails.sandbox.organizations import delegation_policy, organization, tree
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

NAMING: Final = (
    "AccountId",
    "ChildId",
    "OrganizationalUnitId",
    "ParentId",
    "PolicyId",
    "ResourceId",
    "RootId",
    "TargetId",
)
"""The request members that name what an operation is about."""


def require_membership(call: Call) -> None:
    """Let only accounts of the organization pass.

    Raises:
        Refusal: AWSOrganizationsNotInUseException.
    """
    organization.organization()
    if organization.find_account(call.account_id) is None:
        raise Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")


def require_management(call: Call) -> None:
    """Let only the management account pass.

    Raises:
        Refusal: AccessDeniedException, AWSOrganizationsNotInUseException.
    """
    require_membership(call)
    if call.account_id != MANAGEMENT_ACCOUNT_ID:
        raise denied()


def require_reader(call: Call) -> None:
    """Let pass who may read the organization: the management account, every delegated administrator, and whom the resource policy lets.

    Raises:
        Refusal: AccessDeniedException, AWSOrganizationsNotInUseException.
    """
    require_membership(call)
    if not is_reader(call):
        raise denied()


def require_policy_administrator(call: Call) -> None:
    """Let pass who may manage policies: the management account, and whom the resource policy lets.

    Raises:
        Refusal: AccessDeniedException, AWSOrganizationsNotInUseException.
    """
    require_membership(call)
    if call.account_id != MANAGEMENT_ACCOUNT_ID and not _is_delegate(call):
        raise denied()


def is_reader(call: Call) -> bool:
    """Whether the caller may read the organization with this call."""
    administrators = (admin.account.id for admin in tree.backend().admins)
    return call.account_id == MANAGEMENT_ACCOUNT_ID or call.account_id in administrators or _is_delegate(call)


def denied() -> Refusal:
    """The refusal of a caller who may not."""
    return Refusal("AccessDeniedException", "You don't have permissions to access this resource.")


def _is_delegate(call: Call) -> bool:
    """Whether the resource policy lets the caller do this with everything that the call is about."""
    return all(delegation_policy.allows(request) for request in _requests(call))


def _requests(call: Call) -> Iterator[Request]:
    """The call as the resource policy is asked about it, once for everything that it is about."""
    who, given = call.caller, {**_of_parameters(call), **_of_caller(call)}
    path = _path(call.account_id)
    for arn, tags in list(_resources(call)) or [("*", {})]:
        yield Request(
            principal_arn=who.role_arn or who.arn,
            action=f"organizations:{call.operation}",
            resource=arn,
            context={**given, **{f"aws:ResourceTag/{key}": value for key, value in tags.items()}},
            organization_path=path,
            resource_owner=MANAGEMENT_ACCOUNT_ID,
            resource_organization_path=_path(MANAGEMENT_ACCOUNT_ID),
            session=who.arn if who.role_arn else "",
        )


def _path(account_id: str) -> str:
    return organization.path(organization.account(account_id).parent_id)


def _of_parameters(call: Call) -> dict[str, Values]:
    """The condition keys that the parameters give; `()` for those that the call certainly lacks."""
    tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags", [])}
    return {
        "organizations:PolicyType": policy_type(call.parameters) or (),
        "organizations:ServicePrincipal": call.parameters.get("ServicePrincipal", ()),
        "aws:TagKeys": tuple(tags) or tuple(call.parameters.get("TagKeys", ())),
        **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
    }


def _of_caller(call: Call) -> dict[str, Values]:
    """The condition keys that tell of the caller beyond its ARN; of its tags those of its session."""
    who = call.caller
    tags = {f"aws:PrincipalTag/{key}": value for key, value in who.session_tags.items()}
    return {"aws:userid": who.user_id, "aws:SourceIdentity": who.source_identity or (), **tags}


def _resources(call: Call) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The ARN and the tags of what a call is about. A policy that is only being made has the ARN of any policy of its type."""
    if call.operation == "CreatePolicy":
        found = organization.organization()
        folder = str(call.parameters["Type"]).lower()
        yield f"arn:aws:organizations::{found.master_account_id}:policy/{found.id}/{folder}/p-new", {}
    for member in NAMING:
        identifier = call.parameters.get(member, "")
        place = organization.find_account(identifier) or organization.find_unit(identifier)
        named = place or organization.find_policy(identifier)
        if named is not None:
            yield named.arn, named.tags


def policy_type(parameters: Mapping[str, Any]) -> str | None:
    """The type of the policies that a call is about: that of the policy it names, or the one it says; None where it is about none."""
    policy = organization.find_policy(parameters.get("PolicyId") or parameters.get("ResourceId", ""))
    if policy is not None:
        return str(policy.type)
    return next((parameters[name] for name in ("Type", "PolicyType", "Filter") if name in parameters), None)
