"""JSON-shaped data with expressions in its texts -> the same data with their values; keys are never evaluated."""

from collections.abc import Callable, Mapping
from typing import Any

from guardrails.library.expressions import WrongExpression, understand
from guardrails.yaml_document import Where

Report = Callable[[Where, str, str], None]


def filled(value: Any, known: Mapping[str, Any], report: Report, at: Where = ()) -> Any:
    """A copy of a value in which every expression is evaluated; a list that an expression gives is spliced into the list around it.

    Numbers become text, as they stand in a policy. `report` is called with the path, message and suggestion of each problem.
    """
    if isinstance(value, Mapping):
        return {key: filled(item, known, report, (*at, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items: list[Any] = []
        for index, item in enumerate(value):
            result = filled(item, known, report, (*at, index))
            items += result if isinstance(item, str) and isinstance(result, list) else [result]
        return items
    if isinstance(value, str):
        try:
            return understand(value).value(known)
        except WrongExpression as error:
            report(at, str(error), error.suggestion)
            return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
