"""Every policy that ships, of whichever kind: its examples end as it says, it fits, and it says what it is."""

from pathlib import Path
from typing import Any

import pytest

from guardrails.iam.document import minified
from guardrails.iam.lint import lint
from guardrails.iam.linted import Facts, Linted
from guardrails.iam.quotas import QUOTAS
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.declarative_policies import DeclarativePolicy
from guardrails.library.examples import check
from guardrails.library.policies import POLICY_TYPES, PolicySource
from guardrails.library.policy_packs import FOLDER

REPOSITORY = Path(__file__).parents[2]
SOURCES = [source for kind in POLICY_TYPES for source in Library(REPOSITORY).policies(kind).values()]
MOST_LINES = 200
THEMES = frozenset(
    "ai-services cost data data-perimeter identity logging network region root service-restrictions".split()
)
DECIDING = [source for source in SOURCES if isinstance(source, AuthorizationPolicy)]
each = pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.kind}/{source.id}")


def test_every_kind_has_policies() -> None:
    """No kind is empty, and no folder is of no kind but that of the packs."""
    assert {source.kind for source in SOURCES} == set(POLICY_TYPES)
    assert {folder.name for folder in (REPOSITORY / "policies").iterdir()} == {*POLICY_TYPES, FOLDER}


def test_themes_and_numbers() -> None:
    """Service control policies cover every theme; there are forty of them at least, and ten resource control policies."""
    assert {source.theme for source in SOURCES if source.kind == "scp"} == THEMES
    assert sum(source.kind == "scp" for source in SOURCES) >= 40
    assert sum(source.kind == "rcp" for source in SOURCES) >= 10


@pytest.mark.parametrize("source", DECIDING, ids=lambda source: f"{source.kind}/{source.id}")
def test_lints_clean(source: AuthorizationPolicy, facts: dict[str, Any]) -> None:
    """The linter finds nothing in what ships, not even what could be said better."""
    trusted = () if source.exempt_reason or source.kind == "rcp" else tuple(facts["trusted_principals"])
    document = source.render({}, facts)
    found = lint(Linted(document, source.policy_type, Facts(trusted_principals=trusted)))
    assert [(finding.rule.id, finding.path, finding.message) for finding in found] == []


@each
def test_examples(source: PolicySource, facts: dict[str, Any]) -> None:
    """Every example ends as the file says, and there are two at least: of declarative policies one shows what a policy below changes."""
    assert list(check(source, facts)) == []
    assert len(source.example_names) >= 2
    if isinstance(source, DeclarativePolicy):
        assert any(sample.below for sample in source.samples)


@each
def test_size(source: PolicySource, facts: dict[str, Any]) -> None:
    """The policy takes less than half of what AWS allows; the file stays readable."""
    assert len(minified(source.render({}, facts))) < QUOTAS[source.policy_type].max_characters / 2
    assert len(Path(source.file).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@each
def test_theme(source: PolicySource) -> None:
    """What decides about requests lies in the folder of its theme; of other kinds there are few, and they lie together."""
    assert source.theme in (THEMES if source.kind in {"scp", "rcp"} else {""})


@each
def test_metadata(source: PolicySource) -> None:
    """The title fits where AWS shows it, the source is AWS's documentation, and frameworks name their controls."""
    assert len(source.title) <= 100
    assert not source.title.endswith(".")
    assert source.source.startswith("https://docs.aws.amazon.com/")
    assert source.frameworks
    assert all(source.frameworks.values())
