from pathlib import Path

import pytest

from guardrails.errors import ConfigError
from guardrails.library.marked_yaml import read

BOMB = "\n".join(
    f"{key}: &{key} [{','.join([value] * 9)}]"
    for key, value in zip("abcdef", ["x", *(f"*{k}" for k in "abcde")], strict=True)
)


def write(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "p.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_data_and_marks(tmp_path: Path) -> None:
    """Scalars stay what was written unless nothing is lost; keys are text, Null too; every value has its place."""
    document = read(write(tmp_path, "Null: {a: [012, 7, yes, 1.10, 2020-01-01, null]}\nb: x\n"))
    assert document.data == {"Null": {"a": ["012", 7, True, "1.10", "2020-01-01", None]}, "b": "x"}
    assert document.marks["Null", "a", 1] == (1, 17)
    assert document.problem(("b", "nothing"), "m").line == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "is not valid YAML"),
        ("a: b: c", ":1:5: is not valid YAML"),
        ("\x07", "is not valid YAML"),
        ("", ":1:1: is empty"),
        ("a: 1\na: 2", ":2:1: duplicate key 'a'"),
        ("a: !!python/object:os.system x", ":1:4: the tag"),
        ("? [a]\n: b", "a key must be plain text"),
        (b"\xff\xfe\x00", "cannot be read"),
        ("[" * 60 + "]" * 60, "too deep"),
        (BOMB, "too large"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    """Everything that is not plain YAML is a configuration error with its place; aliases cannot blow up."""
    with pytest.raises(ConfigError) as refused:
        read(write(tmp_path, text))
    assert message in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be read is a configuration error too."""
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "none.yaml")
