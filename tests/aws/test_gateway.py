"""The port: a reader that cannot write and remembers, a writer that waits out what passes, and a count of every call."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from guardrails.aws import gateway as under_test
from guardrails.aws.gateway import PASSING_ERROR_ATTEMPTS, Gateway, Tempo, _tokens
from guardrails.errors import AwsAccessDenied, AwsError
from tests.organization_line import Line, refuse

CREATE = "organizations:create_organizational_unit"


@pytest.fixture
def gateway(line: Line) -> Gateway:
    """A connected gateway that has not called anything yet, and waits for nothing."""
    calls = line.connection.gateway.calls
    calls.reads.clear()
    calls.writes.clear()
    return replace(line.connection.gateway, tempo=Tempo(at_most=0))


def make_unit(gateway: Gateway, line: Line, name: str = "Workloads", **more: Any) -> str:
    answer = gateway.writer().write(
        "organizations", "create_organizational_unit", ParentId=line.root_id, Name=name, **more
    )
    return str(answer["OrganizationalUnit"]["Id"])


def unit_names(port: Any, line: Line) -> list[str]:
    found = port.items(
        "organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=line.root_id
    )
    return [unit["Name"] for unit in found]


def test_every_page_is_read(gateway: Gateway, line: Line) -> None:
    """A list of 45 objects is read in three pages of twenty, each counted, by reader and writer alike."""
    names = [f"Team {number:02}" for number in range(45)]
    for name in names:
        line.client().create_organizational_unit(ParentId=line.root_id, Name=name)
    for port in (gateway.reader(), gateway.writer()):
        gateway.calls.reads.clear()
        assert unit_names(port, line) == names
        assert gateway.calls.reads == {"organizations:list_organizational_units_for_parent": 3}


@pytest.mark.parametrize(
    ("service", "operation", "tokens"),
    [
        ("organizations", "list_accounts", ("NextToken", "NextToken")),
        ("iam", "list_roles", ("Marker", "Marker")),
        ("resourcegroupstaggingapi", "get_resources", ("PaginationToken", "PaginationToken")),
        ("guardduty", "list_detectors", ("NextToken", "NextToken")),
        ("sts", "get_caller_identity", ("NextToken", "NextToken")),
    ],
)
def test_the_name_of_the_next_page(gateway: Gateway, service: str, operation: str, tokens: tuple[str, str]) -> None:
    """However a service calls the token of the next page, it is known by that name."""
    assert _tokens(gateway.sessions.client(service, "", "eu-west-1"), operation) == tokens


def test_a_reader_asks_once(gateway: Gateway, line: Line) -> None:
    """A reader that is asked the same again, in whatever place it was bound to in between, does not ask AWS again."""
    reader = gateway.reader()
    for _ in range(2):
        unit_names(reader, line)
        reader.at(region="eu-central-1").at(region="eu-west-1").read("organizations", "describe_organization")
    assert set(gateway.calls.reads.values()) == {1}
    gateway.reader().read("organizations", "describe_organization")
    assert gateway.calls.reads["organizations:describe_organization"] == 2


def test_a_writer_always_asks(gateway: Gateway, line: Line) -> None:
    """A writer sees what changed since it last looked."""
    writer = gateway.writer()
    assert unit_names(writer, line) == []
    make_unit(gateway, line)
    assert unit_names(writer, line) == ["Workloads"]


@pytest.mark.parametrize("operation", ["delete_policy", "create_account", "tag_resource", "close_account"])
def test_nothing_is_written_through_a_reader(gateway: Gateway, operation: str) -> None:
    """A writing operation is refused before anything is sent, by read and by items, of a reader and of a writer."""
    for port in (gateway.reader(), gateway.writer()):
        with pytest.raises(PermissionError, match=f"{operation} is not a reading operation"):
            port.read("organizations", operation)
        with pytest.raises(PermissionError):
            list(port.items("organizations", operation, "Things"))
    assert not gateway.calls.reads


def test_a_port_stands_somewhere(gateway: Gateway) -> None:
    """`at` binds to another place; what is not given stays."""
    reader = gateway.reader()
    assert (reader.account, reader.region) == ("", "eu-west-1")
    there = reader.at("prod", "eu-central-1")
    assert (there.account, there.region) == ("prod", "eu-central-1")
    assert (there.at(region="").region, there.at("").account, there.at().account) == ("eu-central-1", "", "prod")


def test_a_write_is_told_once_confirmed(gateway: Gateway, line: Line) -> None:
    """After each write that AWS confirmed, and no other, `after_write` hears of it."""
    heard: list[str] = []
    telling = replace(gateway, after_write=heard.append)
    make_unit(telling, line)
    with pytest.raises(AwsError, match="DuplicateOrganizationalUnitException"):
        make_unit(telling, line)
    assert heard == [CREATE]
    assert gateway.calls.writes == {CREATE: 2}


def test_what_passes_is_tried_again(gateway: Gateway, line: Line) -> None:
    """A concurrent modification is waited out, and each attempt counted."""
    refuse(line.connection, "CreateOrganizationalUnit", "ConcurrentModificationException", times=3)
    assert make_unit(gateway, line)
    assert gateway.calls.writes == {CREATE: 4}


def test_what_does_not_pass_is_given_up(gateway: Gateway, line: Line) -> None:
    """After twelve attempts the error is told."""
    refuse(line.connection, "CreateOrganizationalUnit", "ConcurrentModificationException")
    with pytest.raises(AwsError, match="ConcurrentModificationException"):
        make_unit(gateway, line)
    assert gateway.calls.writes == {CREATE: PASSING_ERROR_ATTEMPTS}


@pytest.mark.parametrize(("more", "attempts"), [({}, 1), ({"retry_on": ("Soon",)}, 3)])
def test_other_errors_pass_only_where_the_caller_says_so(
    gateway: Gateway, line: Line, more: dict[str, Any], attempts: int
) -> None:
    """An error that may pass here is tried again only when the caller names it."""
    refuse(line.connection, "CreateOrganizationalUnit", "Soon", times=2)
    if more:
        assert make_unit(gateway, line, **more)
    else:
        with pytest.raises(AwsError, match="Soon"):
            make_unit(gateway, line)
    assert gateway.calls.writes == {CREATE: attempts}


def test_waits_grow_to_a_limit(gateway: Gateway, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between attempts the wait doubles up to twenty seconds, less some jitter."""
    waits: list[float] = []
    monkeypatch.setattr(under_test, "time", SimpleNamespace(sleep=waits.append))
    refuse(line.connection, "CreateOrganizationalUnit", "ConcurrentModificationException")
    with pytest.raises(AwsError):
        make_unit(replace(gateway, tempo=Tempo()), line)
    most = [min(2.0**attempt / 2, under_test.LONGEST_BACKOFF) for attempt in range(1, PASSING_ERROR_ATTEMPTS)]
    assert all(longest / 2 <= wait <= longest for wait, longest in zip(waits, most, strict=True))


