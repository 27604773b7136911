"""YAML text -> plain data, and the place of every key and value in it.

Mappings with text keys, lists, text, whole numbers, true/false and nothing: what a policy file needs. Every other scalar stays the
text that was written, so an account id or a version keeps its zeros.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from guardrails.errors import ConfigError, Problem

Where = tuple[str | int, ...]
STANDARD_TAG: Final = "tag:yaml.org,2002:"
SCALARS: Final = frozenset({"bool", "float", "int", "null", "str", "timestamp", "value"})
MAX_DEPTH: Final = 50
MAX_VALUES: Final = 50_000
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class MarkedYaml:
    """The data of one file; `marks` maps a path of keys and list indexes to the line and column (from 1) where it stands."""

    file: str
    data: Any = None
    marks: dict[Where, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Where, message: str, suggestion: str = "") -> Problem:
        """A problem with what stands at a path, or with what holds it when nothing stands there."""
        while path and path not in self.marks:
            path = path[:-1]
        return Problem(self.file, *self.marks.get(path, (1, 1)), message, suggestion)


def read(file: Path) -> MarkedYaml:
    """The data and the marks of a YAML file.

    Raises: ConfigError, with everything that is wrong with the file as YAML.
    """
    document = MarkedYaml(str(file))
    try:
        node = _compose(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(str(file), 0, 0, f"cannot be read: {error}")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ConfigError([Problem(str(file), line, column, f"is not valid YAML: {error.problem}")]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError([Problem(str(file), 1, 1, f"is not valid YAML: {error}")]) from error
    if node is None:
        raise ConfigError([Problem(str(file), 1, 1, "is empty")])
    document.data = _build(document, node, ())
    if document.problems:
        raise ConfigError(document.problems)
    return document


def _compose(text: str) -> yaml.Node | None:
    loader = _LOADER(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    finally:
        loader.dispose()
    return node


def _build(document: MarkedYaml, node: yaml.Node, path: Where) -> Any:
    document.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if len(path) > MAX_DEPTH or len(document.marks) > MAX_VALUES:
        raise ConfigError([document.problem(path, "is too large or too deep to be a policy", "do not nest aliases")])
    kind = node.tag.removeprefix(STANDARD_TAG)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return dict(_pairs(document, node, path))
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_build(document, item, (*path, index)) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and kind in SCALARS:
        return _scalar(kind, node.value)
    document.problems.append(document.problem(path, f"the tag {node.tag} is not allowed", "plain YAML is enough"))
    return None


def _pairs(document: MarkedYaml, node: yaml.MappingNode, path: Where) -> Iterator[tuple[str, Any]]:
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            document.problems.append(document.problem(path, "a key must be plain text"))
            continue
        key = str(key_node.value)  # "Null" is a condition operator here, never nothing
        if (*path, key) in document.marks:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            document.problems.append(Problem(document.file, *place, f"duplicate key {key!r}"))
            continue
        yield key, _build(document, value_node, (*path, key))


def _scalar(kind: str, text: str) -> Any:
    if kind == "bool":
        return text.casefold() in {"true", "yes", "on"}
    if kind == "null":
        return None
    return int(text) if kind == "int" and re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else text
