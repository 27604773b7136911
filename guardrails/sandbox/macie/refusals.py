"""Macie's errors, and how it pages.

Source: https://docs.aws.amazon.com/macie/latest/APIReference/macie.html
"""

from typing import Final

from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal

NOT_ENABLED: Final = "Macie is not enabled."


def access_denied(message: str) -> Refusal:
    """The account may not do this, or has no Macie."""
    return Refusal("AccessDeniedException", message, status=403)


def validation(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal("ValidationException", message)


def conflict(message: str) -> Refusal:
    """What is asked for stands against what there is."""
    return Refusal("ConflictException", message, status=409)


def not_found(message: str) -> Refusal:
    """What is named does not exist."""
    return Refusal("ResourceNotFoundException", message, status=404)


PAGING: Final = Paging(validation, "nextToken", "maxResults")
