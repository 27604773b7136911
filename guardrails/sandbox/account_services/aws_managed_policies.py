"""AWS managed policies exist in every account; each is brought into an account when it is first named there.

moto either has none of them or parses all fourteen hundred for every account.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

PREFIX: Final = "arn:aws:iam::aws:policy"
PATCHED: Final = (
    "attach_role_policy",
    "attach_user_policy",
    "attach_group_policy",
    "get_policy",
    "get_policy_version",
    "list_policy_versions",
)


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Every AWS managed policy that moto's data file knows, by ARN, each with its `name`."""
    found = json.loads(aws_managed_policies_data)
    return {f"{PREFIX}{data['Path']}{name}": {**data, "name": name} for name, data in found.items()}


def bring(backend: IAMBackend, arn: str) -> None:
    """Make an AWS managed policy known in an account; nothing happens for any other ARN."""
    if not arn.startswith(PREFIX) or arn in backend.managed_policies:
        return
    data = catalogue().get(arn)
    if data is not None:
        policy = AWSManagedPolicy.from_data(data["name"], backend.account_id, backend.region_name, dict(data))
        backend.managed_policies[arn] = policy
        backend.aws_managed_policies.append(policy)


def install() -> None:
    """Let every IAM method that takes a policy's ARN first bring the policy in."""
    for name in PATCHED:
        _patch(name)


def _patch(name: str) -> None:
    original = getattr(IAMBackend, name)

    def brought(self: IAMBackend, policy_arn: str, *arguments: Any, **named: Any) -> Any:
        bring(self, policy_arn)
        return original(self, policy_arn, *arguments, **named)

    setattr(IAMBackend, name, brought)
