"""account add: a new file, and the plan that follows from it."""

import pytest

from tests.command_line import Workplace

ADD = ("account", "add", "payments", "--email", "aws+payments@acme.example", "--ou", "Workloads/Prod")


@pytest.fixture
def little(workplace: Workplace) -> Workplace:
    """A workplace that declares the tree and the accounts only."""
    workplace.declare_little()
    return workplace


def test_one_account_and_nothing_else(little: Workplace) -> None:
    """Adding an account writes its file and plans exactly that account; nothing in AWS is touched before apply."""
    little.sandboxed("apply", "--yes")
    before = little.journal
    added = little.sandboxed(*ADD)
    assert added.code == 0
    assert "Wrote config/accounts/payments.yaml" in added.message
    assert added.out.startswith("+ AWS::Organizations::Account payments\n")
    assert added.out.endswith("Plan: 1 to create.\n")
    assert little.journal == before
    assert little.sandboxed("apply", "--yes").code == 0
    assert little.sandboxed("drift").code == 0


def test_everything_that_can_be_said(little: Workplace) -> None:
    """Owner, tags and display name go into the file, and the plan may be had as JSON."""
    more = ("--owner", "me", "--tag", "environment=prod", "--tag", "note=a=b", "--display-name", "Acme Payments")
    planned = little.sandboxed(*ADD, *more, "--output", "json").document
    (change,) = [c for c in planned["changes"] if c["address"] == "AWS::Organizations::Account payments"]
    assert change["differences"]["display_name"]["desired"] == "Acme Payments"
    assert change["differences"]["tags"]["desired"] == {"environment": "prod", "note": "a=b", "owner": "me"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Workloads/Prod", "Workloads/Porod", "Workloads/Prod"),
        ("aws+payments@acme.example", "aws+dev@acme.example", "is taken"),
        ("aws+payments@acme.example", "nobody", "mail"),
        ("payments", "../payments", "payments"),
    ],
)
def test_a_wrong_account_leaves_no_file(little: Workplace, old: str, new: str, message: str) -> None:
    """An unknown OU, a taken or impossible e-mail, or a name that is none ends with 3, and no file stays behind."""
    files = sorted(little.folder.rglob("*.yaml"))
    ended = little.sandboxed(*[new if argument == old else argument for argument in ADD])
    assert ended.code == 3
    assert message in ended.message
    assert sorted(little.folder.rglob("*.yaml")) == files


def test_an_account_is_never_overwritten(little: Workplace) -> None:
    """A name that is taken ends with 3, and the file stands as it was."""
    file = little.folder / "config/accounts/dev.yaml"
    before = file.read_text()
    ended = little.sandboxed("account", "add", "dev", "--email", "other@acme.example", "--ou", "Root")
    assert (ended.code, file.read_text()) == (3, before)
