"""The condition keys that the sandbox tells of a call."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from guardrails.sandbox.enforcement import context_keys

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

KEY = "organizations:PolicyType"


@pytest.mark.parametrize(
    ("operation", "parameters", "policy_type"),
    [
        ("CreatePolicy", {"Type": "TAG_POLICY"}, "TAG_POLICY"),
        ("ListPolicies", {"Filter": "BACKUP_POLICY"}, "BACKUP_POLICY"),
        ("EnablePolicyType", {"RootId": "r-abcd", "PolicyType": "TAG_POLICY"}, "TAG_POLICY"),
        ("AttachPolicy", {"PolicyId": "p-FullAWSAccess", "TargetId": "r-abcd"}, "SERVICE_CONTROL_POLICY"),
        ("TagResource", {"ResourceId": "p-FullAWSAccess", "Tags": ()}, "SERVICE_CONTROL_POLICY"),
        ("ListRoots", {}, None),
    ],
)
def test_the_type_of_the_policy_a_call_is_about(
    sandbox: "Embedded", operation: str, parameters: Mapping[str, object], policy_type: str | None
) -> None:
    """The key is there whether the call says the type or names the policy; a call about no policy lacks it, and that is known."""
    assert context_keys.of_call("organizations", operation, parameters).get(KEY) == policy_type
