from guardrails.engine.difference import ABSENT


def test_absent_says_so() -> None:
    """The value of a property that is not there reads as "absent"."""
    assert repr(ABSENT) == "absent"
