"""The documentation of the controls, made from their own metadata: one Markdown page each, and a list of all of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from guardrails.controls import FRAMEWORKS, Control

NOTE: Final = (
    "<!-- Made by `make docs` from the control's own metadata; edit guardrails/controls/{file}.py instead. -->"
)
LIST_NOTE: Final = "<!-- Made by `make docs` from the controls' own metadata. -->"
Schema = Mapping[str, Any]


def page(control: Control) -> str:
    """The page of one control, as Markdown."""
    file = control.id.replace("-", "_")
    parts = [
        f"# {control.id}",
        NOTE.format(file=file),
        f"**{control.title}.** {control.behavior.capitalize()}; {_switch(control)}",
        control.description,
        "## Settings",
        *_settings(control),
        "## AWS resources",
        _bullets(control.makes),
        "## Cost",
        _bullets(control.costs) if control.costs else "Nothing is billed for it.",
        "## Switched off",
        control.stays,
        *(["## Requirements it helps to meet", _frameworks(control)] if control.frameworks else []),
        "## Sources",
        _bullets(f"<{source}>" for source in (control.source, *control.sources)),
    ]
    return "\n\n".join(parts) + "\n"


def index(controls: Iterable[Control]) -> str:
    """The list of all controls, as Markdown, each with a link to its page."""
    rows = [
        f"| [{control.id}]({control.id}.md) | {control.title} | {control.behavior} |"
        for control in sorted(controls, key=lambda control: control.id)
    ]
    return "\n".join(
        ["# Controls", "", LIST_NOTE, "", "| control | what holds | behavior |", "|---|---|---|", *rows, ""]
    )


def _switch(control: Control) -> str:
    if control.enabled_by_default:
        return f"on without being named, `{control.id}: false` in config/controls.yaml switches it off."
    return f"`{control.id}:` in config/controls.yaml switches it on."


def _settings(control: Control) -> Iterator[str]:
    """A table of the control's settings, then one for each mapping that stands inside them."""
    if not control.settings.model_fields:
        yield "None."
        return
    schema = control.settings.model_json_schema()
    yield _table(schema)
    for name in _nested(schema, schema.get("$defs", {})):
        definition = schema["$defs"][name]
        yield f"### {name}"
        if definition.get("description"):
            yield _one_line(definition["description"])
        yield _table(definition)


def _nested(schema: Schema, definitions: Mapping[str, Schema]) -> list[str]:
    """The definitions that a schema refers to and that have properties of their own, in the order of their mention."""
    found: dict[str, None] = {}
    waiting = list(_references(schema.get("properties", {})))
    while waiting:
        name = waiting.pop(0)
        if name not in found and definitions[name].get("properties"):
            found[name] = None
            waiting += _references(definitions[name]["properties"])
    return list(found)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(reference := value.get("$ref"), str):
            yield reference.rpartition("/")[2]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _table(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        f"| `{name}` | {_kind(field)} | {_default(name in required, field)} | {_one_line(field.get('description', ''))} |"
        for name, field in schema["properties"].items()
    ]
    return "\n".join(["| setting | value | default | meaning |", "|---|---|---|---|", *rows])


def _kind(field: Schema) -> str:
    """What may be written, in a few words."""
    if choices := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(dict.fromkeys(_kind(choice) for choice in choices if choice.get("type") != "null"))
    if "$ref" in field:
        return f"a mapping ({field['$ref'].rpartition('/')[2]})"
    if literals := field.get("enum") or ([field["const"]] if "const" in field else []):
        return " · ".join(f"`{choice}`" for choice in literals)
    if field.get("type") == "array":
        return f"list of {_kind(field['items'])}" if field.get("items") else "list"
    return _mapping(field) if field.get("type") == "object" else _simple(field)


def _mapping(field: Schema) -> str:
    inner = field.get("additionalProperties")
    return f"mapping to {_kind(inner)}" if isinstance(inner, Mapping) and inner else "mapping"


def _simple(field: Schema) -> str:
    word = {"integer": "whole number", "number": "number", "boolean": "`true` · `false`", "string": "text"}.get(
        str(field.get("type")), "anything"
    )
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f"{word}, {low} to {high}"
    return word


def _default(is_required: bool, field: Schema) -> str:
    if is_required:
        return "must be given"
    default = field.get("default")
    text = "" if default is None else _yaml(default)
    return "none" if text in ("", "[]", "{}") else f"`{text}`"


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items() if item is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    return str(value)


def _frameworks(control: Control) -> str:
    rows = [
        f"| {framework} | {', '.join(control.frameworks[framework])} |"
        for framework in FRAMEWORKS
        if framework in control.frameworks
    ]
    return "\n".join(["| framework | requirements |", "|---|---|", *rows])


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
