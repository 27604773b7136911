"""Whether a name is another one with a slip of the pen in it."""

from collections.abc import Iterable


def one_slip_away(written: str, names: Iterable[str]) -> str:
    """The name that becomes what was written by one letter more, less or other, or by two that change places; "" when none does.

    Case does not count, and a digit is no slip: the versions of something are different things.
    """
    text = written.casefold()
    return next((name for name in names if _one_apart(text, name.casefold())), "")


def _one_apart(first: str, second: str) -> bool:
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    ours, theirs = first[start:], second[start:]
    if any(character.isdigit() for character in (ours[:1], theirs[:1])):
        return False
    swapped = len(ours) > 1 and len(theirs) > 1 and ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:]
    return swapped or ours[1:] == theirs[1:] or ours[1:] == theirs or ours == theirs[1:]
