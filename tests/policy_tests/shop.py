"""A small organization with one policy on the root, to ask tests of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from guardrails.engine.resource import Address
from guardrails.iam import SERVICE_CONTROL
from guardrails.model import Account, Identity, Organization, OrganizationalUnit, PermissionSet
from guardrails.policy_tests.asking import run
from guardrails.policy_tests.expressions import facts_of
from guardrails.policy_tests.likeness import Organized
from guardrails.policy_tests.loading import load
from guardrails.policy_tests.results import Result
from guardrails.resources import ROOT_ADDRESS
from guardrails.resources.policy import Policy
from guardrails.simulation.declared import declared_hierarchy

ACCOUNTS = (
    ("management", "Root"),
    ("logs", "Core"),
    ("tools", "Core"),
    ("dev", "Work"),
    ("prod", "Work"),
    ("lab", "Work"),
)
SHOP = Organization(
    prefix="shop",
    home_region="eu-west-1",
    governed_regions=("eu-west-1", "eu-central-1"),
    management_account="management",
    log_archive_account="logs",
    security_account="tools",
    deployer_roles=("Deployer",),
    break_glass_roles=("BreakGlass",),
    member_role="Member",
    organizational_units=tuple(map(OrganizationalUnit, ("Core", "Work", "Empty"))),
    accounts=tuple(Account(name, name, f"{name}@shop.example", unit) for name, unit in ACCOUNTS),
    controls=(),
    identity=Identity(permission_sets=(PermissionSet("Developer"), PermissionSet("Auditor"))),
)
TRUSTED = [
    "arn:*:iam::*:role/BreakGlass",
    "arn:*:iam::*:role/Deployer",
    "arn:*:iam::*:role/Member",
    "arn:*:iam::*:role/stacksets-exec-*",
]
GUARD = {
    "Sid": "Guard",
    "Effect": "Deny",
    "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
    "Resource": "*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": TRUSTED}},
}


def organized(*statements: dict[str, Any], targets: Sequence[Address] = (ROOT_ADDRESS,)) -> Organized:
    """The shop with one policy of these statements; by default one that protects trails."""
    policy = Policy(
        name="guard",
        policy_type=SERVICE_CONTROL,
        content={"Version": "2012-10-17", "Statement": list(statements or (GUARD,))},
        description="",
        targets=tuple(targets),
        origins=tuple(
            (f"policies/scp/logging/trails.yaml:{10 + index}",) for index, _ in enumerate(statements or (GUARD,))
        ),
    )
    return Organized(SHOP, declared_hierarchy(SHOP, [policy]), facts_of(SHOP))


def written(folder: Path, text: str, name: str = "t.yaml") -> Path:
    """A file of tests with this text below `tests:`."""
    file = folder / name
    file.write_text(f"tests:\n{text}", encoding="utf-8")
    return file


def asked(folder: Path, text: str, of: Organized) -> list[Result]:
    """What becomes of the tests with this text."""
    return [run(test, of) for test in load([written(folder, text)], SHOP, of.facts, {"trails", "others"})]
