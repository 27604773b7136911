"""GuardDuty as organization policies decide it: what a policy names in a region is so, and nobody changes it by another way.

Once the policy type is enabled, the administrators' automatic settings count no longer, attached policy or not.
Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-organization-policies-how-it-works.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guardrails.sandbox.guardduty.refusals import bad_request
from guardrails.sandbox.organizations import effective_policies, policy_types

POLICY_TYPE: Final = "GUARDDUTY_POLICY"
MANAGED: Final = "a GuardDuty policy of the organization manages the feature."


def decide() -> bool:
    """Whether policies decide, and automatic settings do not."""
    return policy_types.status(POLICY_TYPE) is not None


def block(account_id: str, region: str) -> Mapping[str, Any]:
    """What the account's effective policy says of the region, by feature; a region's own block takes the place of the default."""
    if not decide():
        return {}
    enablement = effective_policies.content(account_id, POLICY_TYPE).get("guardduty", {}).get("enablement", {})
    found: Mapping[str, Any] = enablement.get(region, enablement.get("default", {}))
    return found


def refuse_managed(account_id: str, region: str, names: Iterable[str]) -> None:
    """Let only features pass that no policy manages for the account.

    Raises:
        Refusal: one of them is managed by a policy.
    """
    if {name.lower() for name in names} & set(block(account_id, region)):
        raise bad_request(MANAGED)
