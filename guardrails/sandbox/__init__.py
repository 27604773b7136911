"""An embedded AWS organization on this machine: to try things on, to test against, to rehearse a change.

The sandbox answers the AWS APIs on a loopback port: one management account, an organization, an Identity Center
instance, and nothing else, as on the first day. It is moto with AWS's own refusals and effects added where plain moto
says yes to everything. Nothing ever leaves the machine.

    running = start(Path(".guardrails"))     # a background process that outlives its parent; idempotent
    environment(running)                     # the variables that make any AWS tool talk to it
    enforce(running)                         # every call is judged by the policies that AWS would ask
    reset(Path(".guardrails"))               # back to the bare organization
    stop(Path(".guardrails"))

    with in_process() as sandbox:            # the same, in a thread of this process, for tests
        sandbox.client("organizations").list_roots()

What is called from outside stands at the top; the rest is grouped by subject, each on what is below it:

    demo                the whole line, walked once: what `make demo` shows
    process, embedded   the sandbox as a background process, or in a thread of this one
    server, control     the WSGI application, and what it is told beside AWS's own calls
    seed/               what it begins with
    cloudformation/     stacks, stack sets, templates, resource types
    cloudtrail/, identity_center/
    access_analyzer/, aws_config/, detective/, guardduty/, inspector/, macie/, securityhub/
    functions/          Lambda functions that really run, each in a process of its own
    faults/             what goes wrong on purpose
    enforcement/        calls judged by policies
    account_services/   IAM, STS, KMS, S3, EC2's account attributes and others, where moto falls short
    organizations/      the organization, its tree, accounts and policies, and who may administer what
    serving/            one request: read, answered or refused; what a reset forgets
    canaries, loopback  what is replaced inside moto; nothing leaves the machine
    tampering, tour     what a careless administrator does; what stands there after apply
    running             what is known about a sandbox that runs

Importing this package is cheap: moto is imported by the process (or the `in_process` block) that serves, not here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from guardrails.sandbox.running import Running, environment

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

__all__ = [
    "MAX_MEMBER_ACCOUNTS",
    "SEEDS",
    "Running",
    "enforce",
    "environment",
    "faults_of",
    "in_process",
    "reset",
    "start",
    "status",
    "stop",
]

SEEDS: Final = ("bare", "brownfield", "no-identity-center", "consolidated-billing", "no-organization")
"""What the sandbox can begin with.

`bare` is an organization with all features and an Identity Center instance in the home region; `brownfield` one that
people have lived in for years; the others leave things out.
"""

MAX_MEMBER_ACCOUNTS: Final = 9_900
"""So many member accounts can be made at the beginning: a hundred less than the organization's quota, which leaves room for more."""


def start(state_dir: Path, seed: str = "bare", accounts: int = 0) -> Running:
    """Start the sandbox in the background and return it once it answers; a healthy one that already runs is returned as it is.

    It begins with a seed, and with that many member accounts on top, spread over nested OUs. The process is a session of
    its own: it survives this one. Its address and credentials are written to `state_dir/sandbox.json`.

    Raises:
        GuardrailsError: it did not answer within the time limit; the message holds the end of its log.
    """
    from guardrails.sandbox import process

    return process.start(state_dir, seed, accounts)


def stop(state_dir: Path) -> bool:
    """End the sandbox of `state_dir`; True when one was running. What it held is gone."""
    from guardrails.sandbox import process

    return process.stop(state_dir)


def status(state_dir: Path) -> Running | None:
    """The running sandbox of `state_dir`, or None when there is none or it does not answer."""
    from guardrails.sandbox import process

    return process.status(state_dir)


def reset(state_dir: Path, seed: str = "bare", accounts: int = 0) -> Running:
    """Put the sandbox back to a seed, with that many member accounts on top, without a restart: same address, same credentials.

    Raises:
        GuardrailsError: no sandbox runs there.
    """
    from guardrails.sandbox import process

    return process.reset(state_dir, seed, accounts)


def enforce(running: Running, on: bool = True) -> None:
    """Judge every call to the sandbox by SCPs, RCPs and IAM's policies from now on, or no longer.

    Raises:
        GuardrailsError: it does not answer.
    """
    from guardrails.sandbox import process

    process.enforce(running, on)


def faults_of(running: Running, method: str = "GET", fault: Mapping[str, object] | None = None) -> dict[str, object]:
    """What goes wrong on purpose: listed (GET), added (POST: `guardrails.sandbox.faults.rules`), all cleared (DELETE).

    Raises:
        GuardrailsError: it does not answer, or there is no such fault.
    """
    from guardrails.sandbox import process

    return process.faults(running, method, fault)


@contextmanager
def in_process(seed: str = "bare", accounts: int = 0, *, enforce: bool = False) -> Iterator["Embedded"]:
    """Serve a fresh sandbox on a loopback port from a thread of this process, for the length of the block.

    With `enforce`, every call is judged by the organization's service and resource control policies.
    There is one state per process: blocks must not be nested.
    """
    from guardrails.sandbox import embedded

    with embedded.serve(seed, accounts, enforce=enforce) as sandbox:
        yield sandbox
