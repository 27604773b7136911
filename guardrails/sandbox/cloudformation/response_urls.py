"""Response URLs: where the provider of a custom resource puts its response. AWS's are presigned URLs of S3, ours have an unguessable end.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.sandbox.serving import calls, endpoint, lifecycle
from guardrails.sandbox.serving.refusals import Reply

PATH: Final = "/_sandbox/custom-resource-responses/"
"""Of the response URLs, each with a key of its own after it."""


@dataclass(slots=True)
class Mailbox:
    """Where one response is awaited: `body` is None until it comes, `seconds` how long that took."""

    url: str
    body: bytes | None = None
    seconds: float = 0.0
    began: float = field(default_factory=time.monotonic)


_MAILBOXES: Final[dict[str, Mailbox]] = lifecycle.forgotten_on_reset({})


@contextmanager
def awaited() -> Iterator[Mailbox]:
    """A response URL that is good during the block."""
    key = secrets.token_urlsafe(32)
    _MAILBOXES[key] = Mailbox(f"{endpoint.current()}{PATH}{key}")
    try:
        yield _MAILBOXES[key]
    finally:
        _MAILBOXES.pop(key, None)


def receive(path: str, environ: dict[str, Any]) -> Reply:
    """Take in what is put to a response URL; 403 when nobody waits there. The first response counts."""
    body, box = calls.read_body(environ), _MAILBOXES.get(path.removeprefix(PATH))
    if body is None or box is None or environ["REQUEST_METHOD"] != "PUT":
        return Reply(403, {}, b"")
    if box.body is None:
        box.body, box.seconds = body, time.monotonic() - box.began
    return Reply(200, {}, b"")
