"""The background process: `python -m guardrails.sandbox STATE_DIR SEED ACCOUNTS`. Started by `guardrails.sandbox.start`, not by people."""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guardrails.sandbox.loopback import stay_inside
from guardrails.sandbox.process import is_forgotten, write_state
from guardrails.sandbox.running import Running

LOOK_SECONDS: Final = 5.0


def ending_when_forgotten(state_dir: Path) -> Callable[[], None]:
    """What the server does between requests: every five seconds it looks whether anybody could still find it, and ends when not."""
    looked = time.monotonic()

    def look() -> None:
        nonlocal looked
        if time.monotonic() - looked < LOOK_SECONDS:
            return
        looked = time.monotonic()
        if is_forgotten(state_dir, os.getpid()):
            sys.exit(0)

    return look


def main(state_dir: Path, seed: str, accounts: int) -> None:
    """Serve until told to end, or until the state file names somebody else; it appears once requests are answered.

    What is loaded before that is never garbage, and is not looked through for any: a tenth of the time to the first answer.
    """
    gc.disable()
    from guardrails.sandbox.server import Application, bind
    from guardrails.sandbox.serving import lifecycle

    server = bind(Application(seed, accounts))
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    write_state(state_dir, Running(f"http://127.0.0.1:{server.server_port}", os.getpid(), seed=seed, accounts=accounts))
    server.service_actions = ending_when_forgotten(state_dir)  # type: ignore[method-assign]  # socketserver's own hook
    try:
        server.serve_forever()
    finally:
        lifecycle.end()


if __name__ == "__main__":
    stay_inside()
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
