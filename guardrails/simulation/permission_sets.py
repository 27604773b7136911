"""What a permission set lets its people do: its own policies, those of AWS that are known here, and what is assumed of the others.

The documents of AWS's policies are as of 2026-02; whoever needs another one reads it live, or gives it as a file.

Sources: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html,
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardrails.iam import FULL_AWS_ACCESS, IDENTITY, NamedPolicy
from guardrails.iam.grammar import listed
from guardrails.resources.permission_set import PermissionSet

KNOWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "AdministratorAccess": FULL_AWS_ACCESS,
    "PowerUserAccess": {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "NotAction": ["account:*", "iam:*", "organizations:*"], "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": [
                    "account:GetAccountInformation",
                    "account:GetGovCloudAccountInformation",
                    "account:GetPrimaryEmail",
                    "account:ListRegions",
                    "iam:CreateServiceLinkedRole",
                    "iam:DeleteServiceLinkedRole",
                    "iam:ListRoles",
                    "organizations:DescribeEffectivePolicy",
                    "organizations:DescribeOrganization",
                ],
                "Resource": "*",
            },
        ],
    },
}
"""AWS managed policies whose documents are known, by name."""


@dataclass(frozen=True, eq=False)
class IdentityPolicies:
    """The policies of an identity; `assumed` are the names of those among them whose content is not at hand, taken to allow everything."""

    policies: tuple[NamedPolicy, ...]
    boundary: NamedPolicy | None = None
    assumed: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[NamedPolicy, ...]:
        """The policies whose content is at hand."""
        return tuple(policy for policy in self.policies if policy.name not in self.assumed)

    @property
    def boundary_assumed(self) -> bool:
        """Whether there is a permissions boundary whose content is not at hand."""
        return self.boundary is not None and self.boundary.name in self.assumed


def identity_policies(
    permission_set: PermissionSet, documents: Mapping[str, Mapping[str, Any]] | None = None
) -> IdentityPolicies:
    """What a permission set gives; `documents` are more policies whose content is known, by name or by ARN."""
    known = {**KNOWN, **(documents or {})}
    attached = [*permission_set.managed_policies, *permission_set.customer_managed_policies]
    policies = [_named(name, known) for name in attached]
    if permission_set.inline_policy:
        places = ((permission_set.origin,),) if permission_set.origin else ()
        origins = places * len(listed(permission_set.inline_policy.get("Statement", [])))
        policies.append(NamedPolicy(f"{permission_set.name} (inline)", permission_set.inline_policy, IDENTITY, origins))
    boundary = permission_set.permissions_boundary
    return IdentityPolicies(
        tuple(policies), _named(boundary, known) if boundary else None, tuple(_unknown([*attached, boundary], known))
    )


def _named(name: str, known: Mapping[str, Mapping[str, Any]]) -> NamedPolicy:
    return NamedPolicy(_short(name), known.get(name) or known.get(_short(name)) or FULL_AWS_ACCESS, IDENTITY)


def _unknown(names: list[str], known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name in names:
        if name and name not in known and _short(name) not in known:
            yield _short(name)


def _short(name: str) -> str:
    """The name of a policy without the ARN's beginning: "job-function/ViewOnlyAccess", "/teams/Billing"."""
    return name.removeprefix("arn:aws:iam::aws:policy/")
