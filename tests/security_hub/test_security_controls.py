"""Ids of controls: what AWS has is known, what is mistyped is answered with the nearest, what is new is let through."""

import pytest

from guardrails.security_hub.security_controls import CIS_5_0, FSBP, SECURITY_CONTROLS, why_unknown


@pytest.mark.parametrize("identifier", ["IAM.6", "EC2.183", "Autoscaling.5", "EC2.999", "S3.26"])
def test_known_or_newer(identifier: str) -> None:
    """A control that AWS has passes, and so does one with a number beyond those of its service."""
    assert why_unknown(identifier) is None


@pytest.mark.parametrize(
    ("identifier", "hint"),
    [
        ("CloudTrial.1", "did you mean 'CloudTrail.1'?"),
        ("iam.6", "did you mean 'IAM.6'?"),
        ("S3.4", "did you mean 'S3.24'?"),
        ("everything", "ids look like IAM.6"),
    ],
)
def test_unknown(identifier: str, hint: str) -> None:
    """A service that has no controls, and a number that its service skips, are wrong."""
    assert why_unknown(identifier) == hint


def test_the_lists() -> None:
    """The lists hold as many controls as AWS documents; the benchmark's are partly others than the best practices'."""
    assert (len(SECURITY_CONTROLS), len(FSBP), len(CIS_5_0)) == (584, 369, 40)
    assert {"IAM.9", "EC2.53"} <= CIS_5_0 - FSBP
