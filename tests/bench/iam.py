"""How fast the policy engine is: `python tests/bench/iam.py`. Not a test: it asserts nothing.

Twenty of the service control policies that ship, on the four levels of an account's path, five on each beside FullAWSAccess, are asked
about mixed requests: other actions, principals, regions and resources, as a day of CloudTrail holds them.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from guardrails import config
from guardrails.iam import FULL, Level, NamedPolicy, Policies, Request, evaluate
from guardrails.iam.grammar import SERVICE_CONTROL, listed
from guardrails.iam.packing import pack
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.policies import PolicySource
from guardrails.organization_facts import policy_facts
from guardrails.pipeline import known_controls
from guardrails.placeholders import with_placeholders

REPOSITORY: Final = Path(__file__).parents[2]
LEVELS: Final = ("Root", "Workloads", "Workloads/Prod", "account")
PER_LEVEL: Final = 5
REQUESTS: Final = 5_000
ROUNDS: Final = 7
REPARSED: Final = 100
PACKED: Final = 100
LINTED: Final = 100
JAVASCRIPT: Final = 1_500
"""Evaluations per second of an evaluator in JavaScript that reads its policies anew for each call, on a machine of this class."""
ACCOUNT: Final = "111111111111"
PRINCIPALS: Final = ("role/Admin", "role/Developer", "role/app/Worker", "user/kim", "root", "role/BreakGlass")
REGIONS: Final = ("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2")
RESOURCES: Final = (
    "*",
    "arn:aws:s3:::data-{n}/reports/{n}.csv",
    "arn:aws:ec2:eu-west-1:111111111111:instance/i-{n:017x}",
    "arn:aws:iam::111111111111:role/team-{n}",
    "arn:aws:kms:eu-west-1:111111111111:key/{n:08x}",
)
READS: Final = ("s3:GetObject", "ec2:DescribeInstances", "dynamodb:Query", "sqs:ReceiveMessage", "logs:PutLogEvents")


def documents(wanted: int = len(LEVELS) * PER_LEVEL) -> list[dict[str, Any]]:
    """Some of the service control policies that ship, rendered for the organization that ships."""
    controls = known_controls(REPOSITORY)
    organization = config.load(
        REPOSITORY / "config",
        {control.id: control.settings for control in controls.values()},
        {control.id for control in controls.values() if control.enabled_by_default},
    )
    facts = with_placeholders(policy_facts(organization))
    found = [policy for _, policy in sorted(Library(REPOSITORY).policies("scp").items()) if _needs_nothing(policy)]
    rendered = [policy.render({}, facts) for policy in found]
    return [rendered[number % len(rendered)] for number in range(wanted)]


def _needs_nothing(policy: PolicySource) -> bool:
    return all(parameter.default is not None for parameter in policy.parameters.values())


def understood(found: Sequence[dict[str, Any]]) -> Policies:
    """The documents on the levels of a path, five on each."""
    named = [NamedPolicy(f"p{number}", document) for number, document in enumerate(found)]
    levels = [
        Level(name, (FULL, *named[number * PER_LEVEL : (number + 1) * PER_LEVEL])) for number, name in enumerate(LEVELS)
    ]
    return Policies(scps=tuple(levels), management_account="999999999999")


def requests(found: Sequence[dict[str, Any]]) -> list[Request]:
    """Mixed requests: half of them about actions that the policies name, half everyday reading and writing."""
    choice = random.Random(20_26)
    statements = [statement for document in found for statement in listed(document["Statement"])]
    said = sorted({action for each in statements for action in listed(each.get("Action", each.get("NotAction")))})
    actions = [action.replace("*", "Thing") for action in said if ":" in action and not action.startswith("*")]
    return [
        Request(
            f"arn:aws:iam::{ACCOUNT}:{choice.choice(PRINCIPALS)}",
            choice.choice(actions if number % 2 else READS),
            choice.choice(RESOURCES).format(n=choice.randrange(10_000)),
            {"aws:SourceIp": f"10.0.{choice.randrange(256)}.7", "aws:MultiFactorAuthPresent": "true"},
            choice.choice(REGIONS),
            "o-exampleorg/r-exam/ou-exam-11111111/",
        )
        for number in range(REQUESTS)
    ]


def per_second(work: Callable[[], object], times: int, rounds: int = ROUNDS) -> float:
    """How often something is done per second of this process: the median of several rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return times / median(taken)


