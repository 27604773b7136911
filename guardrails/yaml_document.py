"""One YAML file read as plain data, with the place of everything in it.

What is accepted is the part of YAML that everybody reads the same way: mappings with text keys, lists, text, whole and
decimal numbers, true/false, null, plain aliases. Scalars stay text unless nothing is lost by turning them into numbers:
account id "012345678901" and version "1.10" come through as written, and so do dates.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from guardrails.model import Source
from guardrails.problems import Problems

MAX_NODES: Final = 250_000
MAX_DEPTH: Final = 64
SAFE_DEPTH: Final = 1_000
RESERVED: Final = re.compile("[\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}]")
_STANDARD_TAG: Final = "tag:yaml.org,2002:"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Where = tuple[str | int, ...]
Mark = tuple[int, int]


@dataclass
class Document:
    """The data of one file, and where each part of it stands.

    `values` and `keys` map a path (keys and list indexes from the top) to the line and column of a value, of its key.
    """

    file: str
    data: Any = None
    values: dict[Where, Mark] = field(default_factory=dict)
    keys: dict[Where, Mark] = field(default_factory=dict)

    def place(self, path: Where) -> Source:
        """Where the value at a path stands; where what holds it stands, when there is no such value."""
        while path and path not in self.values:
            path = path[:-1]
        return Source(self.file, *self.values.get(path, (1, 1)))

    def key_place(self, path: Where) -> Source:
        """Where the key at a path stands; where the value stands, when it has no key."""
        return Source(self.file, *self.keys[path]) if path in self.keys else self.place(path)


def read(file: Path, shown_as: str, problems: Problems) -> Document | None:
    """The document in a file, or None when it cannot be understood; what is wrong with it is added to `problems`."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        problems.add(Source(shown_as), f"cannot be read: {error.strerror}")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_start = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[line_start : error.start].decode("utf-8-sig", "replace")) + 1
        place = Source(shown_as, raw.count(b"\n", 0, error.start) + 1, column)
        problems.add(place, "is not UTF-8 text", "save the file as UTF-8")
        return None
    return parse(text, shown_as, problems)


def parse(text: str, shown_as: str, problems: Problems) -> Document | None:
    """The document in a text, or None when it cannot be understood; what is wrong with it is added to `problems`."""
    node = _compose(text, shown_as, problems)
    if node is None:
        return None
    construction = _Construction(Document(shown_as), problems)
    try:
        construction.document.data = construction.build(node, ())
    except _TooMuchError as error:
        problems.add(construction.source(node), str(error), "do not nest aliases")
        return None
    return construction.document


def _compose(text: str, shown_as: str, problems: Problems) -> yaml.Node | None:
    try:
        if _may_be_deep(text) and (mark := _too_deep(text)):
            place = Source(shown_as, mark.line + 1, mark.column + 1)
            problems.add(place, f"is nested more than {MAX_DEPTH} levels deep")
            return None
        loader = _LOADER(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        unclosed = "end of stream" in str(error.problem) and error.context_mark
        mark = unclosed or error.problem_mark or error.context_mark
        place = Source(shown_as, mark.line + 1, mark.column + 1) if mark else Source(shown_as, 1, 1)
        _explain(error, text, place, problems)
        return None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Source(shown_as, before.count("\n") + 1, len(before) - before.rfind("\n"))
        problems.add(place, f"is not valid YAML: the character {_spelled(error.character)} is not allowed")
        return None
    if node is None:
        problems.add(Source(shown_as, 1, 1), "is empty")
    return node


def _spelled(character: int | str) -> str:
    return f"U+{character if isinstance(character, int) else ord(character):04X}"


def _may_be_deep(text: str) -> bool:
    # The C composer recurses, so a hostile file could exhaust the stack. A level needs a bracket or a column of its own
    return text.count("[") + text.count("{") > SAFE_DEPTH or max(map(len, text.splitlines()), default=0) > SAFE_DEPTH


def _too_deep(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, _LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return event.start_mark
    return None


def _explain(error: yaml.MarkedYAMLError, text: str, place: Source, problems: Problems) -> None:
    lines = text.splitlines()
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    suggestion = ""
    if "\t" in line[: len(line) - len(line.lstrip())] or line[place.column - 1 : place.column] == "\t":
        suggestion = "indent with spaces, not with tabs"
    elif "mapping values are not allowed" in str(error.problem):
        suggestion = "check the indentation, and put text that contains ': ' in quotes"
    told = (
        f"{error.context}: {error.problem}" if "end of stream" in str(error.problem) else error.problem or error.context
    )
    problems.add(place, f"is not valid YAML: {told}", suggestion)


class _TooMuchError(Exception):
    """A document is too large, or nested too deep, to be a configuration."""


@dataclass
class _Construction:
    document: Document
    problems: Problems
    nodes: int = 0

    def source(self, node: yaml.Node) -> Source:
        return Source(self.document.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def build(self, node: yaml.Node, path: Where) -> Any:
        """The data of a node at a path."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooMuchError(f"expands to more than {MAX_NODES:,} values")
        if len(path) > MAX_DEPTH:
            raise _TooMuchError(f"is nested more than {MAX_DEPTH} levels deep")
        mark = node.start_mark
        self.document.values[path] = (mark.line + 1, mark.column + 1)
        kind = node.tag.removeprefix(_STANDARD_TAG)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in _SCALARS:
            self._refuse_reserved(node)
            return _SCALARS[kind](node.value)
        shown = f"!!{kind}" if node.tag.startswith(_STANDARD_TAG) else node.tag
        self.problems.add(self.source(node), f"the tag {shown} is not allowed", "remove it: plain YAML is enough")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Where) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            at = (*path, key)
            if key in result:
                first = self.document.keys[at][0]
                self.problems.add(self.source(key_node), f"duplicate key {key!r}", f"it stands on line {first} already")
                continue
            self.document.keys[at] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            result[key] = self.build(value_node, at)
        return result

    def _key(self, node: yaml.Node) -> str | None:
        if node.tag == _STANDARD_TAG + "merge":
            self.problems.add(self.source(node), "merge keys (<<) are not allowed", "write the keys out")
        elif isinstance(node, yaml.ScalarNode) and node.tag.removeprefix(_STANDARD_TAG) in _SCALARS:
            self._refuse_reserved(node)
            return str(node.value)
        else:
            self.problems.add(self.source(node), "a key must be plain text")
        return None

    def _refuse_reserved(self, node: yaml.ScalarNode) -> None:
        if match := RESERVED.search(node.value):
            why = "Guardrails marks values that are not known yet with it"
            self.problems.add(self.source(node), f"the character {match[0]} is reserved", why)


def _whole_number(text: str) -> int | str:
    return int(text) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else text


def _decimal_number(text: str) -> float | str:
    return float(text) if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", text) and repr(float(text)) == text else text


_SCALARS: Final[Mapping[str, Callable[[str], Any]]] = {
    "str": str,
    "int": _whole_number,
    "float": _decimal_number,
    "bool": lambda text: text.casefold() in {"true", "yes", "on"},
    "null": lambda text: None,
    "timestamp": str,
    "value": str,
}
