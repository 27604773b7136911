from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.model import ROOT, Account, Identity, Organization, OrganizationalUnit, Targets
from guardrails.targets import (
    Frontier,
    PolicyAttachments,
    accounts_in,
    is_within,
    organizational_unit_frontier,
    policy_attachments,
    regions_in,
    selects_nothing,
)


def organization(
    units: list[str], accounts: dict[str, str], tags: dict[str, dict[str, str]] | None = None
) -> Organization:
    """An organization with these OUs, and these accounts in them; the management account is added."""
    return Organization(
        prefix="acme",
        home_region="eu-west-1",
        governed_regions=("eu-west-1", "eu-central-1", "us-east-1"),
        management_account="management",
        log_archive_account="logs",
        security_account="security",
        deployer_roles=("Deployer",),
        break_glass_roles=("BreakGlass",),
        member_role="OrganizationAccountAccessRole",
        organizational_units=tuple(OrganizationalUnit(path) for path in units),
        accounts=tuple(
            Account(name, name, f"{name}@acme.example", unit, tags=(tags or {}).get(name, {}))
            for name, unit in {"management": ROOT, **accounts}.items()
        ),
        controls=(),
        identity=Identity(),
    )


ACME: Final = organization(
    ["Security", "Workloads", "Workloads/Prod", "Workloads/Dev", "WorkloadsOld", "Sandbox"],
    {
        "logs": "Security",
        "security": "Security",
        "shop": "Workloads/Prod",
        "pay": "Workloads/Prod",
        "build": "Workloads/Dev",
        "legacy": "WorkloadsOld",
        "lab": "Sandbox",
    },
    {"shop": {"tier": "gold", "env": "prod"}, "build": {"tier": "gold"}},
)


@pytest.mark.parametrize(
    ("path", "ancestor", "answer"),
    [
        ("A/B", "A", True),
        ("A", "A", True),
        ("A", ROOT, True),
        (ROOT, ROOT, True),
        ("A", "A/B", False),
        ("AB", "A", False),
        (ROOT, "A", False),
    ],
)
def test_is_within(path: str, ancestor: str, answer: bool) -> None:
    """A subtree is the OU and everything below it, by whole names."""
    assert is_within(path, ancestor) is answer


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        ({}, ["management", "logs", "security", "shop", "pay", "build", "legacy", "lab"]),
        (
            {"organizational_units": ("Root",)},
            ["management", "logs", "security", "shop", "pay", "build", "legacy", "lab"],
        ),
        ({"organizational_units": ("Workloads",)}, ["shop", "pay", "build"]),
        ({"accounts": ("lab", "logs")}, ["logs", "lab"]),
        ({"account_tags": {"tier": "gold"}}, ["shop", "build"]),
        ({"account_tags": {"tier": "gold", "env": "prod"}}, ["shop"]),
        (
            {"organizational_units": ("Sandbox",), "accounts": ("logs",), "account_tags": {"env": "prod"}},
            ["logs", "shop", "lab"],
        ),
        (
            {"organizational_units": ("Workloads",), "excluded_organizational_units": ("Workloads/Dev",)},
            ["shop", "pay"],
        ),
        ({"organizational_units": ("Workloads",), "excluded_accounts": ("pay",)}, ["shop", "build"]),
        ({"accounts": ("shop", "lab"), "excluded_organizational_units": ("Workloads",)}, ["lab"]),
        ({"excluded_organizational_units": ("Root",)}, []),
        ({"accounts": ("lab",), "excluded_accounts": ("lab",)}, []),
        ({"excluded_accounts": ("management", "lab")}, ["logs", "security", "shop", "pay", "build", "legacy"]),
    ],
)
def test_accounts_in(targets: dict[str, Any], names: list[str]) -> None:
    """The selection is the union of what is named, minus the exclusions, in the order of the organization."""
    assert [account.name for account in accounts_in(ACME, Targets(**targets))] == names


