"""One slip of the pen."""

import pytest

from guardrails.iam.spelling import one_slip_away


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("GetObjct", "GetObject"),
        ("GetObjectt", "GetObject"),
        ("getobjekt", "GetObject"),
        ("GteObject", "GetObject"),
        ("GetObjetc", "GetObject"),
        ("GetObject", ""),
        ("GetObjects2", ""),
        ("GtObjct", ""),
        ("", ""),
        ("CreateV3", ""),
        ("CreateV22", ""),
    ],
)
def test_one_slip(written: str, meant: str) -> None:
    """A letter more, less or other, or two in the wrong order, is a slip; nothing else is, and a digit never."""
    assert one_slip_away(written, ["GetObject", "CreateV2"]) == meant
