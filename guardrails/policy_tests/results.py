"""What became of a test, or of an example of a policy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """Answers that are not as expected, all for the same reason.

    `message` says in a sentence what was expected and what was answered; `why` what the answer came from, `do` what to do. What was
    asked: `questions`, how many; and each account, principal, action, resource and region among them.
    """

    message: str
    why: tuple[str, ...] = ()
    do: str = ""
    questions: int = 1
    accounts: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one test: it holds when there is no failure; `questions` is how many were asked."""

    name: str
    file: str
    line: int
    questions: int
    failures: tuple[Failure, ...] = ()
    seconds: float = 0.0