def test_a_denied_read_is_access_denied(gateway: Gateway, line: Line) -> None:
    """A denial comes in our words and names the operation."""
    refuse(line.connection, "DescribeOrganization", "AccessDeniedException")
    with pytest.raises(AwsAccessDenied, match="organizations:describe_organization"):
        gateway.reader().read("organizations", "describe_organization")


def test_waiting_for_something(gateway: Gateway) -> None:
    """`wait_for` looks until there is something, and gives it back."""
    answers = iter([None, None, "there"])
    assert gateway.writer().wait_for(lambda: next(answers), what="it", every=60, timeout=3_600) == "there"


def test_waiting_in_vain(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the timeout the error says what was waited for, how long and where; it was looked at every so many seconds."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(under_test, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: clock[0]))
    looks: list[float] = []
    writer = replace(gateway, tempo=Tempo()).writer().at("prod")
    with pytest.raises(AwsError, match="the account in prod/eu-west-1: Timeout: not finished after 60 s"):
        writer.wait_for(lambda: looks.append(clock[0]), what="the account", every=25, timeout=60)
    assert looks == [0, 25, 50, 75]


class Doors:
    """Sessions that let nobody in until they were asked so many times."""

    def __init__(self, closed_for: int) -> None:
        self.closed_for, self.asked = closed_for, 0

    def client(self, service: str, account: str, region: str) -> Any:
        self.asked += 1
        if self.asked <= self.closed_for:
            raise AwsAccessDenied("sts:assume_role", "AccessDenied", "not yet", account=account)
        return SimpleNamespace(get_caller_identity=lambda: {"Account": "222222222222"})


def behind(doors: Doors, gateway: Gateway, *new: str) -> Any:
    sessions: Any = doors
    return replace(gateway, sessions=sessions, is_new=new.__contains__).writer().at("dev")


def test_an_account_that_this_run_made_is_tried_until_it_lets_us_in(gateway: Gateway) -> None:
    """The role of a new account cannot be assumed for its first moments: that passes, and is waited out."""
    doors = Doors(closed_for=3)
    assert behind(doors, gateway, "dev").read("sts", "get_caller_identity")["Account"] == "222222222222"
    assert doors.asked == 4


@pytest.mark.parametrize(("new", "asked"), [((), 1), (("dev",), under_test.NEW_ACCOUNT_ATTEMPTS + 1)])
def test_a_door_that_stays_closed_is_a_denial(gateway: Gateway, new: tuple[str, ...], asked: int) -> None:
    """An account that was there before is asked once, a new one only so often."""
    doors = Doors(closed_for=1_000)
    with pytest.raises(AwsAccessDenied):
        behind(doors, gateway, *new).read("sts", "get_caller_identity")
    assert doors.asked == asked
