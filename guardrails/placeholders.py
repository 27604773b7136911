"""Deterministic stand-ins for ids that only AWS can give, of the length and shape of the real ones: for offline work."""

import hashlib
from typing import TypeVar

from guardrails.engine.resource import Ref, substitute
from guardrails.resources import ACCOUNT_TYPE, ORGANIZATION, ORGANIZATIONAL_UNIT_TYPE, ROOT_ADDRESS

T = TypeVar("T")

ORGANIZATION_ID = "o-exampleorg"
ROOT_ID = "r-exam"


def placeholder(ref: Ref) -> str:
    """A stand-in for the value of a reference: always the same for the same reference."""
    number = int(hashlib.sha256(str(ref.address).encode()).hexdigest(), 16)
    if ref.address == ORGANIZATION:
        return "000000000000" if ref.attribute == "management_account_id" else ORGANIZATION_ID
    if ref.address == ROOT_ADDRESS:
        return f"{ORGANIZATION_ID}/{ROOT_ID}/" if ref.attribute == "path" else ROOT_ID
    if ref.address.type == ACCOUNT_TYPE:
        return f"{number % 10**12:012}"
    if ref.address.type == ORGANIZATIONAL_UNIT_TYPE:
        return _unit(ref)
    return f"{ref.address.name}.{ref.attribute}"


def _unit(ref: Ref) -> str:
    parts = ref.address.name.split("/")
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    ids = [f"ou-exam-{hashlib.sha256(path.encode()).hexdigest()[:8]}" for path in paths]
    return f"{ORGANIZATION_ID}/{ROOT_ID}/{'/'.join(ids)}/" if ref.attribute == "path" else ids[-1]


def with_placeholders(value: T) -> T:
    """The same JSON-shaped value with a stand-in for every late value."""
    filled: T = substitute(value, placeholder)
    return filled
