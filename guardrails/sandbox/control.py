"""What the sandbox is told beside AWS's own calls, under `/_sandbox/`: to reset, to enforce policies, to let things go wrong.

| request | does |
|---|---|
| `POST health` | nothing: it tells process, seed and whether policies are enforced, as all of them do |
| `POST reset?seed=NAME&accounts=N` | forgets everything and lays the seed |
| `POST enforce?on=true` | judges every call by policies from now on; `on=false`: no longer |
| `GET faults` | lists the faults that are in force |
| `POST faults` | adds the fault in the body (`guardrails.sandbox.faults.rules`) |
| `DELETE faults` | clears them all |
"""

import json
import os
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from guardrails.sandbox.enforcement.gate import GATE
from guardrails.sandbox.faults.rules import Fault
from guardrails.sandbox.faults.standing import STANDING
from guardrails.sandbox.serving import calls
from guardrails.sandbox.serving.refusals import Reply

PATH: Final = "/_sandbox/"
_HEADERS: Final = {"Content-Type": "application/json"}


class Application(Protocol):
    """What is told: the seed and the number of member accounts that it was laid with, and how to lay others."""

    seed_name: str
    accounts: int

    def reset(self, seed_name: str, accounts: int) -> None:
        """Forget everything and lay a seed."""


def answer(application: Application, what: str, environ: dict[str, Any]) -> Reply:
    """Do what is asked."""
    asked = dict(parse_qsl(str(environ.get("QUERY_STRING", ""))))
    if what == "faults":
        return _faults(str(environ["REQUEST_METHOD"]), calls.read_body(environ) or b"")
    if what == "reset":
        application.reset(asked.get("seed", application.seed_name), int(asked.get("accounts", application.accounts)))
    elif what == "enforce":
        GATE.enforces = asked.get("on") == "true"
    elif what != "health":
        return Reply(404, {}, b"")
    return _json(200, {"pid": os.getpid(), "seed": application.seed_name, "enforces": GATE.enforces})


def _faults(method: str, body: bytes) -> Reply:
    if method == "DELETE":
        STANDING.clear()
    elif method == "POST":
        try:
            STANDING.faults.append(Fault.from_mapping(json.loads(body)))
        except (TypeError, ValueError) as problem:
            return _json(400, {"message": str(problem)})
    return _json(200, {"crashed": STANDING.crashed, "faults": [fault.to_mapping() for fault in STANDING.faults]})


def _json(status: int, content: dict[str, Any]) -> Reply:
    return Reply(status, _HEADERS, json.dumps(content).encode())
