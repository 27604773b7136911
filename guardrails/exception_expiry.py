"""How long the declared exceptions hold: until the end of a day in UTC, with a warning during the last thirty.

An expired exception is a mistake in the configuration, so that every command refuses to go on: it neither holds on unnoticed nor ends
behind its owner's back while something depends on it. What is live stays as it is until somebody decides, and every job says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from guardrails.config.vocabulary import Settings, place
from guardrails.errors import Problem
from guardrails.model import Organization
from guardrails.policy_exceptions import PolicyException

WARNING_DAYS: Final = 30


@dataclass(frozen=True)
class GrantedException:
    """One declared exception, the policies that it is from, and for how many days after today it still holds (negative: expired)."""

    policies: tuple[str, ...]
    exception: PolicyException
    days_left: int

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.days_left < 0

    @property
    def is_ending(self) -> bool:
        """Whether it is time to renew or to end it."""
        return 0 <= self.days_left <= WARNING_DAYS

    @property
    def sentence(self) -> str:
        """Who is excepted from what, until when and why."""
        each = self.exception
        what = ", ".join(self.policies) + (f" ({', '.join(each.statements)})" if each.statements else "")
        until = f"on {each.expires}" if self.is_ending else f"until {each.expires}"
        how = f"ends {until}, in {_days(self.days_left)}" if self.is_ending else f"holds {until}"
        return f"the exception of {each.who} from {what} {how} (owner {each.owner}: {_one_line(each.reason)})"

    @property
    def problem(self) -> Problem:
        """What an expired one is told as, where it stands."""
        each = self.exception
        message = f"the exception of {each.who} from {', '.join(self.policies)} expired on {each.expires}"
        why = f"owner {each.owner}: {_one_line(each.reason)}; renew it with another day, or remove it"
        return Problem(*place(each), message, why)

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        each = self.exception
        file, line, column = place(each)
        return {
            "policies": list(self.policies),
            "principal": each.principal,
            "account": each.account or "",
            "statements": list(each.statements),
            "reason": _one_line(each.reason),
            "owner": each.owner,
            "expires": each.expires.isoformat(),
            "days_left": self.days_left,
            "place": f"{file}:{line}:{column}",
        }


def granted(organization: Organization, today: date) -> list[GrantedException]:
    """Every exception that the controls of the organization declare, in their order."""
    return [
        GrantedException(policies, each, (each.expires - today).days)
        for declaration in organization.controls
        for policies, each in _within(declaration.settings, "")
    ]


def _within(value: Any, holder: str) -> Iterator[tuple[tuple[str, ...], PolicyException]]:
    """The exceptions in settings, each with its policies; `holder` is the policy at which it stands."""
    if isinstance(value, PolicyException):
        yield value.policies_at(holder), value
    elif isinstance(value, Settings):
        here = str(getattr(value, "policy", holder))
        for name in type(value).model_fields:
            yield from _within(getattr(value, name), here)
    elif isinstance(value, tuple):
        for item in value:
            yield from _within(item, holder)


def _days(count: int) -> str:
    return {0: "less than a day", 1: "1 day"}.get(count, f"{count} days")


def _one_line(text: str) -> str:
    return " ".join(text.split())
