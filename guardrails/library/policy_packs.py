"""policies/packs/<id>.yaml: policies that are attached together, because together they are an answer to a need.

    id, title, description    what holds where the pack is attached
    audience                  for whom it is meant
    policies                  a list of kind (the folder of the policy), policy (its id), parameters (those that it is given)

What is not given here, whoever attaches the pack may give, or must where the policy has no default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import Field

from guardrails.config.messages import validate
from guardrails.config.vocabulary import Names, Settings
from guardrails.errors import ConfigError, Problem
from guardrails.library.policies import NOWHERE, Place
from guardrails.library.policy_files import Text
from guardrails.problems import Problems, nearest
from guardrails.yaml_document import Document, read

if TYPE_CHECKING:
    from guardrails.library import Library

FOLDER: Final = "packs"
"""The folder below `policies/` that holds packs, and no policies of a kind."""
Kind = Literal["scp", "rcp", "declarative", "tag", "backup", "ai-opt-out", "s3"]


@dataclass(frozen=True)
class PackedPolicy:
    """One policy of a pack, with the parameters that the pack gives it."""

    kind: str
    policy: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """One pack, read and checked: every policy exists, stands in it once, and takes the parameters that it is given."""

    id: str
    title: str
    description: str
    audience: str
    policies: tuple[PackedPolicy, ...]
    file: str


class PackedPolicyShape(Settings):
    """One item of `policies`."""

    kind: Kind
    policy: str
    parameters: dict[str, Any] = Field({})


class PackShape(Settings):
    """The file of a pack."""

    id: str
    title: Text
    description: Text
    audience: Text
    policies: tuple[PackedPolicyShape, ...] = Field(min_length=1)


def load(library: "Library") -> Mapping[str, Pack]:
    """Every pack of a library, by id.

    Raises: ConfigError, with every problem of every file.
    """
    folder = library.content / "policies" / FOLDER
    strays = [file for file in sorted(folder.glob("[!.]*")) if file.is_dir() or file.suffix != ".yaml"]
    problems = [Problem(str(file), 0, 0, "is no pack", "packs are files that end in .yaml") for file in strays]
    found: dict[str, Pack] = {}
    for file in sorted(folder.glob("[!.]*.yaml")):
        try:
            found[file.stem] = _read(library, file)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def load_one(library: "Library", name: str, place: Place = NOWHERE) -> Pack:
    """The pack of a name; `place` is where it was asked for.

    Raises: ConfigError, with every problem of the file, or the nearest right name when there is no such file.
    """
    folder = library.content / "policies" / FOLDER
    files = {file.stem: file for file in folder.glob("[!.]*.yaml")}
    if name not in files:
        raise ConfigError([Problem(*place, f"there is no pack {name!r} in {folder}", nearest(name, files))])
    return _read(library, files[name])


def _read(library: "Library", file: Path) -> Pack:
    problems = Problems()
    document = read(file, str(file), problems)
    shape = validate(PackShape, document, (), Names(), problems) if document else None
    if document is None or shape is None:
        raise ConfigError(problems.found)
    if shape.id != file.stem:
        problems.add(document.place(("id",)), f"id is {shape.id!r}", f"it is the file's name, {file.stem!r}")
    problems.found += _wrong_policies(library, shape, document)
    problems.raise_if_any()
    policies = tuple(PackedPolicy(item.kind, item.policy, item.parameters) for item in shape.policies)
    return Pack(shape.id, shape.title, shape.description, shape.audience, policies, document.file)


def _wrong_policies(library: "Library", shape: PackShape, document: Document) -> Iterator[Problem]:
    """What is wrong with the items, as the policies see it."""
    seen: dict[str, int] = {}
    for index, item in enumerate(shape.policies):
        at = document.place(("policies", index, "policy"))
        place = (at.file, at.line, at.column)
        first = seen.setdefault(item.policy, index)
        if first != index:
            line = document.place(("policies", first)).line
            yield Problem(*place, f"the policy {item.policy} stands on line {line} already", "remove one of the two")
            continue
        try:
            source = library.policy(item.kind, item.policy, place)
        except ConfigError as error:
            yield from error.problems
            continue
        for name, value in item.parameters.items():
            given = document.place(("policies", index, "parameters", name))
            yield from source.misgiven({name: value}, (given.file, given.line, given.column))
