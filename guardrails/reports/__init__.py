"""What is told at the end of a command, one file per format: `Report -> str`. The folder is the registry.

A file `guardrails/reports/<name>.py` exports one constant, `FORMAT`, a `Format` whose name is the file's name. Formats return
text and print nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guardrails.engine.plan import Plan
from guardrails.engine.run import Outcome
from guardrails.policy_slots import Budget


@dataclass(frozen=True, slots=True)
class CallCounts:
    """How often AWS was asked and how often it was changed, by `service:operation`."""

    reads: Mapping[str, int]
    writes: Mapping[str, int]


@dataclass(frozen=True)
class PlanReport:
    """A plan to look at: `purpose` is "plan" or "drift"; `violations` are (limit id, sentence) that apply would refuse.

    `impossible` are sentences about what AWS cannot do at all. `calls` is None when nobody asked. A `brief` report
    names the changes without their properties, and counts the reads without their operations. `budgets` tell what is used of AWS's
    quotas of policies once the plan is applied.
    """

    plan: Plan
    purpose: str = "plan"
    violations: tuple[tuple[str, str], ...] = ()
    calls: CallCounts | None = None
    brief: bool = False
    impossible: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True)
class ApplyReport:
    """What became of a plan: its outcomes in the order in which they were known; `calls` and `brief` as in `PlanReport`."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    seconds: float
    calls: CallCounts | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write reports."""

    name: str
    plan: Callable[[PlanReport], str]
    apply: Callable[[ApplyReport], str]
