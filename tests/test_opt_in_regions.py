"""A governed region that accounts must enable: one apply enables it everywhere, and then works in it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.deployment import after_opt_in_regions
from guardrails.resources import opt_in_region_address
from guardrails.resources.opt_in_region import OptInRegion
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet
from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

if TYPE_CHECKING:
    from guardrails.engine.resource import Address

REGION = "eu-south-1"
ACCOUNT = "name: Acme Payments\nemail: aws+payments@acme.example\norganizational_unit: Workloads/Prod\n"


def stack(region: str) -> Stack:
    return Stack(name="s", region=region, template={"Metadata": {"Where": REGION}})


def test_what_is_in_the_region_waits_for_it() -> None:
    """Stacks in the region, and what lists it among its regions, come after it; nothing else does, whatever it says of the region."""
    targets: dict[str, tuple[Address, ...]] = {"eu-west-1": (), REGION: ()}
    there = StackSet(name="there", template={}, description="", targets=targets)
    elsewhere = replace(there, name="elsewhere", targets={"eu-west-1": ()})
    resources = [stack(REGION), stack("eu-west-1"), there, elsewhere]
    assert after_opt_in_regions(resources) == tuple(resources)
    with_region = after_opt_in_regions([*resources, OptInRegion(name=REGION)])
    waiting = [opt_in_region_address(REGION) in resource.references() for resource in with_region]
    assert waiting == [True, False, True, False, False]


@pytest.mark.whole_baseline
def test_one_apply_enables_the_region_and_works_in_it(workplace: Workplace, sandbox: Embedded) -> None:
    """Nothing hides what is to come; stacks, stack sets and delegations stand in the region; an account added later has it too."""
    workplace.edit("config/organization.yaml", "  - eu-central-1\n", f"  - {REGION}\n")
    workplace.write("config/controls.yaml", "identity-center: false\nkms-defaults:\nguardduty:\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    workplace.write("config/accounts/payments.yaml", ACCOUNT)
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert workplace.sandboxed("drift").code == 0
    pages = sandbox.client("organizations").get_paginator("list_accounts").paginate()
    accounts = {account["Name"]: account["Id"] for page in pages for account in page["Accounts"]}
    assert len(accounts) == 6
    for name, account in accounts.items():
        assert (name, has_key(sandbox.client("kms", REGION, account))) == (name, True)
    assert sandbox.client("guardduty", REGION).list_organization_admin_accounts()["AdminAccounts"]


def has_key(kms: Any) -> bool:
    return "alias/acme-ebs" in {alias["AliasName"] for alias in kms.list_aliases()["Aliases"]}
