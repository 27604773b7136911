"""What nobody foresaw: broken code of the sandbox, or of moto beneath it. Told plainly, with its traceback in the log.

It is answered with HTTP 400: a server error would be tried again by clients for half a minute.
"""

import logging
from typing import Final

from moto.core.exceptions import ServiceException
from werkzeug.exceptions import HTTPException

from guardrails.engine.catalog import BROKEN
from guardrails.sandbox.serving.refusals import Refusal

DEFECTS: Final = BROKEN
"""What broken code fails with."""
REFUSALS_OF_MOTO: Final = (ServiceException, HTTPException)
"""How moto refuses, from within."""
_LOG: Final = logging.getLogger(__name__)


def told(defect: Exception, where: str) -> str:
    """A defect in one sentence; its traceback goes to the log."""
    _LOG.error("The sandbox failed in %s", where, exc_info=defect)
    return f"The sandbox failed in {where}: {defect!r}"


def refusal_of(failure: Exception, where: str) -> Refusal:
    """The refusal that a defect, or a refusal of moto's from within, is answered with."""
    if isinstance(failure, ServiceException):
        return Refusal(failure.code, failure.message)
    if isinstance(failure, HTTPException):
        code = getattr(failure, "error_type", None) or failure.name
        return Refusal(str(code), str(getattr(failure, "message", None) or failure.description))
    return Refusal("SandboxFailure", told(failure, where))
