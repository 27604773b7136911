"""Addresses, late values, what a resource refers to, and the directory that knows the ids."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine.resource import CLOSING, OPENING, Address, Directory, Ref, addresses_in, refs_in, substitute
from tests.engine.fakes import THING, Thing, address

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ADDRESSES = st.builds(Address, NAMES, NAMES, NAMES, NAMES)
REFS = st.builds(Ref, ADDRESSES, NAMES)
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=OPENING + CLOSING), max_size=12)


def documents(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """JSON-shaped values whose texts are of this kind."""
    leaves = st.none() | st.booleans() | st.integers() | text
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3))


@given(REFS)
def test_a_reference_survives_its_token(ref: Ref) -> None:
    """Whatever a resource is called, the token of a reference to it is read back as the same reference."""
    assert list(refs_in(str(ref))) == [ref]


@given(REFS, PLAIN_TEXT, PLAIN_TEXT)
def test_a_token_inside_a_string_is_replaced_alone(ref: Ref, before: str, after: str) -> None:
    """Only the token is replaced by its value; the text around it stands."""
    assert substitute(f"{before}{ref}{after}", lambda asked: "X" if asked == ref else None) == f"{before}X{after}"


@given(st.lists(st.one_of(PLAIN_TEXT, REFS), max_size=5))
def test_every_token_in_a_string_is_found(parts: list[str | Ref]) -> None:
    """All references inside a string are found, in order, whatever stands between them."""
    assert list(refs_in("".join(map(str, parts)))) == [part for part in parts if isinstance(part, Ref)]


@given(documents(PLAIN_TEXT | REFS.map(str)))
def test_nothing_known_changes_nothing(value: Any) -> None:
    """Substitution with no known value gives the value back."""
    assert substitute(value, lambda ref: None) == value


@given(documents(PLAIN_TEXT | REFS.map(str)))
def test_everything_known_leaves_no_reference(value: Any) -> None:
    """Substitution with every value known leaves no reference anywhere, not even in keys."""
    assert list(refs_in(substitute(value, lambda ref: "known"))) == []


@given(REFS)
def test_a_token_survives_json(ref: Ref) -> None:
    """A document with a reference in it can be dumped, ASCII or not, and read back with its reference."""
    for ascii_only in (True, False):
        assert list(refs_in(json.loads(json.dumps({"a": [str(ref)]}, ensure_ascii=ascii_only)))) == [ref]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (address("a"), ["a"]),
        (str(Ref(address("b"), "arn")), ["b"]),
        ({"x": [address("a"), {"y": f"arn:{Ref(address('b'))}:c"}]}, ["a", "b"]),
        ({str(Ref(address("k"))): 1}, ["k"]),
        (frozenset({address("s")}), ["s"]),
        ((1, None, "text"), []),
    ],
)
def test_addresses_are_found_anywhere(value: Any, expected: list[str]) -> None:
    """An address counts wherever it stands: outright, in a late value, in a key, in a list or a set."""
    assert [found.name for found in addresses_in(value)] == expected


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Address("T", "n"), "T n"),
        (Address("T", "n", "prod"), "T n @ prod"),
        (Address("T", "n", "prod", "eu-west-1"), "T n @ prod/eu-west-1"),
        (Address("T", "n", "", "eu-west-1"), "T n @ eu-west-1"),
    ],
)
def test_an_address_reads_well(where: Address, text: str) -> None:
    """An address says its type, its name, and its place where it has one."""
    assert str(where) == text


def test_what_a_resource_refers_to() -> None:
    """References are what it depends on, what it names, and what its late values need; never itself, never hints."""
    thing = Thing(
        name="a",
        depends_on=frozenset({address("declared")}),
        needs=(address("named"), address("a")),
        value={"Arn": f"arn:{Ref(address('late'))}"},
        hint=str(Ref(address("hinted"))),
    )
    assert {found.name for found in thing.references()} == {"declared", "named", "late"}


def test_managed_properties() -> None:
    """Identity and unmanaged fields are no properties; immutable ones are named."""
    thing = Thing(name="a", account="prod", region="eu-west-1", value=1, hint="x")
    assert thing.properties() == {"value": 1, "needs": (), "kind": "plain"}
    assert thing.immutable() == {"kind": "declare what is live"}
    assert thing.address == Address(THING, "a", "prod", "eu-west-1")


def test_the_directory_answers_both_ways() -> None:
    """What was learnt of an object is added to, and its id leads back to its address within its type."""
    names = Directory()
    names.learn(address("a"), {"id": "1"})
    names.learn(address("a"), {"arn": "arn:1"})
    names.learn(Address("Other", "x"), {"arn": "no id yet"})
    assert (names.id(address("a")), names.get(address("a"), "arn")) == ("1", "arn:1")
    assert names.address_of(THING, "1") == address("a")
    assert names.address_of("Other", "1") is None
    assert names.get(address("b")) is None
    assert names.of_type(THING) == [address("a")]
    assert names.known(Ref(address("a"), "arn")) == "arn:1"


def test_an_unknown_id_is_a_defect() -> None:
    """Asking for an id that must be known and is not raises at once."""
    with pytest.raises(KeyError):
        Directory().id(address("a"))


def test_known_late_values_are_put_in() -> None:
    """Resolving puts known values in and leaves the rest; with nothing known it gives the very same resource."""
    thing = Thing(name="a", value=[f"arn:{Ref(address('b'))}", str(Ref(address("c")))], hint="kept")
    names = Directory()
    assert names.resolve(thing) is thing
    names.learn(address("b"), {"id": "1"})
    resolved = names.resolve(thing)
    assert resolved.value == ["arn:1", str(Ref(address("c")))]
    assert resolved.hint == "kept"