@pytest.mark.parametrize(
    ("targets", "answer"),
    [
        ({}, False),
        ({"organizational_units": ("Empty",)}, False),
        ({"accounts": ("lab",)}, False),
        ({"accounts": ("lab",), "excluded_accounts": ("lab",)}, True),
        ({"account_tags": {"tier": "silver"}}, True),
        ({"organizational_units": ("Empty",), "excluded_organizational_units": ("Empty",)}, True),
    ],
)
def test_selects_nothing(targets: dict[str, Any], answer: bool) -> None:
    """An OU is something even while it is empty; accounts are something when one is left."""
    assert selects_nothing(organization(["Empty"], {"lab": "Root"}), Targets(**targets)) is answer


@pytest.mark.parametrize(
    ("targets", "regions"),
    [
        ({}, ("eu-west-1", "eu-central-1", "us-east-1")),
        ({"regions": ("us-east-1", "eu-west-1")}, ("eu-west-1", "us-east-1")),
        ({"excluded_regions": ("eu-central-1",)}, ("eu-west-1", "us-east-1")),
        ({"regions": ("us-east-1",), "excluded_regions": ("us-east-1",)}, ()),
    ],
)
def test_regions_in(targets: dict[str, Any], regions: tuple[str, ...]) -> None:
    """All governed regions, or the named ones, minus the exclusions, in the governed order."""
    assert regions_in(ACME, Targets(**targets)) == regions


@pytest.mark.parametrize(
    ("targets", "frontier"),
    [
        ({}, Frontier(("Root",))),
        ({"organizational_units": ("Workloads", "Workloads/Prod")}, Frontier(("Workloads",))),
        ({"accounts": ("logs", "lab")}, Frontier((), ("lab", "logs"))),
        ({"organizational_units": ("Security",), "accounts": ("logs", "lab")}, Frontier(("Security",), ("lab",))),
        ({"accounts": ("management",)}, Frontier()),
        ({"excluded_accounts": ("management",)}, Frontier(("Root",))),
        (
            {"organizational_units": ("Workloads",), "excluded_organizational_units": ("Workloads/Dev",)},
            Frontier(("Workloads/Prod",)),
        ),
        (
            {"excluded_organizational_units": ("Workloads/Dev", "Sandbox")},
            Frontier(("Security", "Workloads/Prod", "WorkloadsOld")),
        ),
        (
            {"organizational_units": ("Workloads",), "excluded_accounts": ("pay",)},
            Frontier(
                ("Workloads/Dev",),
                ("shop",),
                "new accounts need a run: an exclusion splits Workloads/Prod, where accounts sit directly",
            ),
        ),
        (
            {"account_tags": {"tier": "gold"}},
            Frontier((), ("build", "shop"), "new accounts need a run: accounts are selected by tag"),
        ),
        (
            {"organizational_units": ("Workloads/Dev",), "account_tags": {"tier": "gold"}},
            Frontier(("Workloads/Dev",), ("shop",), "new accounts need a run: accounts are selected by tag"),
        ),
        ({"organizational_units": ("Sandbox",), "excluded_organizational_units": ("Root",)}, Frontier()),
    ],
)
def test_frontier(targets: dict[str, Any], frontier: Frontier) -> None:
    """Whole subtrees where nothing below is excluded, their included children where something is, accounts for the rest."""
    assert organizational_unit_frontier(ACME, Targets(**targets)) == frontier


