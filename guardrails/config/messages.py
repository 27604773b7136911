"""What pydantic found wrong, told to the person who edits the file: where, what, and the nearest right name."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json

from guardrails.config.vocabulary import Names, SelectionSchema
from guardrails.problems import Problems, did_you_mean
from guardrails.yaml_document import Document, Where

Model = TypeVar("Model", bound=BaseModel)
_Message = tuple[str, str]


def validate(model: type[Model], document: Document, path: Where, names: Names, problems: Problems) -> Model | None:
    """What stands at a path of a document, as an instance of the model; None, and problems added, when it is wrong.

    Nothing, and a plain `true`, stand for a mapping without keys: everything by default.
    """
    data = value_at(document.data, path)
    try:
        return model.model_validate_json(
            to_json({} if data is None or data is True else data), strict=True, context=names
        )
    except ValidationError as error:
        for details in _outermost(error.errors(include_url=False)):
            _report(details, model, document, path, problems)
        return None


def value_at(data: Any, path: Where) -> Any:
    """The part of plain data that stands at a path; None when there is none."""
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _outermost(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors that do not merely follow from another one."""
    errors = [error for error in errors if not _counts_refused_items(error)]
    places = {error["loc"] for error in errors if error["type"] != "missing"}
    for error in errors:
        if not any(error["loc"][:length] in places for length in range(1, len(error["loc"]))):
            yield error


def _counts_refused_items(error: ErrorDetails) -> bool:
    """Whether a list is only "too short" because pydantic leaves refused items out of the count."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _report(error: ErrorDetails, model: type[BaseModel], document: Document, base: Where, problems: Problems) -> None:
    at = (*base, *error["loc"])
    about_key = at[-1:] == ("[key]",)
    at = at[:-1] if about_key else at
    about_key = about_key or (bool(at) and error["input"] == at[-1] != value_at(document.data, at))
    message, suggestion = _words(error, at, model, at[len(base) : -1])
    place = document.place(at[:-1]) if error["type"] == "missing" else document.place(at)
    if about_key or error["type"] == "extra_forbidden":
        place = document.key_place(at)
    elif error["type"] == "missing" and at[:-1] in document.keys:
        place = document.key_place(at[:-1])
    problems.add(place, message, suggestion)


def _words(error: ErrorDetails, at: Where, model: type[BaseModel], inside: Where) -> _Message:
    context = error.get("ctx", {})
    name = _name(at)
    if error["type"] == "guardrails":
        return str(context["message"]), str(context["suggestion"])
    if error["type"] == "extra_forbidden":
        known = sorted(_keys_at(model, inside))
        return f"unknown key {name}", did_you_mean(str(at[-1]), known) or f"known keys: {', '.join(known) or 'none'}"
    if error["type"] in _WORDS:
        message, suggestion = _WORDS[error["type"]](error["input"], context)
        return f"{name} {message}", suggestion
    return f"{name}: {error['msg'][:1].lower()}{error['msg'][1:]}", ""


def _name(at: Where) -> str:
    keys = [step for step in at if isinstance(step, str)]
    if not keys:
        return "this"
    return f"an item of {keys[-1]!r}" if isinstance(at[-1], int) else repr(keys[-1])


def _keys_at(annotation: Any, inside: Where) -> set[str]:
    """The keys that are known at a place inside a model: by alias where a field has one."""
    shapes = list(_shapes(annotation))
    if inside:
        return set().union(*(_keys_at(inner, inside[1:]) for shape in shapes for inner in _inner(shape, inside[0])))
    models = [shape for shape in shapes if isinstance(shape, type) and issubclass(shape, BaseModel)]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _shapes(annotation: Any) -> Iterator[Any]:
    """The models and containers that an annotation may stand for."""
    if isinstance(annotation, SelectionSchema):
        yield annotation.selection
    elif get_origin(annotation) in (Annotated, Union, UnionType):
        for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
            yield from _shapes(part)
    else:
        yield annotation


def _inner(shape: Any, step: str | int) -> Iterator[Any]:
    """What the annotation of a model or container says of the value under one key or index."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        for name, field in shape.model_fields.items():
            if step in (name, field.alias):
                yield from (field.annotation, *field.metadata)
        if shape.model_config.get("extra") == "allow":
            yield shape
    else:
        yield from get_args(shape)


def _text(value: Any, _: Mapping[str, Any]) -> _Message:
    if value is None:
        return "is empty", "write a text, or remove the key"
    if isinstance(value, bool | int | float):
        return f"should be text, not {'true/false' if isinstance(value, bool) else 'a number'}", "put it in quotes"
    return f"should be text, not {'a list' if isinstance(value, list) else 'a mapping'}", ""


def _list(value: Any, _: Mapping[str, Any]) -> _Message:
    return "should be a list", f"write [{value}]" if isinstance(value, str | int | float) else ""


def _mapping(value: Any, _: Mapping[str, Any]) -> _Message:
    return "should be a mapping (key: value)", ""


def _at_least(value: Any, context: Mapping[str, Any]) -> _Message:
    return f"should hold at least {context['min_length']}", ""


def _one_of(value: Any, context: Mapping[str, Any]) -> _Message:
    expected = str(context["expected"])
    return f"is {value!r}, but should be {expected}", did_you_mean(str(value), re.findall("'([^']*)'", expected))


def _plain(text: str) -> Callable[[Any, Mapping[str, Any]], _Message]:
    return lambda value, context: (text.format(value=value, **context), "")


_WORDS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], _Message]]] = {
    "missing": _plain("is missing"),
    "string_type": _text,
    "int_type": _plain("should be a whole number"),
    "int_from_float": _plain("should be a whole number"),
    "float_type": _plain("should be a number"),
    "bool_type": _plain("should be true or false"),
    "tuple_type": _list,
    "list_type": _list,
    "set_type": _list,
    "frozen_set_type": _list,
    "dict_type": _mapping,
    "model_type": _mapping,
    "too_short": _at_least,
    "literal_error": _one_of,
    "string_too_short": _plain("should have at least {min_length} characters"),
    "string_too_long": _plain("should have at most {max_length} characters"),
    "string_pattern_mismatch": _plain("is {value!r}, which does not match {pattern}"),
    "greater_than": _plain("should be more than {gt}"),
    "greater_than_equal": _plain("should be at least {ge}"),
    "less_than": _plain("should be less than {lt}"),
    "less_than_equal": _plain("should be at most {le}"),
}
