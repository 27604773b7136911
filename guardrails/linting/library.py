"""The policies of the library: each is rendered with its parameters' defaults, and the first example's where there is none."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from guardrails.errors import ConfigError, Problem
from guardrails.iam.grammar import RESOURCE_CONTROL, SERVICE_CONTROL, Where
from guardrails.iam.lint import Finding, lint
from guardrails.iam.linted import Facts, Linted
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.linting import Placed, placed

KINDS: Final = ("scp", "rcp")
ITEMS: Final = frozenset({"Action", "NotAction", "Resource", "NotResource"})


def sources(library: Library) -> tuple[AuthorizationPolicy, ...]:
    """The policies of the library that have statements.

    Raises: ConfigError, with every problem of every file.
    """
    found = [policy for kind in KINDS for policy in library.policies(kind).values()]
    return tuple(policy for policy in found if isinstance(policy, AuthorizationPolicy))


def library_findings(policies: Iterable[AuthorizationPolicy], facts: Mapping[str, Any]) -> list[Placed]:
    """Everything that is found in policies of the library; `facts` are those of the organization, without late values.

    Raises: ConfigError, with every policy that cannot be rendered.
    """
    found: list[Placed] = []
    problems: list[Problem] = []
    for source in policies:
        try:
            document = source.render(_parameters(source), facts, place_in(source, (), ""))
        except ConfigError as error:
            problems += error.problems
            continue
        policy = Linted(document, source.policy_type, _known(source, facts))
        found += [_placed(source, document, finding) for finding in lint(policy)]
    if problems:
        raise ConfigError(problems)
    return found


def _parameters(source: AuthorizationPolicy) -> dict[str, Any]:
    """A value for every parameter that must be given: the first that an example gives."""
    needed = [name for name, parameter in source.parameters.items() if parameter.default is None]
    given = [example.parameters for example in source.examples]
    return {name: values[name] for name in needed for values in reversed(given) if name in values}


def _known(source: AuthorizationPolicy, facts: Mapping[str, Any]) -> Facts:
    if source.policy_type == RESOURCE_CONTROL or source.exempt_reason:
        return Facts(beside_full_access=source.policy_type == SERVICE_CONTROL)
    return Facts(tuple(facts["trusted_principals"]), beside_full_access=True)


def _placed(source: AuthorizationPolicy, document: Mapping[str, Any], finding: Finding) -> Placed:
    index = finding.path[1] if len(finding.path) > 1 else None
    statement = str(document["Statement"][index]["Sid"]) if isinstance(index, int) else ""
    return placed(finding, place_in(source, finding.path[1:], item_at(document, finding.path)), source.id, statement)


def item_at(document: Mapping[str, Any], path: Where) -> str:
    """The text of the action or resource at a path of a document; "" when the path is of something else."""
    if len(path) < 3 or path[2] not in ITEMS:
        return ""
    value: Any = document
    for step in path:
        value = value[step]
    return value if isinstance(value, str) else ""


def place_in(source: AuthorizationPolicy, path: Where, item: str) -> tuple[str, int, int]:
    """Where what stands at a path below `statements` was written; lists may have grown, so an item is found by its text."""
    if item:
        index, element = int(path[0]), str(path[1])
        written = source.statements[index].get(element, [])
        alone = not isinstance(written, list | tuple)
        path = (index, element) if alone or item not in written else (index, element, list(written).index(item))
    problem = source.problem(("statements", *path), "")
    return problem.file, problem.line, problem.column
