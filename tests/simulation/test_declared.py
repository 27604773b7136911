"""The hierarchy of a compiled organization: what is on the way to each account."""

from dataclasses import replace

from guardrails.model import Account
from guardrails.simulation.declared import declared_hierarchy
from guardrails.simulation.hierarchy import Hierarchy
from tests.simulation.shop import RESOURCES, SHOP

HIERARCHY = declared_hierarchy(SHOP, RESOURCES)


def scps(hierarchy: Hierarchy, account: str) -> list[tuple[str, list[str]]]:
    """The levels of an account with the names of the SCPs at each, but for FullAWSAccess, which is everywhere."""
    levels = hierarchy.account(account).line.scps
    assert {level.policies[0].name for level in levels} <= {"FullAWSAccess"}
    return [(level.name, [policy.name for policy in level.policies[1:]]) for level in levels]


def test_the_levels_of_an_account() -> None:
    """An account has a level for the root, one for each OU above it and one of its own, each with what is attached there."""
    assert scps(HIERARCHY, "till") == [
        ("Root", ["leaving"]),
        ("Workloads", ["trail"]),
        ("Workloads/Prod", ["keys"]),
        ("account", ["spot"]),
    ]
    assert scps(HIERARCHY, "lab") == [("Root", ["leaving"]), ("Sandbox", []), ("account", [])]
    (root, *below) = HIERARCHY.account("lab").line.rcps
    assert [policy.name for policy in root.policies] == ["strangers"]
    assert [level.policies for level in below] == [(), ()]


def test_accounts_under_the_same_policies_have_one_line() -> None:
    """Two accounts of an OU share their levels, unless a policy is attached to one of them; a document is understood once for all."""
    second = Account("shop2", "Shop 2", "s2@acme.example", "Workloads/Prod")
    hierarchy = declared_hierarchy(replace(SHOP, accounts=(*SHOP.accounts, second)), RESOURCES)
    shop, other, till = (hierarchy.account(name) for name in ("shop", "shop2", "till"))
    assert shop.line is other.line
    assert till.line is not shop.line
    assert till.line.scps[0].policies[1] is shop.line.scps[0].policies[1]


def test_where_no_policy_is_declared_none_binds() -> None:
    """An organization without service control policies has no levels of them: AWS attaches FullAWSAccess only when they are enabled."""
    assert declared_hierarchy(SHOP, ()).account("shop").line.scps == ()


def test_which_permission_sets_enter() -> None:
    """An account has the permission sets that are assigned in it, each with the policies that are known and those that are not."""
    assert {account.name: list(account.permission_sets) for account in HIERARCHY.accounts} == {
        "management": [],
        "shop": ["Admin", "Builder"],
        "till": [],
        "dev": ["Auditor", "Builder"],
        "lab": [],
    }
    auditor, builder = (HIERARCHY.account("dev").permission_sets[name] for name in ("Auditor", "Builder"))
    assert auditor.assumed == ("SecurityAudit", "/teams/Audit")
    assert builder.assumed == ()
    assert [policy.name for policy in builder.policies] == ["PowerUserAccess", "Builder (inline)"]
