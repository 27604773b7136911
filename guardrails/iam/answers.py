"""Answers of a logic with three values: yes, no, and "as far as is known".

An answer is a pair: whether something holds, and the context keys (in lower case) that were not given and that the answer hangs on.
Without keys it is certain. Of two answers joined by "and", a certain no settles it, whatever else is open; by "or", a certain yes.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

Answer: TypeAlias = tuple[bool, frozenset[str]]
YES: Final[Answer] = (True, frozenset())
NO: Final[Answer] = (False, frozenset())


def certain(holds: bool) -> Answer:
    """An answer that hangs on nothing."""
    return YES if holds else NO


def both(answers: Iterable[Answer]) -> Answer:
    """Whether all hold; yes when there are none."""
    holds, keys = True, frozenset[str]()
    for answer in answers:
        if answer[1]:
            holds, keys = holds and answer[0], keys | answer[1]
        elif not answer[0]:
            return NO
    return (holds, keys) if keys else YES


def either(answers: Iterable[Answer]) -> Answer:
    """Whether one holds; no when there are none."""
    holds, keys = False, frozenset[str]()
    for answer in answers:
        if answer[1]:
            holds, keys = holds or answer[0], keys | answer[1]
        elif answer[0]:
            return YES
    return (holds, keys) if keys else NO
