"""What AWS would refuse in a declarative policy (every type but SCPs and RCPs), or take and never heed: each flaw, with its path.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.iam.declarative_shapes import (
    GUARDDUTY_BLOCK,
    LIFECYCLE,
    SHAPES,
    TAG_RULE,
    TOP_LEVEL,
    Group,
    Setting,
    Shape,
)
from guardrails.iam.grammar import LATE, Flaw, Where, listed

SETTERS: Final = ("@@assign", "@@append", "@@remove")
CONTROL: Final = "@@operators_allowed_for_child_policies"
ALL: Final = "@@all"
CONTROLS: Final = (ALL, "@@none", *SETTERS)
COLD_DAYS: Final = 90
"""How long a backup stays in cold storage at least."""


def flaws(document: Any, policy_type: str) -> Iterator[Flaw]:
    """Everything that is wrong with a declarative policy of a type ("TAG_POLICY")."""
    top = TOP_LEVEL.get(policy_type)
    if not isinstance(document, Mapping) or len(document) != 1 or (top is not None and top not in document):
        yield Flaw((), f"a policy of type {policy_type} has one outermost key" + (f", {top!r}" if top else ""))
        return
    ((name, outermost),) = document.items()
    if not isinstance(outermost, Mapping) or any(setter in outermost for setter in SETTERS):
        yield Flaw((name,), "the outermost key holds a mapping of settings")
        return
    yield from _place((name,), outermost, SHAPES.get(policy_type))


def _place(path: Where, content: Any, shape: Shape) -> Iterator[Flaw]:
    """What is wrong with one place: a setting with its operators, or a group of further places."""
    if not isinstance(content, Mapping):
        yield Flaw(path, f"{path[-1]!r} is set without an operator", f"write {path[-1]}: {{'@@assign': …}}")
        return
    setters = [key for key in content if key in SETTERS]
    if setters and any(not key.startswith("@@") for key in content):
        yield Flaw(path, "a setting has operators or further settings, not both")
        return
    for key, value in content.items():
        at = (*path, key)
        if key == CONTROL:
            yield from _control(at, value)
        elif key in SETTERS:
            yield from _value(at, key, value, shape)
        elif key.startswith("@@"):
            yield Flaw(at, f"unknown operator {key}", f"there are {', '.join((*SETTERS, CONTROL))}")
        else:
            yield from _key(at, key, value, shape)
    yield from _together(path, content, shape)


def _key(at: Where, key: str, value: Any, shape: Shape) -> Iterator[Flaw]:
    """What is wrong with a further place under a name."""
    if isinstance(shape, Setting):
        yield Flaw(at, f"{at[-2]!r} takes {shape.what}, not further settings")
    elif shape is None or key in shape.keys:
        yield from _place(at, value, None if shape is None else shape.keys[key])
    elif shape.names and re.fullmatch(shape.names, key):
        yield from _place(at, value, shape.named)
    else:
        known = ", ".join(shape.keys) or f"names like {shape.names}"
        yield Flaw(at, f"unknown key {key!r}", f"known are {known}")


def _value(at: Where, operator: str, value: Any, shape: Shape) -> Iterator[Flaw]:
    """What is wrong with the value that an operator sets."""
    if isinstance(shape, Group):
        yield Flaw(at, f"{at[-2]!r} holds further settings, not a value")
    elif isinstance(value, Mapping):
        yield Flaw(at, f"{operator} takes a value or a list")
    elif operator != "@@assign" and not isinstance(value, list | tuple):
        yield Flaw(at, f"{operator} takes a list")
    elif shape is not None and not shape.many and operator != "@@assign":
        yield Flaw(at, f"{at[-2]!r} holds one value: {operator} is for lists", "write @@assign")
    elif shape is not None:
        yield from _texts(at, value, shape)


def _texts(at: Where, value: Any, shape: Setting) -> Iterator[Flaw]:
    if shape.many != isinstance(value, list | tuple):
        yield Flaw(at, f"{at[-2]!r} takes {shape.what}, not {'one value' if shape.many else 'a list'}")
        return
    for each in listed(value):
        text = str(each).lower() if isinstance(each, bool) else str(each)
        if not LATE.search(text) and not re.fullmatch(shape.pattern, text):
            yield Flaw(at, f"{at[-2]!r} is {text!r}", f"it takes {shape.what}")


def _control(at: Where, value: Any) -> Iterator[Flaw]:
    names = listed(value)
    if not names or not all(name in CONTROLS for name in names):
        yield Flaw(at, f"{CONTROL} takes @@all, @@none, or some of {', '.join(SETTERS)}")


def _together(path: Where, content: Mapping[str, Any], shape: Shape) -> Iterator[Flaw]:
    """What is wrong between settings that are each right."""
    if shape is LIFECYCLE:
        cold, end = (_assigned(content, key) for key in ("move_to_cold_storage_after_days", "delete_after_days"))
        if cold.isdecimal() and end.isdecimal() and int(end) < int(cold) + COLD_DAYS:
            message = f"delete_after_days is {end}, less than {COLD_DAYS} days after the move to cold storage"
            yield Flaw((*path, "delete_after_days"), message, f"{int(cold) + COLD_DAYS} or more", refused=False)
    if shape is TAG_RULE:
        tag = _assigned(content, "tag_key")
        if tag and not LATE.search(tag) and tag.casefold() != str(path[-1]).casefold():
            message = f"tag_key is {tag!r}: it is {path[-1]!r}, in capitals or not"
            yield Flaw((*path, "tag_key"), message, refused=False)
    if shape is GUARDDUTY_BLOCK:
        enabled = {name for name, feature in content.items() if _assigned(feature, "status") == "enabled"}
        if enabled and "foundational" not in enabled:
            yield Flaw(path, "no feature is enabled without the foundational one", "enable foundational too")


def _assigned(content: Mapping[str, Any], key: str) -> str:
    setting = content.get(key)
    return str(setting.get("@@assign", "")) if isinstance(setting, Mapping) else ""
