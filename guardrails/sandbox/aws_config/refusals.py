"""AWS Config's errors, moto's among them, and how it pages.

Source: https://docs.aws.amazon.com/config/latest/APIReference/CommonErrors.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moto.core.exceptions import JsonRESTError

from guardrails.sandbox.serving.paging import Paging
from guardrails.sandbox.serving.refusals import Refusal

NO_RECORDER: Final = "You must create a configuration recorder before you can create or update a Config rule."


@contextmanager
def moto_refusals() -> Iterator[None]:
    """Turn what moto's Config refuses in the block into refusals.

    Raises:
        Refusal: with moto's code and message.
    """
    try:
        yield
    except JsonRESTError as error:
        raise Refusal(str(error.error_type), str(error.message)) from None


def invalid_parameter(message: str) -> Refusal:
    """A parameter has a value that AWS Config does not take."""
    return Refusal("InvalidParameterValueException", message)


def validation(message: str) -> Refusal:
    """The request itself is wrong."""
    return Refusal("ValidationException", message)


def no_recorder() -> Refusal:
    """A rule needs a recorder in the account and region."""
    return Refusal("NoAvailableConfigurationRecorderException", NO_RECORDER)


def unsupported(what: str) -> Refusal:
    """What AWS Config knows and the sandbox does not."""
    return Refusal("NotImplemented", f"The sandbox does not implement {what}.")


def _invalid_page(message: str) -> Refusal:
    code = "InvalidLimitException" if message.startswith("Limit") else "InvalidNextTokenException"
    return Refusal(code, message)


PAGING: Final = Paging(_invalid_page, limit="Limit")
