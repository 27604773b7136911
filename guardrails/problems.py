"""The problems found so far in the user's files, and the nearest right name for a wrong one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from guardrails.errors import ConfigError, Problem
from guardrails.model import Source


@dataclass
class Problems:
    """A growing list of problems, raised together once every file has been looked at."""

    found: list[Problem] = field(default_factory=list)

    def add(self, source: Source, message: str, suggestion: str = "") -> None:
        """Note one problem with what stands at `source`."""
        self.found.append(Problem(source.file, source.line, source.column, message, suggestion))

    def raise_if_any(self) -> None:
        """Raise every problem at once.

        Raises: ConfigError, when there is any.
        """
        if self.found:
            raise ConfigError(self.found)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The question "did you mean 'Workloads'?" for the candidate nearest to a wrong name; "" when none is near.

    Case never counts, and the last part of a slash path is enough: "prod" is near "Workloads/Prod".
    """
    names = list(candidates)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    tails = {candidate.rpartition("/")[2]: known for candidate, known in folded.items()}
    for table in (folded, {**tails, **folded}):
        near = get_close_matches(name.casefold(), table, n=1, cutoff=0.6)
        if near:
            return f"did you mean {table[near[0]]!r}?"
    return ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The question "did you mean …?" for the known name nearest to a wrong one; else what is known, sorted; "" when nothing is."""
    names = sorted(known)
    return did_you_mean(name, names) or (f"known: {', '.join(names)}" if names else "")
