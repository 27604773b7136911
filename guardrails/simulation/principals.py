"""Who stands for everybody: the principals that an account is asked about when nobody is named."""

from collections.abc import Iterator
from typing import Final

from guardrails.model import Organization
from guardrails.organization_facts import STACK_SETS_EXECUTION_ROLES
from guardrails.simulation.hierarchy import AccountPlace
from guardrails.simulation.questions import PERMISSION_SET

ORDINARY: Final = "role/Administrator"
"""A role like any other, whose own policies are assumed to allow everything."""
SERVICE_LINKED: Final = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
STACK_SETS_ROLE: Final = f"role/{STACK_SETS_EXECUTION_ROLES.replace('*', '0123456789abcdef0123456789abcdef')}"


def representatives(organization: Organization, account: AccountPlace) -> Iterator[str]:
    """The root user, an ordinary role, each permission set assigned there, the trusted roles, and a service-linked role."""
    yield "root"
    yield ORDINARY
    for name in account.permission_sets:
        yield f"{PERMISSION_SET}{name}"
    trusted = [*organization.deployer_roles, *organization.break_glass_roles, organization.member_role]
    for role in dict.fromkeys(trusted):
        yield f"role/{role}"
    yield STACK_SETS_ROLE
    yield SERVICE_LINKED
