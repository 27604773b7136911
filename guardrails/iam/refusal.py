"""What the evaluator does not know, it refuses."""

from typing import ClassVar

from guardrails.errors import GuardrailsError


class UnsupportedPolicy(GuardrailsError):
    """A policy uses something whose meaning is not known here, so any answer about it would be a guess."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.message, self.suggestion = message, suggestion
        super().__init__(f"{message} ({suggestion})" if suggestion else message)
