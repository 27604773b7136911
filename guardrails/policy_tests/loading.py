"""tests/guardrails/*.yaml -> tests, or every problem of every file."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from guardrails.config.messages import validate
from guardrails.config.vocabulary import Names, locate
from guardrails.model import ROOT, Organization
from guardrails.policy_tests.expressions import Facts, check, facts_in
from guardrails.policy_tests.shapes import PolicyTest, PolicyTestsFile, is_principal
from guardrails.problems import Problems, did_you_mean
from guardrails.yaml_document import Document, Where, read

_ARN: Final = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)


def files_in(folder: Path) -> list[Path]:
    """The test files in a folder and the folders in it, sorted; hidden ones are left alone."""
    found = (file for suffix in ("yaml", "yml") for file in folder.rglob(f"*.{suffix}"))
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts))


def load(
    files: Sequence[Path], organization: Organization, facts: Facts, policies: Collection[str]
) -> tuple[PolicyTest, ...]:
    """The tests in these files, in order; `policies` are the ids of those that a test may name.

    Raises: ConfigError, with every problem of every file, each at its file, line and column.
    """
    problems = Problems()
    names = Names(
        organizational_units=frozenset({ROOT, *(unit.path for unit in organization.organizational_units)}),
        accounts=frozenset(account.name for account in organization.accounts),
        permission_sets=frozenset(each.name for each in organization.identity.permission_sets),
        organization=organization,
    )
    known = facts_in(facts, organization.accounts[0].name, organization.home_region)
    found = [test for file in files for test in _read(file, names, known, policies, problems)]
    problems.raise_if_any()
    return tuple(found)


def _read(
    file: Path, names: Names, facts: Facts, policies: Collection[str], problems: Problems
) -> Iterator[PolicyTest]:
    document = read(file, str(file), problems)
    if document is None:
        return
    if not isinstance(document.data, dict):
        problems.add(document.place(()), "should be a mapping (key: value)", "write the tests under tests:")
        return
    shape = validate(PolicyTestsFile, document, (), names, problems)
    tests = document.data.get("tests")
    _check_expressions({"context": document.data.get("context")}, document, (), facts, problems)
    for index, data in enumerate(tests if isinstance(tests, list) else ()):
        if isinstance(data, dict):
            _check_expressions(data, document, ("tests", index), facts, problems)
    if shape is None:
        return
    locate(shape, (), document)
    _check_names(shape.tests, document, problems)
    for index, test in enumerate(shape.tests):
        _check_policy(test, document, ("tests", index), policies, problems)
    for test in shape.tests:
        own = {key.lower() for key in test.context}
        shared = {key: value for key, value in shape.context.items() if key.lower() not in own}
        yield test.model_copy(update={"context": {**shared, **test.context}})


def _check_expressions(
    data: Mapping[str, Any], document: Document, at: Where, facts: Facts, problems: Problems
) -> None:
    before = len(problems.found)
    result = check(data, facts, lambda path, what, do: problems.add(document.place((*at, *path)), what, do))
    if len(problems.found) > before:
        return
    for text in _texts(result.get("resources")):
        if text != "*" and not _ARN.fullmatch(text):
            place = _place_of(data.get("resources"), text, document, (*at, "resources"))
            problems.add(place, f"{text!r} is no resource", "write an ARN, or '*' where the action names no resource")
    for key in ("principals", "except"):
        for text in _texts(result.get(key)):
            if text not in _texts(data.get(key)) and not is_principal(text):
                problems.add(document.place((*at, key)), f"{text!r} is no principal", "an expression made it")


def _place_of(written: Any, text: str, document: Document, at: Where) -> Any:
    """Where a text stands in a list; where the list stands, when an expression made it."""
    found = isinstance(written, list) and text in written
    return document.place((*at, written.index(text)) if found else at)


def _texts(value: Any) -> Iterable[str]:
    return [value] if isinstance(value, str) else [item for item in value or () if isinstance(item, str)]


def _check_names(tests: Sequence[PolicyTest], document: Document, problems: Problems) -> None:
    first: dict[str, int] = {}
    for index, test in enumerate(tests):
        line = first.setdefault(test.name, test.standing.line)
        if line != test.standing.line:
            place = document.place(("tests", index, "name"))
            problems.add(place, f"{test.name!r} is the name of two tests", f"the other stands on line {line}")


def _check_policy(
    test: PolicyTest, document: Document, at: Where, policies: Collection[str], problems: Problems
) -> None:
    if not test.by:
        return
    if test.expect not in ("denied", "explicitDeny"):
        message = f"no policy denies explicitly where the answer is {test.expect}"
        problems.add(document.key_place((*at, "by")), message, "remove by:, or expect explicitDeny")
    elif test.by not in policies:
        near = did_you_mean(test.by, sorted(policies))
        problems.add(document.place((*at, "by")), f"there is no service or resource control policy {test.by!r}", near)
