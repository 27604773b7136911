"""Stand-ins for ids: of the real shape, and always the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.engine.resource import Address, Ref, refs_in
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.resources import ORGANIZATION, ROOT_ADDRESS, account_address, organizational_unit_address, stack_address

PROD = organizational_unit_address("Workloads/Prod")


@pytest.mark.parametrize(
    ("ref", "shape"),
    [
        (Ref(ORGANIZATION), r"o-[a-z0-9]{10,32}"),
        (Ref(ORGANIZATION, "management_account_id"), r"\d{12}"),
        (Ref(ROOT_ADDRESS), r"r-[0-9a-z]{4,32}"),
        (Ref(ROOT_ADDRESS, "path"), r"o-[a-z0-9]{10,32}/r-[0-9a-z]{4,32}/"),
        (Ref(account_address("prod")), r"\d{12}"),
        (Ref(PROD), r"ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}"),
        (Ref(PROD, "path"), r"o-\w+/r-\w+/ou-exam-\w{8}/ou-exam-\w{8}/"),
        (Ref(stack_address("s", "", "eu-west-1"), "KeyArn"), r"s\.KeyArn"),
    ],
)
def test_stand_ins_have_the_real_shape(ref: Ref, shape: str) -> None:
    """A stand-in is as long and shaped as AWS's own ids, so that sizes measured with it are right."""
    assert re.fullmatch(shape, placeholder(ref))


def test_a_path_begins_with_its_parents() -> None:
    """The path of an OU ends with its id and begins with the path of its parent."""
    parent = placeholder(Ref(organizational_unit_address("Workloads"), "path"))
    assert placeholder(Ref(PROD, "path")) == f"{parent}{placeholder(Ref(PROD))}/"


@given(st.text("ab/c", min_size=1), st.text("ab/c", min_size=1))
def test_stand_ins_are_the_same_every_time_and_differ(one: str, other: str) -> None:
    """The same reference has the same stand-in; another account has another."""
    refs = [Ref(account_address(name)) for name in (one, other)]
    assert placeholder(refs[0]) == placeholder(refs[0])
    assert (placeholder(refs[0]) == placeholder(refs[1])) == (one == other)


def test_a_whole_document() -> None:
    """Every reference in a document gets its stand-in, and the rest stands."""
    document = {"Arn": [f"arn:aws:iam::{Ref(account_address('prod'))}:root", "*"], "Other": str(Ref(Address("T", "x")))}
    filled = with_placeholders(document)
    assert list(refs_in(filled)) == []
    assert re.fullmatch(r"arn:aws:iam::\d{12}:root", filled["Arn"][0])
    assert (filled["Arn"][1], filled["Other"]) == ("*", "x.id")
