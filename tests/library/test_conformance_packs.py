"""Conformance packs are read as AWS takes them; what AWS would refuse is refused, with the file."""

from pathlib import Path

import pytest

from guardrails.errors import ConfigError
from guardrails.library import Library

RULE = "{Type: AWS::Config::ConfigRule, Properties: {InputParameters: {a: !Ref Age}}}"
PACK = f"Parameters: {{Age: {{Type: String}}, Days: {{Type: String, Default: '1'}}}}\nResources: {{Keys: {RULE}}}\n"


def library(folder: Path, text: str) -> Library:
    packs = folder / "templates" / "conformance_packs"
    packs.mkdir(parents=True)
    (packs / "keys.yaml").write_text(text, encoding="utf-8")
    return Library(folder)


def test_a_pack(tmp_path: Path) -> None:
    """A pack is its text, short forms and all, and says which of its parameters must be given."""
    source = library(tmp_path, PACK).conformance_pack("keys")
    assert (source.text, source.parameters) == (PACK, {"Age": True, "Days": False})


def test_no_such_pack(tmp_path: Path) -> None:
    """A pack that does not exist is refused where it was asked for, with the nearest name."""
    with pytest.raises(ConfigError) as raised:
        library(tmp_path, PACK).conformance_pack("key", ("controls.yaml", 3, 5))
    (problem,) = raised.value.problems
    assert (problem.file, problem.line, "keys" in problem.suggestion) == ("controls.yaml", 3, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Resources: [", "this is not YAML"),
        ("Resources: {}", "has Resources"),
        ("Resources: {Bucket: {Type: AWS::S3::Bucket}, Nothing: 1}", "Bucket is no rule"),
        (f"# {'x' * 51_200}\n{PACK}", "51,200"),
        (f"Resources: {{{', '.join(f'R{n}: {RULE}' for n in range(131))}}}", "131 rules"),
    ],
)
def test_what_aws_would_refuse(tmp_path: Path, text: str, message: str) -> None:
    """What is no pack, holds something else than rules, or is too large, is refused with its file."""
    with pytest.raises(ConfigError, match=message) as raised:
        library(tmp_path, text).conformance_pack("keys")
    assert all(problem.file.endswith("keys.yaml") for problem in raised.value.problems)
