"""Puts settings that no CloudFormation type holds. A setting that already holds is not written; each that cannot be put is named.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
PAUSES = (2, 5, 10)  # what a role may do is not known everywhere at once
client: Any = lru_cache(boto3.client)
RESERVE = 45_000  # milliseconds: enough for one more setting, and the answer


def handler(event: dict[str, Any], context: Any) -> None:
    """Carry out one request; CloudFormation is answered in any case."""
    failures = ["it ended early, its log says why"]
    try:
        failures = list(carried_out(event, context))
    finally:
        answer(event, failures)


def carried_out(event: dict[str, Any], context: Any) -> Iterator[str]:
    """Put what differs, or release what is to be released; gives each failure."""
    kind, new = event["RequestType"], event["ResourceProperties"]
    old = event.get("OldResourceProperties", {"Revision": "0"})
    if int(new["Revision"]) < int(old["Revision"]):
        return  # a roll-back: what failed on the way there would only fail again
    pauses = PAUSES if new.get("Settings") != old.get("Settings") else ()
    for setting in map(json.loads, new.get("Settings", ())):
        if context.get_remaining_time_in_millis() < RESERVE:
            yield f"{setting['Name']}: no time was left"
            continue
        try:
            if kind == "Delete":
                release(setting)
            else:
                hold(setting, pauses)
        except (BotoCoreError, ClientError) as error:
            yield f"{setting['Name']}: {error}"


def release(setting: dict[str, Any]) -> None:
    """Take a setting back, where it says how; else it stays."""
    if "Remove" in setting:
        called(setting["Remove"])


def hold(setting: dict[str, Any], pauses: tuple[int, ...]) -> None:
    """Put a setting unless its probe answers what is expected."""
    try:
        if covers(called(setting["Probe"], pauses), setting["Expected"]):
            return
    except ClientError as error:
        if error.response["Error"]["Code"] not in setting.get("Absent", ()):
            raise
    called(setting["Put"], pauses)


def covers(found: Any, expected: Any) -> bool:
    """Whether an answer holds everything expected."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(covers(found.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(covers, found, expected))
    return bool(found == expected)


def called(call: dict[str, Any], pauses: tuple[int, ...] = ()) -> Any:
    """What AWS answers; a denial is asked again after each pause."""
    operation = getattr(client(call["Service"], config=CONFIG), call["Operation"])
    for pause in pauses:
        try:
            return operation(**call.get("Parameters", {}))
        except ClientError as error:
            if error.response["Error"]["Code"] not in DENIED:
                raise
            time.sleep(pause)
    return operation(**call.get("Parameters", {}))


def answer(event: dict[str, Any], failures: list[str]) -> None:
    """Tell CloudFormation how it went: at most 4,096 bytes, the whole of it in the log."""
    print(json.dumps({"request": event["RequestType"], "failures": failures}))  # noqa: T201 -- the function's log
    shortest = 3000 // max(1, len(failures))
    body = {
        "Status": "FAILED" if failures else "SUCCESS",
        "Reason": "; ".join(failure[:shortest] for failure in failures) or "every setting holds",
        "PhysicalResourceId": event.get("PhysicalResourceId", "account-settings"),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 -- CloudFormation's own address
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=20).close()  # noqa: S310
