"""Policies that are larger than AWS takes, or than it takes without being asked."""

from collections.abc import Iterator, Mapping
from typing import Final

from guardrails.iam.document import minified
from guardrails.iam.grammar import IDENTITY, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST
from guardrails.iam.lint import Found, Rule
from guardrails.iam.linted import Linted
from guardrails.iam.quotas import QUOTAS

ORGANIZATIONS: Final = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"
IAM: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
LARGEST: Final[Mapping[str, int]] = {
    SERVICE_CONTROL: QUOTAS[SERVICE_CONTROL].max_characters,
    RESOURCE_CONTROL: QUOTAS[RESOURCE_CONTROL].max_characters,
    IDENTITY: 10_240,  # inline in a role, all of them together
    TRUST: 4_096,  # once AWS has raised it
}
USUAL: Final[Mapping[str, tuple[int, str]]] = {
    IDENTITY: (6_144, "a managed policy"),
    TRUST: (2_048, "a trust policy, unless it was asked to raise that"),
}


def _size(policy: Linted) -> int:
    return len(minified(policy.document)) if isinstance(policy.document, Mapping) else 0


def _too_large(policy: Linted) -> Iterator[Found]:
    size, most = _size(policy), LARGEST[policy.type]
    if size > most:
        yield Found(
            (), f"the policy has {size:,} characters, AWS takes {most:,}", "split it, or say it with fewer words"
        )


def _unusual(policy: Linted) -> Iterator[Found]:
    size, (most, what) = _size(policy), USUAL[policy.type]
    if most < size <= LARGEST[policy.type]:
        yield Found((), f"the policy has {size:,} characters, AWS takes {most:,} for {what}", "split it")


RULES: Final = (
    Rule("GR103", "the organization policy is larger than AWS takes", "error", ORGANIZATIONS, _too_large,
         (SERVICE_CONTROL, RESOURCE_CONTROL)),
    Rule("GR104", "the IAM policy is larger than AWS takes", "error", IAM, _too_large, (IDENTITY, TRUST)),
    Rule("GR105", "the IAM policy is larger than AWS takes by default", "warning", IAM, _unusual, (IDENTITY, TRUST)),
)  # fmt: skip
