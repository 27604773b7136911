"""How fast the sandbox is: `python tests/bench/sandbox.py [ACCOUNTS ...]`. Not a test: it asserts nothing.

Each size runs on a sandbox process of its own. Shown are seconds as a client sees them, over HTTP, and the largest
memory of the sandbox's process.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.config import Config

from guardrails import sandbox

REGIONS = ["eu-west-1", "us-east-1"]
STARTS = 5
CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=3600)
TEMPLATE = {
    "Resources": {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True}},
        "Alias": {
            "Type": "AWS::KMS::Alias",
            "Properties": {"AliasName": "alias/bench", "TargetKeyId": {"Ref": "Key"}},
        },
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Ref": "Key"}}},
        "Group": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": "/bench", "RetentionInDays": 30},
        },
    }
}


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def start_to_first_answer() -> float:
    """The median of five starts of a sandbox process, each until it has answered."""

    def once() -> float:
        with TemporaryDirectory() as folder:
            taken = seconds(lambda: sandbox.start(Path(folder)))
            sandbox.stop(Path(folder))
        return taken

    return median(once() for _ in range(STARTS))


def list_accounts(session: Any) -> int:
    pages = session.client("organizations", config=CONFIG).get_paginator("list_accounts").paginate()
    return sum(len(page["Accounts"]) for page in pages)


def deploy(session: Any) -> None:
    """One stack set with four resources into every member account and two regions, followed to its end."""
    cloudformation = session.client("cloudformation", config=CONFIG)
    root = session.client("organizations", config=CONFIG).list_roots()["Roots"][0]["Id"]
    cloudformation.activate_organizations_access()
    cloudformation.create_stack_set(
        StackSetName="bench",
        TemplateBody=json.dumps(TEMPLATE),
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    started = cloudformation.create_stack_instances(
        StackSetName="bench",
        DeploymentTargets={"OrganizationalUnitIds": [root]},
        Regions=REGIONS,
        OperationPreferences={"MaxConcurrentPercentage": 100, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"},
    )
    while True:
        found = cloudformation.describe_stack_set_operation(StackSetName="bench", OperationId=started["OperationId"])
        if found["StackSetOperation"]["Status"] not in {"RUNNING", "QUEUED"}:
            break
    if found["StackSetOperation"]["Status"] != "SUCCEEDED":
        raise SystemExit(f"the stack set ended {found['StackSetOperation']}")


def peak_megabytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def measure(accounts: int) -> None:
    with TemporaryDirectory() as folder:
        running = sandbox.start(Path(folder))
        session = boto3.Session(running.access_key_id, running.secret_access_key, region_name=running.region)
        create: Any = session.client

        class Local:
            def client(self, service: str, config: Config) -> Any:
                return create(service, endpoint_url=running.endpoint, config=config)

        seeded = seconds(lambda: sandbox.reset(Path(folder), "bare", accounts=accounts))
        listed = seconds(lambda: list_accounts(Local()))
        deployed = seconds(lambda: deploy(Local()))
        memory = peak_megabytes(running.pid)
        sandbox.stop(Path(folder))
    print(f"{accounts:>9,} {seeded:>9.2f} {listed:>13.2f} {deployed:>10.2f} {2 * accounts:>8,} {memory:>11,}")


if __name__ == "__main__":
    print(f"start to first answer: {start_to_first_answer():.2f} s (median of {STARTS})\n")
    print(
        f"{'accounts':>9} {'seed (s)':>9} {'list all (s)':>13} {'stack set (s)':>10} {'stacks':>8} {'memory (MB)':>11}"
    )
    for size in [int(argument) for argument in sys.argv[1:]] or [100, 1_000, 5_000]:
        measure(size)