def import_milliseconds() -> float:
    """What `import guardrails.iam` adds to starting Python, its bytecode at hand: the median of several processes."""
    code = "import time; t = time.perf_counter(); import guardrails.iam; print((time.perf_counter() - t) * 1000)"
    with TemporaryDirectory() as cache:
        given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = given | {"PYTHONPYCACHEPREFIX": cache}
        command = [sys.executable, "-c", code]
        runs = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(9)]
    return median(float(run.stdout) for run in runs)


def evaluations() -> Iterator[str]:
    """The figures of evaluating."""
    found = documents()
    policies, asked = understood(found), requests(found)
    statements = [statement for document in found for statement in listed(document["Statement"])]
    conditional = sum("Condition" in statement for statement in statements)
    yield f"{len(found)} policies on {len(LEVELS)} levels, {len(statements)} statements, {conditional} with conditions"
    outcomes = [evaluate(request, policies).outcome for request in asked]
    yield f"{len(asked):,} requests: " + ", ".join(f"{outcomes.count(o):,} {o}" for o in sorted(set(outcomes)))
    fast = per_second(lambda: [evaluate(request, policies) for request in asked], len(asked))
    yield f"{'evaluations per second':44}{fast:12,.0f}"
    told = per_second(lambda: [evaluate(request, policies).reasons for request in asked], len(asked))
    yield f"{'with their reasons told in words':44}{told:12,.0f}"
    few = asked[:REPARSED]
    slow = per_second(lambda: [evaluate(request, understood(found)) for request in few], len(few), 3)
    yield f"{'reading the policies anew for each':44}{slow:12,.0f}"
    yield f"{'times a JavaScript evaluator (about 1,500/s)':44}{fast / JAVASCRIPT:12,.0f}"


def packing() -> Iterator[str]:
    """The figures of packing: about a hundred statements of the policies that ship, checked against what they said."""
    policies: list[NamedPolicy] = []
    for number, document in enumerate(documents(wanted=PACKED)):
        if sum(len(policy.document["Statement"]) for policy in policies) < PACKED:
            policies.append(NamedPolicy(f"policy-{number}", document))
    statements = sum(len(policy.document["Statement"]) for policy in policies)
    begun = time.perf_counter()
    packs = pack(policies, QUOTAS[SERVICE_CONTROL].max_characters)
    milliseconds = (time.perf_counter() - begun) * 1000
    yield f"{f'pack {statements} statements of {len(policies)} policies, milliseconds':44}{milliseconds:12,.0f}"
    yield f"{'documents they take':44}{len(packs):12,}"


def linting() -> Iterator[str]:
    """The figures of linting: the first time with the rules, the catalogue of actions and its services to be read."""
    found = documents(wanted=LINTED)
    begun = time.process_time()
    from guardrails.iam.lint import lint
    from guardrails.iam.linted import Facts, Linted

    def work() -> None:
        for number, document in enumerate(found):
            lint(Linted(document, SERVICE_CONTROL, Facts((f"arn:*:iam::*:role/{number}",))))

    work()
    yield f"{f'lint {LINTED} policies, milliseconds, loading too':44}{(time.process_time() - begun) * 1000:12,.0f}"
    yield f"{f'lint {LINTED} policies, milliseconds':44}{1000 / per_second(work, 1):12,.0f}"


def main() -> None:
    """Print every figure."""
    print(f"{'import guardrails.iam, milliseconds':44}{import_milliseconds():12,.0f}")
    for line in (*evaluations(), *packing(), *linting()):
        print(line)


if __name__ == "__main__":
    main()
