"""The examples of AWS's documentation, each file of aws_examples/ a page: read, and made into requests and policies.

An example has a `document` of a `type` (beside FullAWSAccess at the root), or says itself what stands in `scps` (levels, root first),
`rcps`, `identity`, `boundary`, `session`, `resource` or `trust`. A request `expect`s a decision, at the levels `because`, and the keys that
it `depends` on: none, unless it says so. In its `context` null says that the request certainly lacks the key. What the linter says of an
example stands in its `findings`, by the rule's id, with the reason; errors are in `warned_of` too, where the page warns of them itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from guardrails.iam import (
    ASSUMED,
    FULL,
    IDENTITY,
    RESOURCE,
    RESOURCE_CONTROL,
    SERVICE_CONTROL,
    TRUST,
    Level,
    NamedPolicy,
    Policies,
    Request,
)

FOLDER: Final = Path(__file__).parent / "aws_examples"
ACCOUNT: Final = "111122223333"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/R"


@dataclass(frozen=True)
class Example:
    """One example of a page, with what the page says of it."""

    file: str
    page: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.content["name"])

    def documents(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every document in it, with its type; AWS's own are left out."""
        if "document" in self.content:
            yield self.content["type"], self.content["document"]
        for kind, policy_type in (("scps", SERVICE_CONTROL), ("rcps", RESOURCE_CONTROL)):
            for _, attached in self.content.get(kind, ()):
                yield from ((policy_type, document) for document in attached if document != "FullAWSAccess")
        for kind in ("identity", "session"):
            yield from ((IDENTITY, document) for document in self.content.get(kind, ()))
        for kind, policy_type in (("boundary", IDENTITY), ("resource", RESOURCE), ("trust", TRUST)):
            if self.content.get(kind):
                yield policy_type, self.content[kind]

    def policies(self) -> Policies:
        """The policies that have a say."""
        content = dict(self.content)
        if "document" in content:
            kind = {SERVICE_CONTROL: "scps", RESOURCE_CONTROL: "rcps"}[content["type"]]
            content[kind] = [["Root", ["FullAWSAccess"] * (kind == "scps") + [content["document"]]]]
        based: Any = ASSUMED
        for kind, policy_type in (("resource", RESOURCE), ("trust", TRUST)):
            if kind in content:
                based = _named(content[kind], policy_type) if content[kind] else None
        return Policies(
            scps=_levels(content.get("scps", ()), SERVICE_CONTROL),
            rcps=_levels(content.get("rcps", ()), RESOURCE_CONTROL),
            identity=tuple(_named(each, IDENTITY) for each in content["identity"])
            if "identity" in content
            else ASSUMED,
            boundary=_named(content["boundary"], IDENTITY) if "boundary" in content else None,
            session=tuple(_named(each, IDENTITY) for each in content.get("session", ())),
            resource=based,
        )


def request(asked: Mapping[str, Any]) -> Request:
    """A request as a file writes it."""
    return Request(
        asked.get("principal", ROLE),
        asked["action"],
        asked.get("resource", "*"),
        {key: _value(value) for key, value in asked.get("context", {}).items()},
        region=asked.get("region", ""),
        resource_owner=asked.get("owner", ACCOUNT),
    )


def examples() -> list[Example]:
    """The examples of all files."""
    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        found += [Example(file.stem, each.get("page", content["page"]), each) for each in content["examples"]]
    return found


def _value(value: Any) -> str | tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else str(value)


def _levels(levels: Any, policy_type: str) -> tuple[Level, ...]:
    return tuple(Level(name, tuple(_named(each, policy_type) for each in attached)) for name, attached in levels)


def _named(document: Any, policy_type: str) -> NamedPolicy:
    if document == "FullAWSAccess":
        return FULL
    return NamedPolicy("example", document, policy_type)
