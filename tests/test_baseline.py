"""The whole security baseline, as it ships: applied, audited with plain boto3, extended, broken, mended, switched off."""

import pytest

from guardrails import pipeline
from guardrails.sandbox.embedded import Embedded
from tests.baseline_audit import Audit, table
from tests.command_line import Workplace

MORE_ACCOUNTS = ("payments", "orders", "search", "billing", "network", "backup", "trial")
ACCOUNT = "name: Acme {title}\nemail: aws+{name}@acme.example\norganizational_unit: {unit}\n"
HOMES = {"network": "Infrastructure", "backup": "Infrastructure", "trial": "Sandbox"}


@pytest.fixture
def wide(workplace: Workplace) -> Workplace:
    """The controls that ship, for twelve accounts in three regions."""
    workplace.declare_everything()
    for name in MORE_ACCOUNTS:
        declare(workplace, name)
    govern(workplace, "us-east-1")
    return workplace


def declare(workplace: Workplace, name: str) -> None:
    unit = HOMES.get(name, "Workloads/Prod")
    workplace.write(f"config/accounts/{name}.yaml", ACCOUNT.format(title=name.title(), name=name, unit=unit))


def govern(workplace: Workplace, region: str) -> None:
    workplace.edit("config/organization.yaml", "  - eu-central-1\n", f"  - eu-central-1\n  - {region}\n")


def audited(workplace: Workplace, sandbox: Embedded) -> list[str]:
    """Apply, see that nothing is left to do, and audit."""
    applied = workplace.sandboxed("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    plan = workplace.sandboxed("plan", "--detailed-exitcode")
    assert plan.code == 0, plan.out
    return Audit(sandbox, pipeline.load(workplace.folder / "config", workplace.content)).deviations()


def test_every_setting_stands_in_every_account_and_region(wide: Workplace, sandbox: Embedded) -> None:
    """Twelve accounts in three regions: every row of the audit holds; also with one account more, and with one region more."""
    assert audited(wide, sandbox) == []
    declare(wide, "ledger")
    assert audited(wide, sandbox) == []
    govern(wide, "us-west-2")
    assert audited(wide, sandbox) == []


def test_the_audit_sees_what_is_missing(workplace: Workplace, sandbox: Embedded) -> None:
    """Every control that is switched on in the shipped configuration has rows, and each of them fails where the control is off."""
    declared = pipeline.load(workplace.folder / "config", workplace.content)
    assert {row["control"] for row in table()} <= {control.id for control in declared.organization.controls}
