"""Security Hub's errors, with its HTTP statuses.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/CommonErrors.html
"""

from typing import Final

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal


def invalid_input(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal("InvalidInputException", message, Code="InvalidInputException")


def invalid_access(message: str) -> Refusal:
    """The account has no such part in Security Hub."""
    return Refusal("InvalidAccessException", message, status=401, Code="InvalidAccessException")


def access_denied(message: str) -> Refusal:
    """The account may not do this."""
    return Refusal("AccessDeniedException", message, status=403, Code="AccessDeniedException")


def not_found(message: str) -> Refusal:
    """What is named does not exist."""
    return Refusal("ResourceNotFoundException", message, status=404, Code="ResourceNotFoundException")


def conflict(message: str) -> Refusal:
    """What is asked for stands against what there is."""
    return Refusal("ResourceConflictException", message, status=409, Code="ResourceConflictException")


def not_subscribed(call: Call) -> Refusal:
    """The account has not enabled Security Hub in the region."""
    return invalid_access(f"Account {call.account_id} is not subscribed to AWS Security Hub")


def not_administrator(call: Call) -> Refusal:
    """The account is not the organization's administrator in the region."""
    return invalid_access(f"Account {call.account_id} is not an administrator for this organization")


PAGING: Final = Paging(invalid_input)
