"""Lists given out page by page, as CloudFormation does: `NextToken`, and `MaxResults` where the operation has it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackInstances.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardrails.sandbox.serving.refusals import Refusal

LARGEST: Final = 100


def page(name: str, items: Sequence[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of a list as response members: the items under `name`, and `NextToken` when there are more.

    Raises:
        Refusal: `MaxResults` is not between 1 and 100, or the token is none of ours.
    """
    size = int(parameters.get("MaxResults", LARGEST))
    if not 1 <= size <= LARGEST:
        raise Refusal(
            "ValidationError",
            f"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: 1 to {LARGEST}",
        )
    first = start(parameters)
    result: dict[str, Any] = {name: list(items[first : first + size])}
    if first + size < len(items):
        result["NextToken"] = str(first + size)
    return result


def start(parameters: Mapping[str, Any]) -> int:
    """Where the page that a request asks for begins.

    Raises:
        Refusal: the token is none of ours.
    """
    token = str(parameters.get("NextToken", "0"))
    if not token.isdecimal():
        raise Refusal("ValidationError", "The specified NextToken is not valid.")
    return int(token)
