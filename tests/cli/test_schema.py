"""schema: the JSON Schema of the configuration files."""

import pytest

from tests.command_line import Workplace

KINDS = ("account", "controls", "identity", "organization", "policy-tests")


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind(workplace: Workplace, kind: str) -> None:
    """The schema of one kind of file is one draft-07 schema."""
    schema = workplace.run("schema", kind).document
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["type"] == "object"


def test_all_kinds(workplace: Workplace) -> None:
    """Without a kind all are printed, by kind, the same as one by one."""
    everything = workplace.run("schema").document
    assert tuple(sorted(everything)) == KINDS
    assert everything["controls"] == workplace.run("schema", "controls").document


def test_a_control_of_ones_own_is_in_it(workplace: Workplace) -> None:
    """A control in the content folder's controls/ has its settings in the schema."""
    own = workplace.with_own_content()
    (own.content / "controls").mkdir()
    source = (workplace.content / "guardrails/controls/kms_defaults.py").read_text(encoding="utf-8")
    (own.content / "controls/our_keys.py").write_text(source.replace('id="kms-defaults"', 'id="our-keys"'))
    assert "our-keys" in own.run("schema", "controls").document["properties"]


def test_an_unknown_kind(workplace: Workplace) -> None:
    """A kind that does not exist ends with 3 and lists those that do."""
    ended = workplace.run("schema", "nonsense")
    assert ended.code == 3
    assert "the kinds are account, controls, identity, organization, policy-tests" in ended.message
