"""Every exception that Guardrails raises on purpose, each with the exit code it ends a command with.

| exit code | meaning |
|---|---|
| 0 | done; nothing to do |
| 1 | unexpected error |
| 2 | changes, drift or findings present |
| 3 | configuration or usage error |
| 4 | AWS said no: credentials, permission, service error |
| 5 | applied in part |
| 6 | refused: unsafe, incomplete, stale or locked |
| 130 | interrupted |
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class GuardrailsError(Exception):
    """Something went wrong that a user can understand and act on."""

    exit_code: ClassVar[int] = 1


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing wrong with what a user wrote: where it stands, what is wrong, and what to do about it.

    `file` is as the user named it ("" when no file is involved); `line` and `column` count from 1, 0 means unknown.
    """

    file: str
    line: int
    column: int
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}:{self.column}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} ({self.suggestion})" if self.suggestion else text


class ConfigError(GuardrailsError):
    """The declared organization, a policy or a template is wrong; carries every problem found, never just the first."""

    exit_code: ClassVar[int] = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class UnequalPacking(GuardrailsError):
    """Packed policies would decide otherwise than the declared ones: a defect of Guardrails, found before anything was changed."""


class CatalogError(GuardrailsError):
    """A plugin folder holds a file that breaks the folder's contract."""

    exit_code: ClassVar[int] = 3


class PlanError(GuardrailsError):
    """A plan that must not be applied."""

    exit_code: ClassVar[int] = 6


class UnsafePlan(PlanError):
    """A plan crosses safety limits that nobody accepted; carries their ids and what crossed them."""

    def __init__(self, violations: Iterable[tuple[str, str]]) -> None:
        self.violations = tuple(violations)
        lines = [f"{limit}: {message} (accept with --accept {limit})" for limit, message in self.violations]
        super().__init__("\n".join(lines))


class IncompletePlan(PlanError):
    """Part of the live organization could not be seen, so the plan cannot be trusted."""


class StalePlan(PlanError):
    """The reviewed plan no longer reproduces: the live or the declared organization changed since."""


class LockHeld(PlanError):
    """Another apply is under way."""


class AwsError(GuardrailsError):
    """An AWS call failed: which operation, in which account and region, with which error code."""

    exit_code: ClassVar[int] = 4

    def __init__(self, operation: str, code: str, message: str, *, account: str = "", region: str = "") -> None:
        self.operation, self.code, self.message = operation, code, message
        self.account, self.region = account, region
        place = "/".join(part for part in (account, region) if part)
        super().__init__(f"{operation}{f' in {place}' if place else ''}: {code}: {message}")


class AwsAccessDenied(AwsError):
    """AWS refused a call for lack of permission: what lies behind it was not seen, which is not the same as absent."""


class AccountAbsent(AwsError):
    """A call names an account that does not exist (yet): there is nothing in it to see."""


class RegionDisabled(AwsError):
    """A call to a region that its account has not opted in to (yet): nothing can be seen in it, nothing can work there."""


class SandboxError(GuardrailsError):
    """The embedded sandbox could not be started, reached or stopped."""
