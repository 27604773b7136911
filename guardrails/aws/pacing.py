"""Client-side token buckets: requests are spent at the documented rates instead of collided and backed off.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html,
https://docs.aws.amazon.com/accounts/latest/reference/quotas.html
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """A documented request rate: requests per second, and how many may come at once."""

    per_second: float
    burst: int


def _rates(service: str, table: Mapping[tuple[float, int], str]) -> dict[str, tuple[str, Rate]]:
    """`service:operation` -> (bucket, rate); operations in one row share one bucket."""
    return {
        f"{service}:{operation}": (f"{service}:{operations}", Rate(*rate))
        for rate, rows in table.items()
        for operations in rows.split(" | ")
        for operation in operations.split()
    }


RATES: Final[Mapping[str, tuple[str, Rate]]] = MappingProxyType(
    _rates(
        "organizations",
        {
            (2, 3): "create_policy delete_policy attach_policy detach_policy update_policy"
            " | move_account update_organizational_unit delete_organizational_unit",
            (2, 2): "describe_policy | describe_create_account_status | describe_organizational_unit",
            (1, 1): "enable_policy_type disable_policy_type",
            (5, 8): "list_policies list_policies_for_target list_targets_for_policy"
            " | list_parents list_accounts_for_parent list_organizational_units_for_parent | list_delegated_administrators",
            (8, 12): "list_accounts",
            (0.1, 3): "create_account",
            (0.05, 1): "close_account",
            (6, 10): "list_children",
            (1, 2): "list_roots | describe_organization | create_organizational_unit"
            " | enable_aws_service_access disable_aws_service_access"
            " | register_delegated_administrator deregister_delegated_administrator",
            (1, 3): "list_delegated_services_for_account | list_aws_service_access_for_organization",
            (4, 6): "tag_resource untag_resource",
            (10, 15): "list_tags_for_resource",
            (20, 30): "describe_account",
        },
    )
    | _rates(
        "account",
        {(1, 1): "enable_region", (5, 5): "get_region_opt_status | list_regions", (10, 15): "get_alternate_contact"},
    )
)
SHARED: Final[Mapping[str, Rate]] = MappingProxyType({"sso-admin": Rate(20, 20), "identitystore": Rate(20, 20)})


class Pacer:
    """Makes callers wait until the request they are about to send is within the documented rate.

    One pacer serves all threads of a run. What has no documented rate is not held back.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}

    def wait(self, service: str, operation: str) -> None:
        """Return when the request may be sent; callers are served in the order in which they asked."""
        bucket, rate = RATES.get(f"{service}:{operation}") or (service, SHARED.get(service))
        if rate is None:
            return
        with self._lock:
            now = self._clock()
            due = max(self._due.get(bucket, now), now)
            self._due[bucket] = due + 1 / rate.per_second
        delay = due - (rate.burst - 1) / rate.per_second - now
        if delay > 0:
            self._sleep(delay)


class Unpaced(Pacer):
    """Holds nobody back: for the sandbox."""

    def wait(self, service: str, operation: str) -> None:
        """Return at once."""
