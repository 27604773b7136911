"""One policy file -> a `PolicySource`, or everything that is wrong with it."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from guardrails.errors import ConfigError, Problem
from guardrails.library.expressions import WrongExpression, understand
from guardrails.library.marked_yaml import MarkedYaml, Where, read
from guardrails.library.policies import Example, Parameter, PolicySource
from guardrails.problems import nearest

REQUIRED: Final = ("id", "title", "description", "severity", "source", "statements", "examples")
OPTIONAL: Final = ("frameworks", "parameters", "exempt", "exempt_reason")
SEVERITIES: Final = ("low", "medium", "high", "critical")
DECISIONS: Final = ("allowed", "explicitDeny", "implicitDeny")
PARAMETER_TYPES: Final = ("string", "list", "integer", "boolean")


def read_policy(file: Path, kind: str) -> PolicySource:
    """The policy in a file.

    Raises: ConfigError, with every problem of the file.
    """
    document = read(file)
    problems = list(_flaws(document, file.stem))
    if problems:
        raise ConfigError(problems)
    data = document.data
    return PolicySource(
        id=data["id"],
        kind=kind,
        title=data["title"],
        description=data["description"].strip(),
        severity=data["severity"],
        frameworks={name: tuple(map(str, controls)) for name, controls in data.get("frameworks", {}).items()},
        source=data["source"],
        parameters={name: Parameter(name, **p) for name, p in data.get("parameters", {}).items()},
        statements=data["statements"],
        examples=tuple(Example(**example) for example in data["examples"]),
        exempt_reason=data.get("exempt_reason", "").strip(),
        file=document.file,
        marks=document.marks,
    )


def _flaws(document: MarkedYaml, name: str) -> Iterator[Problem]:
    data = document.data
    if not isinstance(data, dict):
        yield document.problem((), "a policy file is a mapping (key: value)")
        return
    yield from _keys(document, (), REQUIRED, OPTIONAL)
    for key in ("id", "title", "description", "severity", "source", "exempt_reason"):
        if key in data and not (isinstance(data[key], str) and data[key].strip()):
            yield document.problem((key,), f"{key!r} should be text")
    if "id" in data and data["id"] != name:
        yield document.problem(("id",), f"id is {data['id']!r}", f"it is the file's name, {name!r}")
    if "severity" in data and data["severity"] not in SEVERITIES:
        yield document.problem(("severity",), f"severity is {data['severity']!r}", f"one of {', '.join(SEVERITIES)}")
    if isinstance(data.get("source"), str) and not data["source"].startswith("https://"):
        yield document.problem(("source",), "source should be the https address of a page")
    yield from _frameworks(document)
    yield from _exemption(document)
    yield from _mapping_of(document, "parameters", _parameter)
    yield from _list_of(document, "statements", _statement)
    yield from _list_of(document, "examples", _example)


def _keys(document: MarkedYaml, at: Where, required: Collection[str], optional: Collection[str]) -> Iterator[Problem]:
    present = _at(document, at)
    for key in present:
        if key not in required and key not in optional:
            yield document.problem((*at, key), f"unknown key {key!r}", nearest(key, [*required, *optional]))
    for key in required:
        if present.get(key) is None:
            yield document.problem(at, f"{key!r} is missing")


def _at(document: MarkedYaml, path: Where) -> Any:
    value = document.data
    for step in path:
        value = value[step]
    return value


def _frameworks(document: MarkedYaml) -> Iterator[Problem]:
    frameworks = document.data.get("frameworks", {})
    if not isinstance(frameworks, dict):
        yield document.problem(("frameworks",), "frameworks should map a framework to a list of its controls")
        return
    for name, controls in frameworks.items():
        if not isinstance(controls, list) or not all(isinstance(control, str | int) for control in controls):
            yield document.problem(("frameworks", name), "should be a list of controls", 'write ["1.7"]')


def _exemption(document: MarkedYaml) -> Iterator[Problem]:
    exempt, reason = document.data.get("exempt", True), document.data.get("exempt_reason")
    if not isinstance(exempt, bool):
        yield document.problem(("exempt",), "exempt should be true or false")
    elif exempt and reason:
        yield document.problem(("exempt_reason",), "exempt_reason stands only beside exempt: false")
    elif not exempt and not reason:
        yield document.problem(("exempt",), "exempt: false needs a written exempt_reason")


def _mapping_of(document: MarkedYaml, key: str, check: Any) -> Iterator[Problem]:
    entries = document.data.get(key, {})
    if not isinstance(entries, dict):
        yield document.problem((key,), f"{key} should be a mapping (name: …)")
        return
    for name, entry in entries.items():
        if isinstance(entry, dict):
            yield from check(document, (key, name), entry)
        else:
            yield document.problem((key, name), "should be a mapping (key: value)")


def _list_of(document: MarkedYaml, key: str, check: Any) -> Iterator[Problem]:
    entries = document.data.get(key)
    if entries is None:
        return
    if not isinstance(entries, list) or not entries:
        yield document.problem((key,), f"{key} should be a list with at least one entry")
        return
    for index, entry in enumerate(entries):
        if isinstance(entry, dict):
            yield from check(document, (key, index), entry)
        else:
            yield document.problem((key, index), "should be a mapping (key: value)")


def _parameter(document: MarkedYaml, at: Where, entry: Mapping[str, Any]) -> Iterator[Problem]:
    wrong = [*_keys(document, at, ("type", "description"), ("default", "pattern")), *_parameter_values(document, at)]
    yield from wrong
    if wrong or entry.get("default") is None:
        return
    complaint = Parameter(str(at[-1]), **entry).complaint(entry["default"])
    if complaint:
        yield document.problem((*at, "default"), f"default {complaint}")


def _parameter_values(document: MarkedYaml, at: Where) -> Iterator[Problem]:
    entry = _at(document, at)
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(at[-1])):
        yield document.problem(at, f"a parameter's name is in snake_case, not {at[-1]!r}")
    if "type" in entry and entry["type"] not in PARAMETER_TYPES:
        message = f"type is {entry['type']!r}"
        yield document.problem((*at, "type"), message, f"one of {', '.join(PARAMETER_TYPES)}")
    try:
        re.compile(entry.get("pattern", ""))
    except (re.error, TypeError) as error:
        yield document.problem((*at, "pattern"), f"pattern is not a regular expression: {error}")


def _statement(document: MarkedYaml, at: Where, entry: Mapping[str, Any]) -> Iterator[Problem]:
    if not entry.get("Sid"):
        yield document.problem(at, "'Sid' is missing", "name every statement: reports point at it")
    yield from _expressions(document, at, entry)


def _expressions(document: MarkedYaml, at: Where, value: Any) -> Iterator[Problem]:
    """Texts that are no valid expressions, and keys that look like some."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if "{{" in key or "{%" in key:
                yield document.problem((*at, key), "an expression cannot stand in a key")
            yield from _expressions(document, (*at, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(document, (*at, index), item)
    elif isinstance(value, str):
        try:
            understand(value)
        except WrongExpression as error:
            yield document.problem(at, str(error), error.suggestion)


def _example(document: MarkedYaml, at: Where, entry: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _keys(document, at, ("name", "request", "expect"), ("parameters",))
    if "expect" in entry and entry["expect"] not in DECISIONS:
        yield document.problem((*at, "expect"), f"expect is {entry['expect']!r}", f"one of {', '.join(DECISIONS)}")
    if not isinstance(entry.get("parameters", {}), dict):
        yield document.problem((*at, "parameters"), "parameters should be a mapping (name: value)")
    if not isinstance(entry.get("request", {}), dict):
        yield document.problem((*at, "request"), "request should be a mapping (key: value)")
    elif "request" in entry:
        yield from _keys(document, (*at, "request"), ("principal", "action"), ("resource", "region", "path", "context"))
        yield from _expressions(document, (*at, "request"), entry["request"])
        yield from _request(document, (*at, "request"), entry["request"])


def _request(document: MarkedYaml, at: Where, request: Mapping[str, Any]) -> Iterator[Problem]:
    for key in ("principal", "action", "resource", "region", "path"):
        if not isinstance(request.get(key, ""), str):
            yield document.problem((*at, key), f"{key!r} should be text")
    context = request.get("context", {})
    if not isinstance(context, dict):
        yield document.problem((*at, "context"), "context should be a mapping (key: value)")
        return
    for key, value in context.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int) for item in values):
            yield document.problem((*at, "context", key), "the value of a key is text, or a list of texts")
