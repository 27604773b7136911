"""Policy documents in files of their own, JSON or YAML, of a type that is named or that what is in them tells."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam.grammar import IDENTITY, RESOURCE, RESOURCE_CONTROL, SERVICE_CONTROL, TRUST, Where, listed
from guardrails.iam.lint import lint
from guardrails.iam.linted import Facts, Linted
from guardrails.linting import Placed, placed
from guardrails.problems import Problems
from guardrails.yaml_document import Document, read

TYPES: Final[Mapping[str, str]] = {
    "scp": SERVICE_CONTROL,
    "rcp": RESOURCE_CONTROL,
    "identity": IDENTITY,
    "resource": RESOURCE,
    "trust": TRUST,
}
"""What a policy type is called for short."""


def file_findings(files: Iterable[Path], policy_type: str = "", trusted: Sequence[str] = ()) -> list[Placed]:
    """Everything that is found in the files; `policy_type` "" lets each tell its own, `trusted` are ARN patterns of principals.

    Raises: ConfigError, with every file that cannot be read.
    """
    found: list[Placed] = []
    problems = Problems()
    for file in files:
        document = read(file, str(file), problems)
        if document is None:
            continue
        if not isinstance(document.data, Mapping) or "Statement" not in document.data:
            message = "is no policy document: it has no Statement"
            problems.found.append(Problem(str(file), 0, 0, message, "name files of policies as AWS takes them"))
            continue
        kind = policy_type or guessed_type(document.data, file)
        found += [
            placed(finding, _place(document, finding.path), file.name, _statement(document.data, finding.path))
            for finding in lint(Linted(document.data, kind, Facts(tuple(trusted))))
        ]
    if problems.found:
        raise ConfigError(problems.found)
    return found


def guessed_type(document: Mapping[str, Any], file: Path) -> str:
    """The type of a policy document: by whom it speaks of, by what it denies, and where that leaves a choice, by names of the path."""
    statements = [each for each in listed(document["Statement"]) if isinstance(each, Mapping)]
    names = {part.casefold() for part in file.parts} | {
        word.casefold() for word in file.stem.replace("_", "-").split("-")
    }
    denies = all(each.get("Effect") == "Deny" for each in statements)
    if not any(each.keys() & {"Principal", "NotPrincipal"} for each in statements):
        return SERVICE_CONTROL if names & {"scp", "scps"} or denies else IDENTITY
    everybody = all(each.get("Principal") == "*" for each in statements)
    if denies and everybody and (names & {"rcp", "rcps"} or all(each.get("Resource") == "*" for each in statements)):
        return RESOURCE_CONTROL
    return (
        RESOURCE
        if any(each.keys() & {"Resource", "NotResource"} for each in statements)
        else _without_resource(statements)
    )


def _without_resource(statements: Sequence[Mapping[str, Any]]) -> str:
    actions = [str(action) for each in statements for action in listed(each.get("Action", "sts:"))]
    return TRUST if all(action.casefold().startswith("sts:") for action in actions) else RESOURCE


def _place(document: Document, path: Where) -> tuple[str, int, int]:
    alone = not isinstance(document.data["Statement"], list) and path[:2] == ("Statement", 0)
    where = document.place(("Statement", *path[2:]) if alone else path)
    return where.file, where.line, where.column


def _statement(document: Mapping[str, Any], path: Where) -> str:
    if len(path) < 2 or not isinstance(path[1], int):
        return ""
    statement = listed(document["Statement"])[path[1]]
    return str(statement.get("Sid", "")) if isinstance(statement, Mapping) else ""
