"""One thing that is not as declared: where it stands, how it is, how it should be."""

from dataclasses import dataclass
from typing import Any, Final


class _Absent:
    """The value of a property on the side on which it does not exist."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs: its path ("content.Statement[DenyLeaving].Action"), the live and the desired value, or ABSENT."""

    property: str
    live: Any
    desired: Any
