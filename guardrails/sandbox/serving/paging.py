"""Lists given out page by page, each service with its own member names, page size and refusal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Paging:
    """How a service pages: what its token and its limit are called, and how it refuses a bad one."""

    refuse: Callable[[str], Refusal]
    token: str = "NextToken"
    limit: str = "MaxResults"

    def page(self, call: Call, key: str, items: Iterable[Any], size: int) -> dict[str, Any]:
        """One page of a list under `key`, with a token while there is more; `size` is the usual page and the largest.

        Raises:
            Refusal: a limit below 1 or above `size`, or a token that this list did not give out.
        """
        found = list(items)
        limit, token = int(call.parameters.get(self.limit) or size), str(call.parameters.get(self.token) or "0")
        if not 1 <= limit <= size:
            raise self.refuse(f"{self.limit} must be between 1 and {size}.")
        if not token.isdecimal():
            raise self.refuse(f"{self.token} is not valid.")
        end = int(token) + limit
        return {key: found[int(token) : end], **({self.token: str(end)} if end < len(found) else {})}
