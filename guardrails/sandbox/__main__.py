"""The background process: `python -m guardrails.sandbox STATE_DIR SEED`. Started by `guardrails.sandbox.start`, not by people."""

import os
import signal
import sys
from pathlib import Path

from guardrails.sandbox.process import write_state
from guardrails.sandbox.running import Running
from guardrails.sandbox.server import Application, bind


def main(state_dir: Path, seed: str) -> None:
    """Serve until told to end; the state file appears once requests are answered."""
    server = bind(Application(seed))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    write_state(state_dir, Running(f"http://127.0.0.1:{server.server_port}", os.getpid(), seed=seed))
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
