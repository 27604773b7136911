from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]


def test_home_region(problems: Problems) -> None:
    """The home region is one of the governed regions."""
    assert problems("organization.yaml", "home_region: eu-north-1", "home_region: eu-west-1") == [
        "config/organization.yaml:2:14: the home region 'eu-north-1' is not one of the governed regions (add it to governed_regions)"
    ]


def test_left_regions(problems: Problems) -> None:
    """A region that is governed was not left."""
    governed = "governed_regions: [eu-west-1, eu-central-1]"
    assert problems("organization.yaml", f"{governed}\nleft_regions: [us-east-1, eu-central-1]", governed) == [
        "config/organization.yaml:4:27: 'eu-central-1' is governed, so it was not left (take it out of one of the two)"
    ]


def test_three_accounts(problems: Problems) -> None:
    """Management, log archive and security are three different accounts."""
    assert problems("organization.yaml", "security: log-archive", "security: security") == [
        "config/organization.yaml:7:13: security and log_archive are both 'log-archive' (each part needs an account of its own)"
    ]


def test_management_in_root(problems: Problems) -> None:
    """The management account sits in the root, where AWS keeps it."""
    assert problems("accounts/management.yaml", "Security", "Root") == [
        "config/accounts/management.yaml:3:22: the management account cannot be moved out of the root (write Root)"
    ]


def test_one_owner(problems: Problems) -> None:
    """The tag that follows from `owner` cannot be said otherwise among the tags, where it would be ignored."""
    old = "tags: {environment: prod}"
    assert problems("accounts/shop.yaml", "tags: {environment: prod, owner: a}\nowner: b", old) == [
        "config/accounts/shop.yaml:4:34: the tag 'owner' is what the key says: 'b' (remove one of the two)"
    ]


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("email", "AWS+shop@acme.example", "2:8: the e-mail address 'aws+shop@acme.example' is taken"),
        ("name", "SHOP", "1:7: the name 'shop' is taken"),
    ],
)
def test_unique(problems: Problems, key: str, value: str, problem: str) -> None:
    """No two accounts share an e-mail address or a name, whatever the case."""
    old = {"email": "email: aws+security@acme.example", "name": "name: security"}[key]
    assert problems("accounts/security.yaml", f"{key}: {value}", old) == [
        f"config/accounts/shop.yaml:{problem} (by config/accounts/security.yaml)"
    ]


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ("A: {B: {C: {D: {E: }}}}", ""),
        ("A: {B: {C: {D: {E: {F: }}}}}", "14:23: 'A/B/C/D/E/F' is deeper than the 5 levels that AWS allows"),
        ("Root:", "14:3: 'Root' is the root itself (name the OUs below it)"),
        ("A: {/renamed_from: Play}", ""),
        ("A: {/renamed_from: Security}", "14:22: 'Security' is still declared (remove /renamed_from, or the old name)"),
        ("A: {/renamed_from: B}\n  C: {/renamed_from: B}", "15:22: 'B' was renamed to 'A' already"),
    ],
)
def test_tree(problems: Problems, new: str, problem: str) -> None:
    """The tree is at most five levels deep, and every former path is told once and gone."""
    found = problems("organization.yaml", new, "Sandbox:")
    assert found == ([f"config/organization.yaml:{problem}"] if problem else [])


def test_duplicate_assignment(problems: Problems) -> None:
    """An assignment that is written twice is told, with the line of the first, in whatever order its targets stand."""
    twice = "targets: {accounts: [shop, security]}\n  - group: developers\n    permission_set: Developer\n"
    new = f"{twice}    targets: {{accounts: [security, shop]}}"
    assert problems("identity.yaml", new, "targets: {organizational_units: [Workloads]}") == [
        "config/identity.yaml:12:5: 'developers' has 'Developer' there already (the same assignment stands on line 9)"
    ]
