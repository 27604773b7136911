"""Inspector's errors, and how it pages.

Source: https://docs.aws.amazon.com/inspector/v2/APIReference/CommonErrors.html
"""

from typing import Final

from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal


def access_denied(message: str) -> Refusal:
    """The account may not do this."""
    return Refusal("AccessDeniedException", message, status=403)


def validation(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal("ValidationException", message, reason="CANNOT_PARSE")


def not_found(message: str) -> Refusal:
    """What is named does not exist."""
    return Refusal("ResourceNotFoundException", message, status=404)


PAGING: Final = Paging(validation, "nextToken", "maxResults")
