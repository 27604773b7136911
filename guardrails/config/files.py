"""The files of a configuration directory, read: which there are, and which names they declare.

organization.yaml   accounts/<name>.yaml   controls.yaml   identity.yaml      (the last two may be left out)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from guardrails.config.vocabulary import Names
from guardrails.model import ROOT, Source
from guardrails.problems import Problems, did_you_mean
from guardrails.yaml_document import Document, read

ORGANIZATION, ACCOUNTS, CONTROLS, IDENTITY = "organization.yaml", "accounts", "controls.yaml", "identity.yaml"
ACCOUNT_NAME: Final = re.compile(r"(?=.{1,50}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Files:
    """What could be read: None for a file that was not understood, an empty document for one that may be left out."""

    organization: Document | None
    accounts: Mapping[str, Document | None]
    controls: Document | None
    identity: Document | None


def read_files(directory: Path, problems: Problems) -> Files:
    """Every file of a configuration directory; what is wrong with any of them is added to `problems`."""
    if not directory.is_dir():
        problems.add(Source(str(directory)), "there is no such directory", "name the configuration with --config")
        problems.raise_if_any()
    _refuse_strangers(directory, problems)
    return Files(
        _mapping(directory / ORGANIZATION, problems, required=True),
        {file.stem: _mapping(file, problems, required=True) for file in _account_files(directory, problems)},
        _mapping(directory / CONTROLS, problems),
        _mapping(directory / IDENTITY, problems),
    )


def names_in(files: Files) -> Names:
    """The names that the files declare; None where the file that declares them cannot be understood."""
    organization = files.organization.data if files.organization else {}
    tree, regions = organization.get("organizational_units"), organization.get("governed_regions")
    return Names(
        organizational_units=frozenset({ROOT, *organizational_units(tree)}) if isinstance(tree, dict) else None,
        accounts=frozenset(files.accounts),
        regions=frozenset(map(str, regions)) if isinstance(regions, list) else None,
        groups=_keys(files.identity, "groups"),
        permission_sets=_keys(files.identity, "permission_sets"),
    )


def organizational_units(tree: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
    """The slash path of every OU in a nested mapping, parents first; keys that start with a slash are attributes."""
    for name, children in tree.items() if isinstance(tree, dict) else ():
        if not name.startswith("/"):
            yield "/".join((*above, name))
            yield from organizational_units(children, (*above, name))


def account_name_problem(name: str) -> str:
    """What is wrong with an account's logical name, "" when nothing is."""
    return "" if ACCOUNT_NAME.fullmatch(name) else "use up to 50 lower-case letters, digits and inner hyphens"


def _keys(document: Document | None, key: str) -> frozenset[str] | None:
    declared = document.data.get(key) if document else None
    if isinstance(declared, dict):
        return frozenset(declared)
    return frozenset() if document and declared is None else None


def _mapping(file: Path, problems: Problems, *, required: bool = False) -> Document | None:
    shown = str(file)
    if not required and not file.exists():
        return Document(shown, {})
    document = read(file, shown, problems)
    if document is None:
        return None
    if not isinstance(document.data, dict):
        wrong = "is empty" if document.data is None else "should be a mapping (key: value)"
        problems.add(document.place(()), wrong)
        return None
    return document


def _refuse_strangers(directory: Path, problems: Problems) -> None:
    known = (ORGANIZATION, CONTROLS, IDENTITY)
    for file in sorted(directory.iterdir()):
        stray = file.suffix in (".yaml", ".yml") and file.name not in known
        if stray and not file.name.startswith("."):
            problems.add(Source(str(file)), "is not a file that Guardrails knows", did_you_mean(file.name, known))


def _account_files(directory: Path, problems: Problems) -> Iterator[Path]:
    folder = directory / ACCOUNTS
    if not folder.is_dir():
        problems.add(Source(str(folder)), "there is no such directory", "each account has a file in it")
        return
    for file in sorted(folder.iterdir()):
        if file.name.startswith("."):
            continue
        if file.suffix != ".yaml" or file.is_dir():
            problems.add(Source(str(file)), "is not an account file", "each account is a file <name>.yaml here")
        elif advice := account_name_problem(file.stem):
            problems.add(Source(str(file)), f"{file.stem!r} is not an account name", advice)
        else:
            yield file
