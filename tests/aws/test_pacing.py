"""Token buckets, on a clock that only sleeping moves."""

from itertools import combinations

import botocore.session
import pytest
from botocore import xform_name
from hypothesis import given
from hypothesis import strategies as st

from guardrails.aws.pacing import RATES, SHARED, Pacer, Rate, Unpaced

LIST_POLICIES = RATES["organizations:list_policies"][1]


class Clock:
    """A clock in seconds; sleeping moves it and nothing else does."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def sent(operations: list[str], pauses: list[float]) -> list[float]:
    """When each request is sent, if its caller does something else for a while before it."""
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    times = []
    for operation, pause in zip(operations, pauses, strict=True):
        clock.now += pause
        pacer.wait("organizations", operation)
        times.append(clock.now)
    return times


def kept(times: list[float], rate: Rate) -> bool:
    """Whether no window, however long, holds more than the burst and what flows in meanwhile."""
    return all(
        last - first + 1 <= rate.burst + rate.per_second * (times[last] - times[first]) + 1e-6
        for first, last in combinations(range(len(times)), 2)
    )


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40))
def test_no_window_exceeds_the_rate(pauses: list[float]) -> None:
    """However the requests come, in no window are more sent than the documented burst and rate allow."""
    assert kept(sent(["list_policies"] * len(pauses), pauses), LIST_POLICIES)


@given(st.lists(st.sampled_from(["create_policy", "attach_policy", "detach_policy"]), min_size=1, max_size=20))
def test_operations_in_one_row_share_a_bucket(operations: list[str]) -> None:
    """Operations that AWS counts together are held back together."""
    assert kept(sent(operations, [0] * len(operations)), RATES["organizations:create_policy"][1])


def test_a_burst_goes_at_once() -> None:
    """As many as the burst go without waiting; the next one waits for one token; after a rest the burst is back."""
    count, per_second = LIST_POLICIES.burst, LIST_POLICIES.per_second
    times = sent(["list_policies"] * (2 * count + 1), [0] * (count + 1) + [count / per_second] + [0] * (count - 1))
    assert times[:count] == pytest.approx([1_000.0] * count)
    assert times[count] == pytest.approx(1_000 + 1 / per_second)
    assert times[count + 1 :] == pytest.approx([times[count + 1]] * count)


def test_buckets_do_not_hold_each_other_back() -> None:
    """A bucket that is empty delays nobody else's requests."""
    times = sent(["create_account"] * 3 + ["list_accounts"], [0] * 4)
    assert times[-1] == 1_000.0


def test_what_has_no_documented_rate_is_not_held_back() -> None:
    """An undocumented operation of a service without a shared rate is never delayed."""
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    for _ in range(500):
        pacer.wait("cloudtrail", "describe_trails")
    assert clock.now == 1_000.0


@pytest.mark.parametrize("service", sorted(SHARED))
def test_a_shared_rate_holds_for_all_operations_of_a_service(service: str) -> None:
    """Where AWS counts all operations of a service together, so does the pacer."""
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    for number in range(SHARED[service].burst + 20):
        pacer.wait(service, ("one", "another")[number % 2])
    assert clock.now == pytest.approx(1_001.0)


def test_unpaced_never_waits() -> None:
    """The sandbox's pacer delays nothing."""
    for _ in range(100):
        Unpaced().wait("organizations", "create_account")


def test_rates_are_of_real_operations() -> None:
    """Every operation in the table exists under this name, and in one row only; every rate lets at least one through."""
    models = {name: botocore.session.Session().get_service_model(name) for name in ("account", "organizations")}
    real = {f"{service}:{xform_name(name)}" for service, model in models.items() for name in model.operation_names}
    assert set(RATES) <= real
    assert all(rate.burst >= 1 and rate.per_second > 0 for _, rate in RATES.values())
