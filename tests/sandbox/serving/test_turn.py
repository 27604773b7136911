"""One request at a time."""

from guardrails.sandbox.serving.turn import TURN, given_away


def test_a_turn_is_given_away_and_taken_back() -> None:
    """During the block others may have the turn; afterwards it is ours again."""
    with TURN:
        with given_away():
            assert not TURN.locked()
        assert TURN.locked()
    assert not TURN.locked()
