"""The function that puts account settings: CloudFormation hears of every failure, and a setting is put only if it differs."""

import io
import json
import runpy
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

Asked = list[str]
Run = Callable[..., dict[str, Any]]


def setting(name: str, **more: Any) -> str:
    def call(operation: str) -> dict[str, Any]:
        return {"Service": "ec2", "Operation": operation, "Parameters": {}}

    told = {"Name": name, "Probe": call(f"get_{name}"), "Put": call(f"put_{name}"), "Expected": {"On": True}}
    return json.dumps({**told, **{key: call(value) if key == "Remove" else value for key, value in more.items()}})


class Client:
    """AWS with settings that are on, off, missing, put by somebody else, or may not be looked at, by their name."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked

    def __getattr__(self, operation: str) -> Callable[[], dict[str, Any]]:
        def answer() -> dict[str, Any]:
            self.asked.append(operation)
            if operation == "get_missing":
                raise ClientError({"Error": {"Code": "NoSuchThing"}}, operation)
            if operation.endswith("denied"):
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x" * 3000}}, operation)
            if operation == "put_raced":
                raise ClientError({"Error": {"Code": "AlreadyThere"}}, operation)
            on = operation == "get_on" or (operation == "get_raced" and "put_raced" in self.asked)
            return {"On": on, "List": [{"Id": 1, "Name": "a"}]}

        return answer


@pytest.fixture
def asked() -> Asked:
    """Every call, as it was made."""
    return []


@pytest.fixture
def run(repository: Path, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the function, freshly loaded, with settings; gives what CloudFormation is answered."""
    monkeypatch.setattr(boto3, "client", lambda service, config: Client(asked))
    answers: list[bytes] = []

    def keep(request: urllib.request.Request, timeout: float) -> io.BytesIO:
        answers.append(bytes(request.data))  # type: ignore[arg-type] # a body, as this function always has
        return io.BytesIO()

    monkeypatch.setattr(urllib.request, "urlopen", keep)
    function = runpy.run_path(str(repository / "templates" / "functions" / "account_settings.py"))
    monkeypatch.setattr(function["time"], "sleep", lambda seconds: asked.append(f"wait {seconds}"))

    def one(kind: str, *settings: str, milliseconds: int = 200_000, **more: Any) -> dict[str, Any]:
        ids = {name: name[0].lower() for name in ("StackId", "RequestId", "LogicalResourceId")}
        properties = {"Revision": "1", "Settings": list(settings)}
        event = {"RequestType": kind, "ResponseURL": "http://x", "ResourceProperties": properties, **ids, **more}
        function["handler"](event, SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds))
        assert len(answers[-1]) <= 4096
        found: dict[str, Any] = json.loads(answers[-1])
        return found

    return one


def test_only_what_differs_is_put(run: Run, asked: Asked) -> None:
    """What holds is left alone; what does not, and what is missing in the way the setting says, is put."""
    found = run("Create", setting("on"), setting("off"), setting("missing", Absent=["NoSuchThing"]))
    assert (found["Status"], found["PhysicalResourceId"], found["StackId"]) == ("SUCCESS", "account-settings", "s")
    assert asked == ["get_on", "get_off", "put_off", "get_missing", "put_missing"]


@pytest.mark.parametrize(
    ("expected", "puts"),
    [({"List": [{"Id": 1}]}, 0), ({"List": []}, 1), ({"List": [{"Id": 2}]}, 1), ({"Other": {"Id": 1}}, 1)],
)
def test_part_of_the_answer_is_compared(run: Run, asked: Asked, expected: Any, puts: int) -> None:
    """Of mappings what is expected, of lists every item."""
    run("Create", setting("off", Expected=expected))
    assert asked == ["get_off", *["put_off"] * puts]


def test_every_failure_is_named(run: Run, asked: Asked) -> None:
    """One that fails does not keep the others from being put; a denial is asked again, as a new role is not known at once."""
    found = run("Create", setting("denied"), setting("missing"), setting("off"))
    assert (found["Status"], asked[-2:]) == ("FAILED", ["get_off", "put_off"])
    assert all(f"{name}: An error occurred" in found["Reason"] for name in ("denied", "missing"))
    assert asked[:7] == ["get_denied", "wait 2", "get_denied", "wait 5", "get_denied", "wait 10", "get_denied"]


def test_somebody_was_faster(run: Run, asked: Asked) -> None:
    """What another region's function has put meanwhile is no failure, though AWS refuses to put it twice."""
    assert run("Create", setting("raced"))["Status"] == "SUCCESS"
    assert asked == ["get_raced", "put_raced", "get_raced"]


def test_nobody_is_left_waiting(run: Run, asked: Asked) -> None:
    """Without the time for another setting it says so; what it does not understand is answered too, and then fails."""
    found = run("Create", setting("off"), milliseconds=1000)
    assert (found["Reason"], asked) == ("off: no time was left", [])
    with pytest.raises(ValueError, match="Expecting value"):
        run("Create", "no JSON")


def test_an_update(run: Run, asked: Asked) -> None:
    """A new revision puts what differs; an earlier one is CloudFormation's roll-back, in which nothing can fail again."""
    same = {"PhysicalResourceId": "p", "OldResourceProperties": {"Revision": "0", "Settings": [setting("denied")]}}
    assert run("Update", setting("denied"), **same)["Status"] == "FAILED"
    assert asked == ["get_denied"]
    back = {"PhysicalResourceId": "p", "OldResourceProperties": {"Revision": "2"}}
    found = run("Update", setting("denied"), **back)
    assert (found["Status"], found["PhysicalResourceId"], asked) == ("SUCCESS", "p", ["get_denied"])


def test_a_deletion(run: Run, asked: Asked) -> None:
    """A setting stays as it is, but where it says how it is removed."""
    assert run("Delete", setting("on"), setting("off", Remove="remove_off"))["Status"] == "SUCCESS"
    assert asked == ["remove_off"]


def test_what_somebody_else_rules(run: Run, asked: Asked) -> None:
    """What its probe says to be ruled by somebody else is not put."""
    assert run("Create", setting("off", NotOurs={"List": [{"Id": 1}]}))["Status"] == "SUCCESS"
    assert asked == ["get_off"]
