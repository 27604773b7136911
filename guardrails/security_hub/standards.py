"""Security standards by the short names that people write, with the versions that AWS has.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

StandardName = Literal[
    "fsbp",
    "cis-1.2",
    "cis-1.4",
    "cis-3.0",
    "cis-5.0",
    "nist-800-53",
    "nist-800-171",
    "pci-dss-3.2.1",
    "pci-dss-4.0.1",
    "resource-tagging",
]
STANDARDS: Final[Mapping[StandardName, str]] = MappingProxyType(
    {
        "fsbp": "standards/aws-foundational-security-best-practices/v/1.0.0",
        "cis-1.2": "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
        "cis-1.4": "standards/cis-aws-foundations-benchmark/v/1.4.0",
        "cis-3.0": "standards/cis-aws-foundations-benchmark/v/3.0.0",
        "cis-5.0": "standards/cis-aws-foundations-benchmark/v/5.0.0",
        "nist-800-53": "standards/nist-800-53/v/5.0.0",
        "nist-800-171": "standards/nist-800-171/v/2.0.0",
        "pci-dss-3.2.1": "standards/pci-dss/v/3.2.1",
        "pci-dss-4.0.1": "standards/pci-dss/v/4.0.1",
        "resource-tagging": "standards/aws-resource-tagging-standard/v/1.0.0",
    }
)
"""The resource part of each standard's ARN, which holds its version."""
PARTITIONS: Final[Mapping[str, str]] = MappingProxyType({"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc": "aws-eusc"})
"""How the names of regions begin that lie in a partition of their own; all others lie in "aws"."""


def standard_arn(name: StandardName, region: str) -> str:
    """The ARN of a standard as it is named in a region; the oldest benchmark's names no region."""
    partition = next((known for start, known in PARTITIONS.items() if region.startswith(f"{start}-")), "aws")
    standard = STANDARDS[name]
    return f"arn:{partition}:securityhub:{'' if standard.startswith('ruleset/') else region}::{standard}"
