from pathlib import Path
from typing import Any

import pytest

from guardrails.model import Source
from guardrails.problems import Problems
from guardrails.yaml_document import MAX_NODES, Document, parse, read


def understood(text: str) -> tuple[Document | None, list[str]]:
    problems = Problems()
    document = parse(text, "file.yaml", problems)
    return document, [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("null", None),
        ("~", None),
        ("12", 12),
        ("-3", -3),
        ("012345678901", "012345678901"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1.10", "1.10"),
        (".inf", ".inf"),
        ("2012-10-17", "2012-10-17"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("plain text", "plain text"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    """A scalar becomes a number or a truth value only where nothing of what was written is lost."""
    document, problems = understood(f"key: {text}\n")
    assert problems == []
    assert document
    assert document.data == {"key": value}
    assert type(document.data["key"]) is type(value)


def test_places() -> None:
    """Every value and every key has its line and column; what is missing stands where its holder stands."""
    document, _ = understood("a:\n  - b: 1\n  - {c: x}\n")
    assert document
    assert document.place(("a", 0, "b")) == Source("file.yaml", 2, 8)
    assert document.key_place(("a", 0, "b")) == Source("file.yaml", 2, 5)
    assert document.place(("a", 1, "c")) == Source("file.yaml", 3, 9)
    assert document.place(("a", 1, "missing", "deeper")) == Source("file.yaml", 3, 5)
    assert document.key_place(("a", 1)) == Source("file.yaml", 3, 5)


@pytest.mark.parametrize("key", ["Null", "null", "yes", "012", "1.5", "2012-10-17"])
def test_keys(key: str) -> None:
    """A key is the text that was written, whatever it would be as a value."""
    document, problems = understood(f"{key}: 1\n")
    assert problems == []
    assert document
    assert document.data == {key: 1}


def test_aliases() -> None:
    """Plain aliases repeat what they name, and columns count characters, not bytes."""
    document, problems = understood("a: &here {b: [ä, é]}\nc: *here\n")
    assert problems == []
    assert document
    assert document.data["c"] == {"b": ["ä", "é"]}
    assert document.place(("c", "b", 1)) == Source("file.yaml", 1, 18)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "file.yaml:1:1: is empty"),
        ("# nothing but this\n", "file.yaml:1:1: is empty"),
        ("a: 1\na: 2\n", "file.yaml:2:1: duplicate key 'a' (it stands on line 1 already)"),
        ("a: 1\n'a': 2\n", "file.yaml:2:1: duplicate key 'a' (it stands on line 1 already)"),
        ("a: b: c\n", "file.yaml:1:5: is not valid YAML: mapping values are not allowed in this context"),
        ("a:\n\tb: 1\n", "file.yaml:2:1: is not valid YAML: found character that cannot start any token"),
        ("a: 'b\n", "file.yaml:1:4: is not valid YAML: while scanning a quoted scalar: found unexpected end of stream"),
        ("a: 1\n---\nb: 2\n", "file.yaml:2:1: is not valid YAML: but found another document"),
        ("a: \x01\n", "file.yaml:1:4: is not valid YAML: the character U+0001 is not allowed"),
        ("a: *b\n", "file.yaml:1:4: is not valid YAML: found undefined alias"),
        ("x: {<<: {a: 1}}\n", "file.yaml:1:5: merge keys (<<) are not allowed (write the keys out)"),
        ("[1]: 2\n", "file.yaml:1:1: a key must be plain text"),
        ("? [a]\n: b\n", "file.yaml:1:3: a key must be plain text"),
        ("a: [\n", "file.yaml:2:1: is not valid YAML: did not find expected node content"),
        ("a: !!python/object/apply:os.system [id]\n", "file.yaml:1:4: the tag !!python/object/apply:os.system is not"),
        ("a: !!binary aGk=\n", "file.yaml:1:4: the tag !!binary is not allowed"),
        ("a: !secret x\n", "file.yaml:1:4: the tag !secret is not allowed"),
        ("a: ⟦x⟧\n", "file.yaml:1:4: the character ⟦ is reserved"),
        ('a: "\\u27e7"\n', "file.yaml:1:4: the character ⟧ is reserved"),
        ("⟦: 1\n", "file.yaml:1:1: the character ⟦ is reserved"),
        ("a: &a [*a]\n", "file.yaml:1:1: is nested more than 64 levels deep"),
        ("[" * 100_000 + "]" * 100_000, "file.yaml:1:65: is nested more than 64 levels deep"),
        ("- " * 100_000, "file.yaml:1:129: is nested more than 64 levels deep"),
    ],
)
def test_refused(text: str, problem: str) -> None:
    """What YAML forbids, what it reads two ways, and what could do harm is one problem, where it stands."""
    _, problems = understood(text)
    assert [found[: len(problem)] for found in problems] == [problem]


def test_tabs_and_colons() -> None:
    """The two commonest slips come with advice."""
    assert "indent with spaces" in understood("a:\n\tb: 1\n")[1][0]
    assert "put text that contains ': ' in quotes" in understood("a: b: c\n")[1][0]


def test_alias_bomb() -> None:
    """Aliases that multiply are stopped long before they fill the memory."""
    levels = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    document, problems = understood("\n".join(levels))
    assert document is None
    assert problems == [f"file.yaml:1:1: expands to more than {MAX_NODES:,} values (do not nest aliases)"]


def test_wide_lines() -> None:
    """A long line of brackets is no problem as long as they are not nested deeply."""
    document, problems = understood("a: [" + "[], " * 2_000 + "]")
    assert problems == []
    assert document
    assert len(document.data["a"]) == 2_000


def test_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is a problem at the byte that shows it."""
    file = tmp_path / "file.yaml"
    file.write_bytes("a: ä\nb: é\xff".encode("latin-1"))
    problems = Problems()
    assert read(file, "file.yaml", problems) is None
    assert list(map(str, problems.found)) == ["file.yaml:1:4: is not UTF-8 text (save the file as UTF-8)"]


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark, as some editors leave it, is no part of the first key."""
    file = tmp_path / "file.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    document = read(file, "file.yaml", Problems())
    assert document
    assert document.data == {"a": 1}


def test_unreadable(tmp_path: Path) -> None:
    """A file that cannot be read, or is not there, is a problem, not a crash."""
    problems = Problems()
    assert read(tmp_path, "folder.yaml", problems) is None
    assert read(tmp_path / "none.yaml", "none.yaml", problems) is None
    assert list(map(str, problems.found)) == [
        "folder.yaml: cannot be read: Is a directory",
        "none.yaml: cannot be read: No such file or directory",
    ]
