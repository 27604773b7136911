"""What denies: how the order of changes asks an object about it, without knowing what a policy is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection


class Denying:
    """An object that may deny something to others; this one denies nothing."""

    def denies_beyond(self, others: "Collection[Denying]") -> bool:
        """Whether it may deny to anybody what the others together do not."""
        return False

    def allows_beyond(self, others: "Collection[Denying]") -> bool:
        """Whether it may let anybody do what is denied where nothing lets them, and the others together do not."""
        return False

    def takes_over(self, gone: "Denying", kept: "Denying | None") -> bool:
        """Whether it says some of what an object no longer does that goes, or changes into what is kept."""
        return False
