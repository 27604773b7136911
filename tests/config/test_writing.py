from collections.abc import Callable
from pathlib import Path

import pytest

from guardrails.config import write_account
from guardrails.config.writing import _write_new, account_text
from guardrails.errors import ConfigError
from guardrails.model import Account, Organization
from guardrails.problems import Problems
from guardrails.yaml_document import parse


def test_written_as_a_person_would(configuration: Path, loaded: Callable[[Path], Organization]) -> None:
    """The new file has the editor's header and the usual order, and loads as what was asked for."""
    tags = {"environment": "dev", "cost-center": "4711"}
    file = write_account(
        configuration,
        "payments",
        "aws+payments@acme.example",
        "Workloads/Dev",
        "pay@acme.example",
        tags,
        "Acme Payments",
    )
    assert file == Path("config/accounts/payments.yaml")
    assert file.read_text() == (
        "# yaml-language-server: $schema=../.schema/account.json\n"
        "name: Acme Payments\n"
        "email: aws+payments@acme.example\n"
        "organizational_unit: Workloads/Dev\n"
        "owner: pay@acme.example\n"
        'tags: {environment: dev, cost-center: "4711"}\n'
    )
    account = next(account for account in loaded(configuration).accounts if account.name == "payments")
    assert account == Account(
        "payments", "Acme Payments", "aws+payments@acme.example", "Workloads/Dev", "pay@acme.example", tags
    )
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_the_least(configuration: Path) -> None:
    """Without owner, tags and display name the file is three lines under its header."""
    file = write_account(configuration, "x", "aws+x@acme.example", "Root")
    assert file.read_text().splitlines()[1:] == ["name: x", "email: aws+x@acme.example", "organizational_unit: Root"]


@pytest.mark.parametrize(
    ("name", "email", "unit", "problem"),
    [
        ("shop", "new@acme.example", "Root", "config/accounts/shop.yaml: exists already"),
        ("new", "AWS+shop@acme.example", "Root", "the e-mail address 'AWS+shop@acme.example' is taken (by config/acc"),
        ("new", "new@acme.example", "Prod", "there is no organizational unit 'Prod' (did you mean 'Workloads/Prod'?)"),
        ("New", "new@acme.example", "Root", "'New' is not an account name (use up to 50 lower-case letters"),
        ("new", "new", "Root", "'new' is not an e-mail address of 6 to 64 characters"),
        ("../new", "new@acme.example", "Root", "'../new' is not an account name"),
    ],
)
def test_refused(configuration: Path, name: str, email: str, unit: str, problem: str) -> None:
    """What exists, is taken or is wrong is refused, and nothing is written."""
    before = {path: path.read_bytes() for path in configuration.rglob("*.yaml")}
    with pytest.raises(ConfigError) as raised:
        write_account(configuration, name, email, unit)
    assert problem in str(raised.value)
    assert {path: path.read_bytes() for path in configuration.rglob("*.yaml")} == before


def test_every_problem(configuration: Path) -> None:
    """All that is wrong with a new account is told at once."""
    with pytest.raises(ConfigError) as raised:
        write_account(configuration, "shop", "x", "Prod", tags={"aws:x": "y"})
    assert len(raised.value.problems) == 4


def test_somebody_was_faster(configuration: Path) -> None:
    """A file that appears at the last moment is left as it is."""
    file = configuration / "accounts" / "shop.yaml"
    before = file.read_text()
    with pytest.raises(ConfigError, match="exists already"):
        _write_new(file, "name: other\n")
    assert file.read_text() == before
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "text", ["yes", "null", "012", "a: b", "a #b", "# a", "{x}", "ä", '"', "a\nb", " a ", "-", "*a", "1.0"]
)
def test_any_text_reads_back(text: str) -> None:
    """Whatever a person is called, the file reads back as just that."""
    document = parse(account_text(text, "x@y.zz", "Root", text, {text: text}), "f", Problems())
    assert document
    assert (document.data["name"], document.data["owner"], document.data["tags"]) == (text, text, {text: text})
