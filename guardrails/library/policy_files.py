"""One policy file -> a `PolicySource`, or everything that is wrong with it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from guardrails.config.messages import validate, value_at
from guardrails.config.vocabulary import Names, Settings, Shaped, wrong
from guardrails.errors import ConfigError, Problem
from guardrails.library.authorization_policies import AuthorizationPolicy, Example
from guardrails.library.declarative_policies import DeclarativePolicy, Sample
from guardrails.library.expressions import WrongExpression, understand
from guardrails.library.policies import NOWHERE, Parameter, Place, PolicySource
from guardrails.problems import Problems, nearest
from guardrails.yaml_document import Document, Where, read


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise wrong(f"pattern is not a regular expression: {error}") from error
    return pattern


def _named(statement: dict[str, Any]) -> dict[str, Any]:
    if not statement.get("Sid"):
        raise wrong("'Sid' is missing", "name every statement: reports point at it")
    return statement


def _context_value(value: object) -> object:
    if value is None or all(
        isinstance(item, str | int | float) for item in (value if isinstance(value, list) else [value])
    ):
        return value
    raise wrong("the value of a context key is text, a list of texts, or null: the request certainly lacks it")


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ParameterName = Annotated[str, Shaped("[a-z][a-z0-9_]*", "a parameter's name: it is in snake_case")]


class ParameterShape(Settings):
    """One entry of `parameters`."""

    type: Literal["string", "list", "integer", "boolean"]
    description: Text
    pattern: Annotated[str, AfterValidator(_regular_expression)] = ""
    default: Any = None

    @field_validator("default")
    @classmethod
    def _default_fits(cls, default: Any, info: ValidationInfo) -> Any:
        right = info.data.keys() >= {"type", "description", "pattern"}
        if right and default is not None and (complaint := Parameter("", **info.data).complaint(default)):
            raise wrong(f"default {complaint}")
        return default


class RequestShape(Settings):
    """The `request` of an example."""

    principal: str
    action: str
    resource: str = "*"
    region: str = ""
    path: str = ""
    context: dict[str, Annotated[Any, AfterValidator(_context_value)]] = Field({})


class ExampleShape(Settings):
    """One item of `examples`."""

    name: Text
    request: RequestShape
    expect: Literal["allowed", "explicitDeny", "implicitDeny"]
    parameters: dict[str, Any] = Field({})


class SampleShape(Settings):
    """One item of `examples` of a declarative policy."""

    name: Text
    effective: dict[str, Any] = Field(min_length=1)
    below: dict[str, Any] = Field({})
    parameters: dict[str, Any] = Field({})


class PolicyShape(Settings, ABC):
    """What every policy file has."""

    id: str
    title: Text
    description: Text
    severity: Literal["low", "medium", "high", "critical"]
    frameworks: dict[str, tuple[Annotated[str, BeforeValidator(_number_as_text)], ...]] = Field({})
    source: Annotated[str, Shaped("https://.+", "the https address of a page")]
    parameters: dict[ParameterName, ParameterShape] = Field({})

    @abstractmethod
    def made(self, given: Mapping[str, Any]) -> PolicySource:
        """The policy that a file of this shape holds; `given` is what does not stand in the file."""

    def metadata(self) -> dict[str, Any]:
        """What a policy of every kind is made with."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "severity": self.severity,
            "frameworks": self.frameworks,
            "source": self.source,
            "parameters": {name: Parameter(name, **dict(shape)) for name, shape in self.parameters.items()},
        }


class AuthorizationShape(PolicyShape):
    """A file of a resource control policy."""

    statements: tuple[Annotated[dict[str, Any], AfterValidator(_named)], ...] = Field(min_length=1)
    lint: dict[str, Text] = Field({})
    examples: tuple[ExampleShape, ...] = Field(min_length=1)

    def made(self, given: Mapping[str, Any]) -> PolicySource:
        """The policy with its statements and the requests to decide."""
        examples = tuple(
            Example(example.name, example.request.model_dump(exclude_unset=True), example.expect, example.parameters)
            for example in self.examples
        )
        reason = {"exempt_reason": "", "accepted": self.lint, **given}
        return AuthorizationPolicy(statements=self.statements, examples=examples, **self.metadata(), **reason)


class ServiceControlShape(AuthorizationShape):
    """A file of a service control policy."""

    exempt: bool = True
    exempt_reason: Text = ""

    def made(self, given: Mapping[str, Any]) -> PolicySource:
        """The policy, with the reason why it binds trusted principals too."""
        return super().made({**given, "exempt_reason": self.exempt_reason})


