"""Where Security Hub is on, per account and region, and the standards enabled there. Only the record: nothing here calls AWS operations.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from moto.securityhub.models import securityhub_backends

from guardrails.sandbox.serving import lifecycle

STANDARDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "standards/aws-foundational-security-best-practices/v/1.0.0": "AWS Foundational Security Best Practices v1.0.0",
        "standards/aws-resource-tagging-standard/v/1.0.0": "AWS Resource Tagging Standard v1.0.0",
        "ruleset/cis-aws-foundations-benchmark/v/1.2.0": "CIS AWS Foundations Benchmark v1.2.0",
        "standards/cis-aws-foundations-benchmark/v/1.4.0": "CIS AWS Foundations Benchmark v1.4.0",
        "standards/cis-aws-foundations-benchmark/v/3.0.0": "CIS AWS Foundations Benchmark v3.0.0",
        "standards/cis-aws-foundations-benchmark/v/5.0.0": "CIS AWS Foundations Benchmark v5.0.0",
        "standards/nist-800-171/v/2.0.0": "NIST Special Publication 800-171 Revision 2",
        "standards/nist-800-53/v/5.0.0": "NIST Special Publication 800-53 Revision 5",
        "standards/pci-dss/v/3.2.1": "PCI DSS v3.2.1",
        "standards/pci-dss/v/4.0.1": "PCI DSS v4.0.1",
    }
)
"""The resource part of each standard's ARN, and its name."""
DEFAULT_STANDARDS: Final = (
    "standards/aws-foundational-security-best-practices/v/1.0.0",
    "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
)


@dataclass
class Subscription:
    """A standard enabled in a hub; the first look shows it on its way (PENDING)."""

    standard: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    pending: bool = True


@dataclass
class Hub:
    """Security Hub as one account has it in one region.

    `subscriptions` are by the resource part of the standard's ARN; `disabled` are controls that are off, as (standard, control).
    """

    account_id: str
    region: str
    tags: dict[str, str] = field(default_factory=dict)
    finding_generator: str = "SECURITY_CONTROL"
    auto_enable_controls: bool = True
    subscribed: datetime = field(default_factory=lambda: datetime.now(UTC))
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    disabled: set[tuple[str, str]] = field(default_factory=set)

    @property
    def arn(self) -> str:
        """The hub's ARN."""
        return f"arn:aws:securityhub:{self.region}:{self.account_id}:hub/default"

    def enable(self, standards: Iterable[str]) -> None:
        """Enable standards; those that are enabled already stay as they are."""
        for standard in standards:
            self.subscriptions.setdefault(standard, Subscription(standard))


_HUBS: Final[dict[tuple[str, str], Hub]] = lifecycle.forgotten_on_reset({})


def find(account_id: str, region: str) -> Hub | None:
    """The hub of an account in a region, or None where Security Hub is off."""
    return _HUBS.get((account_id, region))


def switch_on(account_id: str, region: str) -> Hub:
    """The hub of an account in a region, made when Security Hub is off; without standards then."""
    return _HUBS.setdefault((account_id, region), Hub(account_id, region))


def switch_off(account_id: str, region: str) -> None:
    """Take the hub away with everything in it, findings included."""
    if _HUBS.pop((account_id, region), None) is not None:
        securityhub_backends[account_id][region].findings.clear()


def standard_arn(standard: str, region: str) -> str:
    """The ARN of a standard in a region; the oldest benchmark's names no region."""
    return f"arn:aws:securityhub:{'' if standard.startswith('ruleset/') else region}::{standard}"


def standard_of(arn: str, region: str) -> str | None:
    """The resource part of a standard's ARN, or None when the region has no such standard."""
    standard = arn.rpartition("::")[2]
    return standard if standard in STANDARDS and arn == standard_arn(standard, region) else None


def subscription_arn(hub: Hub, standard: str) -> str:
    """The ARN of a standard's subscription in a hub."""
    return f"arn:aws:securityhub:{hub.region}:{hub.account_id}:subscription/{standard.partition('/')[2]}"