@pytest.mark.parametrize(
    ("targets", "attachments"),
    [
        ({}, PolicyAttachments(("Root",))),
        (
            {"organizational_units": ("Workloads", "Workloads/Dev", "Sandbox")},
            PolicyAttachments(("Sandbox", "Workloads")),
        ),
        (
            {"organizational_units": ("Security",), "accounts": ("logs", "lab")},
            PolicyAttachments(("Security",), ("lab",)),
        ),
        (
            {"excluded_organizational_units": ("Workloads/Dev", "Sandbox"), "excluded_accounts": ("build", "pay")},
            PolicyAttachments(("Root",), (), ("Sandbox", "Workloads/Dev"), ("pay",)),
        ),
        (
            {"organizational_units": ("Workloads",), "excluded_organizational_units": ("Sandbox",)},
            PolicyAttachments(("Workloads",)),
        ),
        (
            {"organizational_units": ("Sandbox", "Workloads/Dev"), "excluded_organizational_units": ("Workloads",)},
            PolicyAttachments(("Sandbox",)),
        ),
        ({"accounts": ("lab", "logs"), "excluded_accounts": ("lab",)}, PolicyAttachments((), ("logs",))),
        (
            {"account_tags": {"tier": "gold"}},
            PolicyAttachments((), ("build", "shop"), reason="new accounts need a run: accounts are selected by tag"),
        ),
    ],
)
def test_policy_attachments(targets: dict[str, Any], attachments: PolicyAttachments) -> None:
    """A policy is attached to what is named, and what it must let alone is told where it would inherit it."""
    assert policy_attachments(ACME, Targets(**targets)) == attachments


@st.composite
def trees(draw: st.DrawFn) -> list[str]:
    """A random tree of OU paths, parents first."""
    units: list[str] = []
    for parent in draw(st.lists(st.integers(min_value=-1, max_value=12), max_size=12)):
        above = units[parent % len(units)] + "/" if units and parent >= 0 else ""
        units.append(f"{above}{'AB'[len(units) % 2]}{len(units)}")
    return sorted(units, key=lambda path: path.count("/"))


@st.composite
def selections(draw: st.DrawFn) -> tuple[Organization, Targets]:
    """A random organization, and a random selection in it."""
    units = draw(trees())
    places = st.sampled_from([ROOT, *units])
    homes = draw(st.lists(places, max_size=10))
    names = [f"a{number}" for number in range(len(homes))]
    tags = {name: {"t": draw(st.sampled_from("xy"))} for name in names}
    some_units = st.lists(places, max_size=3, unique=True).map(tuple)
    some_accounts = st.lists(st.sampled_from(["management", *names]), max_size=3, unique=True).map(tuple)
    targets = Targets(
        organizational_units=draw(some_units),
        accounts=draw(some_accounts),
        account_tags=draw(st.sampled_from([{}, {}, {"t": "x"}])),
        excluded_organizational_units=draw(some_units),
        excluded_accounts=draw(some_accounts),
    )
    return organization(units, dict(zip(names, homes, strict=True)), tags), targets


@given(selections())
def test_frontier_covers_the_selection(selection: tuple[Organization, Targets]) -> None:
    """The frontier's subtrees and accounts together are exactly the selected member accounts, and none of them twice."""
    acme, targets = selection
    frontier = organizational_unit_frontier(acme, targets)
    covered = [
        a.name
        for unit in frontier.organizational_units
        for a in acme.accounts
        if is_within(a.organizational_unit, unit)
    ]
    reached = sorted([*(name for name in covered if name != "management"), *frontier.accounts])
    assert reached == sorted(a.name for a in accounts_in(acme, targets) if a.name != "management")


@given(selections())
def test_frontier_covers_tomorrow(selection: tuple[Organization, Targets]) -> None:
    """No OU of the frontier holds an excluded one: whatever account is made there tomorrow is selected too."""
    acme, targets = selection
    for unit in organizational_unit_frontier(acme, targets).organizational_units:
        assert not any(is_within(path, unit) or is_within(unit, path) for path in targets.excluded_organizational_units)


@given(selections())
def test_attachments_bind_the_selection(selection: tuple[Organization, Targets]) -> None:
    """What inherits from an attachment and is not told to be let alone is exactly what is selected."""
    acme, targets = selection
    where = policy_attachments(acme, targets)
    bound = {
        account.name
        for account in acme.accounts
        if account.name in where.accounts
        or (
            any(is_within(account.organizational_unit, unit) for unit in where.organizational_units)
            and not any(is_within(account.organizational_unit, unit) for unit in where.excluded_organizational_units)
            and account.name not in where.excluded_accounts
        )
    }
    assert bound == {account.name for account in accounts_in(acme, targets)}
