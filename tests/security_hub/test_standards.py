"""Standards by their short names."""

from typing import get_args

import pytest

from guardrails.sandbox.securityhub import hubs
from guardrails.security_hub.standards import STANDARDS, StandardName, standard_arn


def test_all_of_them() -> None:
    """Every name is that of a standard, and every standard of the sandbox has a name."""
    assert set(STANDARDS) == set(get_args(StandardName))
    assert set(STANDARDS.values()) == set(hubs.STANDARDS)


@pytest.mark.parametrize(
    ("name", "region", "arn"),
    [
        ("fsbp", "us-gov-west-1", "arn:aws-us-gov:securityhub:us-gov-west-1::standards/aws-foundational-security-best"),
        ("pci-dss-4.0.1", "cn-north-1", "arn:aws-cn:securityhub:cn-north-1::standards/pci-dss/v/4.0.1"),
        ("cis-1.2", "eu-west-1", "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"),
        ("cis-5.0", "eu-west-1", "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/5.0.0"),
    ],
)
def test_arns(name: StandardName, region: str, arn: str) -> None:
    """A standard's ARN names partition and region, but for the oldest benchmark's, which names no region."""
    assert standard_arn(name, region).startswith(arn)
