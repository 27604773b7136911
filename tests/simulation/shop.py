"""A small organization with policies at every level, and permission sets: what the simulation is asked about in tests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guardrails.engine.resource import Address, Ref, Resource
from guardrails.model import Account
from guardrails.resources import (
    ORGANIZATION,
    ROOT_ADDRESS,
    account_address,
    group_address,
    organizational_unit_address,
    permission_set_address,
)
from guardrails.resources.account_assignment import AccountAssignment
from guardrails.resources.permission_set import PermissionSet
from guardrails.resources.policy import Policy
from tests.organization_line import FIRST_DAY

MANAGED = "arn:aws:iam::aws:policy/"
SHOP = replace(
    FIRST_DAY,
    accounts=(
        *FIRST_DAY.accounts,
        Account("shop", "Shop", "shop@acme.example", "Workloads/Prod"),
        Account("till", "Till", "till@acme.example", "Workloads/Prod"),
        Account("dev", "Dev", "dev@acme.example", "Workloads"),
        Account("lab", "Lab", "lab@acme.example", "Sandbox"),
    ),
)
LARGER = replace(SHOP, accounts=(*SHOP.accounts, Account("den", "Den", "den@acme.example", "Sandbox")))
"""The same with an account more, under the same policies as lab."""


def deny(
    name: str,
    action: str,
    *targets: Address,
    kind: str = "SERVICE_CONTROL_POLICY",
    resource: str = "*",
    condition: Any = None,
) -> Policy:
    """A policy that denies one action (with wildcards) on one resource."""
    statement: dict[str, Any] = {"Sid": f"No{name.title()}", "Effect": "Deny", "Action": action, "Resource": resource}
    if kind == "RESOURCE_CONTROL_POLICY":
        statement["Principal"] = "*"
    content = {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}
    return Policy(
        name=name, policy_type=kind, content=content, targets=targets, origins=((f"policies/scp/{name}.yaml:7",),)
    )


def inline(effect: str, action: str) -> Mapping[str, Any]:
    """An inline policy about one action on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}


def assigned(permission_set: str, account: str) -> AccountAssignment:
    """The assignment of a permission set to people of an account."""
    return AccountAssignment.of(
        group_address("people"), permission_set_address(permission_set), account_address(account)
    )


RESOURCES: tuple[Resource, ...] = (
    deny("leaving", "organizations:LeaveOrganization", ROOT_ADDRESS),
    deny("trail", "cloudtrail:StopLogging", organizational_unit_address("Workloads"), resource="arn:*:cloudtrail:*:*:trail/acme"),
    deny("keys", "iam:CreateAccessKey", organizational_unit_address("Workloads/Prod")),
    deny("spot", "ec2:RunInstances", account_address("till")),
    deny(
        "strangers",
        "s3:*",
        ROOT_ADDRESS,
        kind="RESOURCE_CONTROL_POLICY",
        condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": str(Ref(ORGANIZATION))}},
    ),
    PermissionSet(name="Admin", managed_policies=(f"{MANAGED}AdministratorAccess",)),
    PermissionSet(
        name="Builder", managed_policies=(f"{MANAGED}PowerUserAccess",), inline_policy=inline("Deny", "s3:DeleteBucket")
    ),
    PermissionSet(name="Auditor", managed_policies=(f"{MANAGED}SecurityAudit",), customer_managed_policies=("/teams/Audit",)),
    assigned("Admin", "shop"),
    assigned("Builder", "shop"),
    assigned("Auditor", "dev"),
    assigned("Builder", "dev"),
)  # fmt: skip
"""SCPs at the root, at two OUs and at an account; an RCP at the root; three permission sets."""