class DeclarativeShape(PolicyShape):
    """A file of a declarative policy."""

    content: dict[str, Any] = Field(min_length=1)
    examples: tuple[SampleShape, ...] = Field(min_length=1)

    def made(self, given: Mapping[str, Any]) -> PolicySource:
        """The policy with its content and what becomes effective."""
        samples = tuple(Sample(**dict(sample)) for sample in self.examples)
        return DeclarativePolicy(content=self.content, samples=samples, **self.metadata(), **given)


def load(folder: Path, kind: str) -> Mapping[str, PolicySource]:
    """Every policy of a kind, by id, from `folder/<kind>/*.yaml` and `folder/<kind>/<theme>/*.yaml`.

    Raises: ConfigError, with every problem of every file.
    """
    problems = [Problem(str(file), 0, 0, *complaint) for file, complaint in _strays(folder / kind)]
    found: dict[str, PolicySource] = {}
    for file in _files(folder / kind):
        if file.stem in found:
            problems.append(Problem(str(file), 0, 0, f"is also {found[file.stem].file}", "give one another id"))
            continue
        try:
            found[file.stem] = read_policy(file, kind)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found


def _files(folder: Path) -> list[Path]:
    """The policy files of a kind, those without a theme first."""
    return [*sorted(folder.glob("[!.]*.yaml")), *sorted(folder.glob("[!.]*/[!.]*.yaml"))]


def _strays(folder: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    for file in sorted([*folder.glob("[!.]*"), *folder.glob("[!.]*/[!.]*")]):
        if file.is_dir() and file.parent != folder:
            yield file, ("is a folder within a theme", "themes hold policy files only")
        elif not file.is_dir() and file.suffix != ".yaml":
            yield file, ("is no policy file", "policy files end in .yaml")


def load_one(folder: Path, kind: str, name: str, place: Place = NOWHERE) -> PolicySource:
    """The policy `name.yaml` of a kind, in whichever theme; `place` is where it was asked for.

    Raises: ConfigError, with every problem of the file, or the nearest right name when there is no such file.
    """
    files = {file.stem: file for file in reversed(_files(folder / kind))}
    if name not in files:
        raise ConfigError([Problem(*place, f"there is no policy {name!r} in {folder / kind}", nearest(name, files))])
    return read_policy(files[name], kind)


def read_policy(file: Path, kind: str) -> PolicySource:
    """The policy in a file; one that is asked for again is read again only when the file has changed.

    Raises: ConfigError, with every problem of the file.
    """
    state = file.stat() if file.exists() else None
    return _read(file, kind, (state.st_mtime_ns, state.st_size) if state else ())


@lru_cache(maxsize=1024)
def _read(file: Path, kind: str, state: tuple[int, ...]) -> PolicySource:
    problems = Problems()
    document = read(file, str(file), problems)
    shape = _shape(SHAPES.get(kind, DeclarativeShape), document, file.stem, problems) if document else None
    if problems.found or document is None or shape is None:
        raise ConfigError(problems.found)
    theme = "" if file.parent.name == kind else file.parent.name
    return shape.made({"kind": kind, "theme": theme, "file": document.file, "marks": document.values})


SHAPES: Final[Mapping[str, type[PolicyShape]]] = {
    "scp": ServiceControlShape,
    "rcp": AuthorizationShape,
}
"""The shape of the files of a kind; those of all other kinds are declarative."""


def _shape(model: type[PolicyShape], document: Document, name: str, problems: Problems) -> PolicyShape | None:
    shape = validate(model, document, (), Names(), problems)
    examples = value_at(document.data, ("examples",))
    inside = [
        ("examples", index, key)
        for index, _ in enumerate(examples if isinstance(examples, list) else [])
        for key in ("request", "effective", "below")
    ]
    for at in (("statements",), ("content",), *inside):
        _check_expressions(value_at(document.data, at), document, at, problems)
    if shape is None:
        return None
    if shape.id != name:
        problems.add(document.place(("id",)), f"id is {shape.id!r}", f"it is the file's name, {name!r}")
    if isinstance(shape, ServiceControlShape):
        _check_exemption(shape, document, problems)
    return shape


def _check_exemption(shape: ServiceControlShape, document: Document, problems: Problems) -> None:
    if shape.exempt and shape.exempt_reason:
        problems.add(document.place(("exempt_reason",)), "exempt_reason stands only beside exempt: false")
    if not shape.exempt and not shape.exempt_reason:
        problems.add(document.place(("exempt",)), "exempt: false needs a written exempt_reason")


def _check_expressions(value: Any, document: Document, at: Where, problems: Problems) -> None:
    """Note texts that are no valid expressions, and keys that look like some."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if "{{" in key or "{%" in key:
                problems.add(document.key_place((*at, key)), "an expression cannot stand in a key")
            _check_expressions(item, document, (*at, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_expressions(item, document, (*at, index), problems)
    elif isinstance(value, str):
        try:
            understand(value)
        except WrongExpression as error:
            problems.add(document.place(at), str(error), error.suggestion)
