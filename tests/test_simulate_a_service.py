"""simulate, asked about a whole service: a text that a person reads, and data that leaves nothing out."""

import re

import pytest

from guardrails.iam.catalogue import catalogue
from tests.command_line import Workplace

ASKED = ("simulate", "--action", "iam:*")


@pytest.fixture
def shipped(workplace: Workplace) -> Workplace:
    """A workplace that declares what ships."""
    workplace.declare_everything()
    return workplace


@pytest.mark.parametrize(
    ("arguments", "most"),
    [
        (("--account", "dev"), 140),
        (("--account", "dev", "--account", "prod", "--principal", "role/X"), 30),
        (("--matrix",), 30),
    ],
)
def test_a_whole_service(shipped: Workplace, arguments: tuple[str, ...], most: int) -> None:
    """Hundreds of actions are few answers; those that are not named are counted, and the last line says how to see them."""
    ended = shipped.run(*ASKED, *arguments)
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert len(lines) <= most
    assert max(map(len, lines)) <= 80
    service = catalogue().service("iam")
    assert service is not None
    told = re.search(r"every other action \((\d+) of (\d+)\)", ended.out)
    assert told is not None
    named = set(re.findall(r"\biam:[A-Z]\w+", ended.out))
    assert len(named) + int(told[1]) == int(told[2]) == len(service.actions)
    assert "--output json" in "\n".join(lines[-2:])


def test_the_data_is_complete(shipped: Workplace) -> None:
    """The data has an answer for each action and principal, with every reason."""
    answers = shipped.run(*ASKED, "--account", "dev", "--output", "json").document["answers"]
    service = catalogue().service("iam")
    assert service is not None
    assert {each["action"] for each in answers} == {f"iam:{name}" for name in service.matching("*")}
    assert len(answers) == len({(each["action"], each["principal"]) for each in answers})
    assert len(answers) % len(service.matching("*")) == 0


def test_what_is_few_is_told_in_full(shipped: Workplace) -> None:
    """Three answers about one principal are told with every reason; a fourth makes them a page of accounts and actions."""
    asked = ("simulate", "--principal", "role/X", "--action", "cloudtrail:StopLogging")
    accounts = [part for name in ("dev", "prod", "log-archive", "security-tooling") for part in ("--account", name)]
    full = shipped.run(*asked, *accounts[:6]).out
    assert [line for line in full.splitlines() if line.startswith("role/X in ")] == [
        f"role/X in {name}: cloudtrail:StopLogging (eu-west-1)" for name in ("dev", "prod", "log-archive")
    ]
    assert shipped.run(*asked, *accounts).out.startswith(
        "What may role/X do in dev, prod, log-archive, security-tooling (eu-west-1)?\n\ncloudtrail:StopLogging\n"
    )
