"""policies/<kind>/<theme>/<id>.yaml -> policy documents: what the files of every kind have in common; the theme may be left out.

    id, title, description, severity, frameworks, source    what the policy is, and where AWS documents it
    parameters      name -> type (string, list, integer, boolean), description, default (none: it must be given), pattern
    statements      of authorization policies (scp, rcp): the statements as AWS spells them
    content         of declarative policies: the document as AWS spells it, with its operators
    examples        what must be decided about requests; of declarative policies, what becomes effective. A condition key that an answer
                    hangs on is given in `context`, as null where the request certainly lacks it
    lint            findings of the linter that are accepted: the rule's id, or its id and a Sid -> the reason (scp, rcp)
    exempt          `false` when trusted principals are bound too; `exempt_reason` then says why (scp only)

Every text in statements, content and examples may hold Jinja2 {{ expressions }}. An expression may use the parameters, and
these facts of the organization, which the caller gives:

    prefix  home_region  governed_regions  organization_id  management_account_id  log_archive_account_id  security_account_id
    log_archive_bucket  trail_name  trail_arn  deployer_roles  break_glass_roles  member_role  trusted_principals

A fact may be text that AWS completes later (an account id inside an ARN): it passes through as it is.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.errors import ConfigError, Problem
from guardrails.problems import nearest

Place = tuple[str, int, int]
NOWHERE: Final[Place] = ("", 0, 0)
POLICY_TYPES: Final[Mapping[str, str]] = {
    "scp": "SERVICE_CONTROL_POLICY",
    "rcp": "RESOURCE_CONTROL_POLICY",
    "declarative": "DECLARATIVE_POLICY_EC2",
    "tag": "TAG_POLICY",
    "backup": "BACKUP_POLICY",
    "ai-opt-out": "AISERVICES_OPT_OUT_POLICY",
    "s3": "S3_POLICY",
}
"""The folders below `policies/`, and the type of the policies in each, as AWS Organizations spells it."""
KINDS: Final[Mapping[str, str]] = {policy_type: kind for kind, policy_type in POLICY_TYPES.items()}
"""The folder of each type that has one: `POLICY_TYPES` the other way round."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a policy; `pattern` must match the whole of its text, of each item of a list. `default` None: must be given."""

    name: str
    type: str
    description: str
    default: Any = None
    pattern: str = ""

    def complaint(self, value: Any) -> str:
        """What is wrong with a value for this parameter; "" when nothing is."""
        if not _TYPES[self.type](value):
            return f"should be {_SHOWN[self.type]}, not {value!r}"
        for text in value if isinstance(value, list | tuple) else [value]:
            if self.pattern and not re.fullmatch(self.pattern, str(text)):
                return f"is {text!r}, which does not match {self.pattern}"
        return ""


_TYPES: Final = {
    "string": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, list | tuple) and all(isinstance(item, str) for item in value),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}
_SHOWN: Final = {"string": "text", "list": "a list of texts", "integer": "a whole number", "boolean": "true or false"}


@dataclass(frozen=True, kw_only=True)
class PolicySource(ABC):
    """One policy file, read and checked, ready to be rendered.

    `theme` is the folder that holds it below its kind ("logging"), "" when it lies in the kind's own. `marks` maps a path in the
    file (keys and list indexes) to line and column.
    """

    id: str
    kind: str
    title: str
    description: str
    severity: str
    frameworks: Mapping[str, tuple[str, ...]]
    source: str
    parameters: Mapping[str, Parameter]
    file: str
    theme: str = ""
    marks: Mapping[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def policy_type(self) -> str:
        """The type of the policy, as AWS Organizations spells it."""
        return POLICY_TYPES[self.kind]

    @property
    @abstractmethod
    def example_names(self) -> tuple[str, ...]:
        """The names of its examples, in order."""

    @abstractmethod
    def render(self, parameters: Mapping[str, Any], facts: Mapping[str, Any], place: Place = NOWHERE) -> dict[str, Any]:
        """The policy document for these parameters; `place` is where the parameters were given.

        Raises: ConfigError, with every problem: of the parameters, of an expression, of what AWS would refuse.
        """

    @property
    def origins(self) -> tuple[tuple[str, ...], ...]:
        """Where each statement of a rendered document was written, as file:line; () where a policy has no statements."""
        return ()

    @abstractmethod
    def without(
        self, document: Mapping[str, Any], organization_paths: Sequence[str], accounts: Sequence[str]
    ) -> dict[str, Any]:
        """A rendered document that lets the excluded OUs (patterns of organization paths) and accounts (ids) alone.

        Raises: ConfigError, when no condition can do that.
        """

    def known(self, parameters: Mapping[str, Any], facts: Mapping[str, Any], place: Place = NOWHERE) -> dict[str, Any]:
        """What expressions may use: the facts, and every parameter with the value that was given, else its default.

        Raises: ConfigError, with every parameter that is unknown, missing or not of its type.
        """
        problems = [*self.misgiven(parameters, place), *self._missing(parameters, place)]
        if problems:
            raise ConfigError(problems)
        return {**facts, **{name: parameters.get(name, p.default) for name, p in self.parameters.items()}}

    def misgiven(self, parameters: Mapping[str, Any], place: Place) -> Iterator[Problem]:
        """Every parameter that the policy does not have, or whose value it does not take; none is missed here."""
        for name, value in parameters.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                message = f"the policy {self.id} has no parameter {name!r}"
                yield Problem(*place, message, nearest(name, self.parameters))
            elif complaint := parameter.complaint(value):
                yield Problem(*place, f"parameter {name!r} of the policy {self.id} {complaint}")

    def _missing(self, parameters: Mapping[str, Any], place: Place) -> Iterator[Problem]:
        for name, parameter in self.parameters.items():
            if name not in parameters and parameter.default is None:
                yield Problem(*place, f"the policy {self.id} needs the parameter {name!r}", parameter.description)

    def filled(self, path: tuple[str | int, ...], value: Any, known: Mapping[str, Any]) -> Any:
        """A part of the file (the one at `path`) with every expression in it evaluated.

        Raises: ConfigError, with every expression that cannot be evaluated.
        """
        from guardrails.library.filling import filled

        problems: list[Problem] = []
        result = filled(value, known, lambda at, what, do: problems.append(self.problem((*path, *at), what, do)))
        if problems:
            raise ConfigError(problems)
        return result

    def problem(self, path: tuple[str | int, ...], message: str, suggestion: str = "") -> Problem:
        """A problem with what stands at a path in this file."""
        while path and path not in self.marks:
            path = path[:-1]
        return Problem(self.file, *self.marks.get(path, (1, 1)), message, suggestion)
