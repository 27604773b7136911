"""One more account file, as a person would write it."""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from guardrails.config.files import ACCOUNTS, Files, account_name_problem, names_in, read_files
from guardrails.config.messages import validate
from guardrails.config.shapes import AccountFile
from guardrails.model import Source
from guardrails.problems import Problems
from guardrails.yaml_document import parse

HEADER: Final = "# yaml-language-server: $schema=../.schema/account.json\n"
_PLAIN: Final = re.compile(r"[A-Za-z][\w+=.@/-]*( [\w+=.@/-]+)*", re.ASCII)


def write_account(
    directory: Path,
    name: str,
    email: str,
    organizational_unit: str,
    owner: str = "",
    tags: Mapping[str, str] | None = None,
    display_name: str = "",
) -> Path:
    """Write accounts/<name>.yaml into a configuration directory, whole or not at all; returns its path.

    `display_name` is `name` when it is empty; an empty `owner` and empty `tags` are left out of the file.

    Raises: ConfigError, when the account exists, its e-mail address is taken, or something about it is wrong.
    """
    file = directory / ACCOUNTS / f"{name}.yaml"
    text = account_text(display_name or name, email, organizational_unit, owner, tags or {})
    _check(directory, name, text, {"email": email, "name": display_name or name})
    _write_new(file, text)
    return file


def account_text(name: str, email: str, organizational_unit: str, owner: str, tags: Mapping[str, str]) -> str:
    """The text of an account file: the editor's header, then the keys in the order in which people read them."""
    lines = {"name": name, "email": email, "organizational_unit": organizational_unit, "owner": owner}
    text = HEADER + "".join(f"{key}: {_scalar(value)}\n" for key, value in lines.items() if value)
    if tags:
        text += f"tags: {{{', '.join(f'{_scalar(key)}: {_scalar(value)}' for key, value in tags.items())}}}\n"
    return text


def _scalar(text: str) -> str:
    """A text as YAML: plain where it reads back as itself, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in {"true", "false", "yes", "no", "on", "off", "null"}:
        return text
    return json.dumps(text, ensure_ascii=False)


def _check(directory: Path, name: str, text: str, unique: Mapping[str, str]) -> None:
    problems = Problems()
    files = read_files(directory, Problems())
    shown = str(directory / ACCOUNTS / f"{name}.yaml")
    if advice := account_name_problem(name):
        problems.add(Source(shown), f"{name!r} is not an account name", advice)
    if name in files.accounts:
        problems.add(Source(shown), "exists already")
    _refuse_taken(files, shown, unique, problems)
    document = parse(text, shown, problems)
    if document:
        validate(AccountFile, document, (), names_in(files), problems)
    problems.raise_if_any()


def _refuse_taken(files: Files, shown: str, wanted: Mapping[str, str], problems: Problems) -> None:
    words = {"email": "e-mail address", "name": "name"}
    for document in files.accounts.values():
        for key, value in wanted.items():
            other = document.data.get(key) if document and document.file != shown else None
            if isinstance(other, str) and document and other.casefold() == value.casefold():
                problems.add(Source(shown), f"the {words[key]} {value!r} is taken", f"by {document.file}")


def _write_new(file: Path, text: str) -> None:
    """Write a file that must not exist yet; nobody ever sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.chmod(0o644)
        file.hardlink_to(temporary)
    except FileExistsError:
        problems = Problems()
        problems.add(Source(str(file)), "exists already")
        problems.raise_if_any()
    finally:
        temporary.unlink()
