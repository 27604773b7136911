"""sandbox faults: what goes wrong in the sandbox on purpose."""

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace


def test_add_list_and_clear(workplace: Workplace, sandbox: Embedded) -> None:
    """A fault that was added strikes, is listed with how often it struck, and is gone once cleared."""
    added = workplace.run("sandbox", "faults", "add", "throttling", "--calls", "organizations:*", "--times", "2")
    assert (added.code, added.out) == (0, "throttling of organizations:*: struck 0 of 0 calls\n  times 2\n")
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        sandbox.client("organizations").list_roots()
    shown = workplace.run("sandbox", "faults", "list")
    assert shown.out == "throttling of organizations:*: struck 1 of 1 calls\n  times 2\n"
    assert workplace.run("sandbox", "faults", "clear").out == "Nothing goes wrong on purpose.\n"
    sandbox.client("organizations").list_roots()


def test_json(workplace: Workplace) -> None:
    """As JSON, faults have what was asked for and both counts."""
    arguments = ("denied", "--account", "222222222222", "--probability", "0.5", "--seed", "7", "--reason", "Because.")
    document = workplace.run("sandbox", "faults", "add", *arguments, "--output", "json").document
    assert document["crashed"] is False
    (fault,) = document["faults"]
    expected = {"kind": "denied", "account": "222222222222", "probability": 0.5, "seed": 7, "reason": "Because."}
    assert expected.items() <= fault.items()
    assert (fault["seen"], fault["struck"]) == (0, 0)


def test_a_crash_is_told(workplace: Workplace, sandbox: Embedded) -> None:
    """After a crash the list says so, and clear brings the sandbox back."""
    workplace.run("sandbox", "faults", "add", "crash")
    with pytest.raises(Exception, match="closed"):
        sandbox.client("iam").create_user(UserName="kim")
    assert (
        "It has crashed: nothing is answered until faults are cleared."
        in workplace.run("sandbox", "faults", "list").out
    )
    workplace.run("sandbox", "faults", "clear")
    assert sandbox.client("iam").get_user(UserName="kim")


@pytest.mark.parametrize("arguments", [("flood",), ("crash", "--every", "0"), ("crash", "--probability", "0")])
def test_nonsense_is_a_usage_error(workplace: Workplace, arguments: tuple[str, ...]) -> None:
    """An unknown fault and a number out of range end with 3."""
    assert workplace.run("sandbox", "faults", "add", *arguments).code == 3
