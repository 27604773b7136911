"""Date operators: ISO 8601 or seconds since 1970, which may be mixed. A value of the request that is no date matches nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
"""

import re
from datetime import UTC, datetime
from typing import Final

from guardrails.iam.conditions import comparisons

_EPOCH: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII)
_YEAR, _YEAR_AND_MONTH = 4, 7


def seconds(text: str) -> float | None:
    """The moment that a text spells, in seconds since 1970, or None. Four digits alone are a year."""
    if _ISO.fullmatch(text):
        whole = {_YEAR: f"{text}-01-01", _YEAR_AND_MONTH: f"{text}-01"}.get(len(text), text)
        try:
            moment = datetime.fromisoformat(whole)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return float(text) if _EPOCH.fullmatch(text) else None


OPERATORS: Final = comparisons("Date", seconds, "date")
