"""GuardDuty's one client error, and how it pages.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateMembers.html
"""

from typing import Final

from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal


def bad_request(reason: str) -> Refusal:
    """The request is rejected, and why."""
    return Refusal("BadRequestException", f"The request is rejected because {reason}", Type="InvalidInputException")


def invalid_parameter(name: str) -> Refusal:
    """A parameter has a value that GuardDuty does not take."""
    return bad_request(f"the parameter {name} has an invalid value.")


PAGING: Final = Paging(bad_request)
