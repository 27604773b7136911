"""Jinja2 expressions inside the text of a policy file, evaluated in a sandbox, leaf by leaf of the parsed YAML.

A leaf is text with `{{ expressions }}` in it; control blocks do not exist here. Because only the leaves of data that is parsed already
are evaluated, a value cannot change the structure around it, and because the result is not evaluated again, it cannot be
an expression itself. A leaf that is one expression and nothing else may stand for a list.

Source: https://jinja.palletsprojects.com/en/stable/sandbox/
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from guardrails.problems import nearest

_ONE_EXPRESSION: Final = re.compile(r"\{\{[-+]?(.*?)[-+]?\}\}", re.DOTALL)
_WRONG: Final = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What an expression raises when it is wrong: a filter's wrong argument, a division by zero, an unsafe attribute."""


class WrongExpression(Exception):
    """An expression that cannot be understood or evaluated; the text says why."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


def _as_text(value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises, and says which name it was
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise TypeError("a list can only stand alone, not inside a longer text")


_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, finalize=_as_text, autoescape=False, keep_trailing_newline=True
)
_ENVIRONMENT.globals.clear()


@dataclass(frozen=True)
class Leaf:
    """One text of a policy file, understood: the names it uses, and how it is evaluated."""

    names: frozenset[str]
    evaluate: Callable[[Mapping[str, Any]], Any]

    def value(self, known: Mapping[str, Any]) -> Any:
        """The text, or the list when the leaf is one expression that gives a list.

        Raises: WrongExpression.
        """
        for name in sorted(self.names - known.keys()):
            raise WrongExpression(f"there is no parameter or fact {name!r}", nearest(name, known))
        try:
            return _plain(self.evaluate(known))
        except _WRONG as error:
            raise WrongExpression(f"cannot be evaluated: {error}") from error


def _plain(value: Any) -> Any:
    """A value as JSON-shaped data: text, or a list of texts."""
    if isinstance(value, list | tuple | Iterator):
        return [_as_text(item) for item in value]
    return _as_text(value)


@lru_cache(maxsize=4096)
def understand(text: str) -> Leaf:
    """The leaf that a text is.

    Raises: WrongExpression.
    """
    if "{" not in text:
        return Leaf(frozenset(), lambda known: text)
    try:
        tree = _ENVIRONMENT.parse(text)
        if any(not isinstance(node, nodes.Output) for node in tree.body):
            raise WrongExpression("only {{ expressions }} may stand in a text, no {% blocks %}")
        names = frozenset(meta.find_undeclared_variables(tree))
        return Leaf(names, _evaluation(text, tree))
    except TemplateError as error:
        raise WrongExpression(f"is not a valid expression: {error}") from error


def _evaluation(text: str, tree: nodes.Template) -> Callable[[Mapping[str, Any]], Any]:
    parts = [part for node in tree.body if isinstance(node, nodes.Output) for part in node.nodes]
    if len(parts) == 1 and not isinstance(parts[0], nodes.TemplateData):
        alone = _ONE_EXPRESSION.fullmatch(text)
        if alone:
            expression = _ENVIRONMENT.compile_expression(alone[1], undefined_to_none=False)
            return lambda known: expression(**known)
    template = _ENVIRONMENT.from_string(text)
    return lambda known: template.render(**known)
