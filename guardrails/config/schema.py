"""The JSON Schema of each kind of file, for editors: what the YAML language server completes, explains and underlines."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from guardrails.config.shapes import AccountFile, IdentityFile, OrganizationFile

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_NAMED: Final = ("properties", "definitions", "patternProperties")


def schema(controls: Mapping[str, type[BaseModel]]) -> dict[str, dict[str, Any]]:
    """The draft-07 JSON Schema of each kind of file: "organization", "account", "controls", "identity".

    `controls` maps every known control id to the model of its settings, as for `load`.
    """
    files: dict[str, type[BaseModel]] = {
        "organization": OrganizationFile,
        "account": AccountFile,
        "identity": IdentityFile,
    }
    schemas = {kind: file_schema(model) for kind, model in files.items()}
    return dict(sorted({**schemas, "controls": {"$schema": DRAFT, **_controls(controls)}}.items()))


def file_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The draft-07 JSON Schema of a file of this shape."""
    return {"$schema": DRAFT, **_draft7(model.model_json_schema(ref_template="#/definitions/{model}"))}


def _controls(controls: Mapping[str, type[BaseModel]]) -> Any:
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (model, "validation") for _, model in sorted(controls.items())
    ]
    references, definitions = models_json_schema(models, ref_template="#/definitions/{model}")
    properties = {
        control: {
            "description": f"{_about(model)} false switches it off.",
            "anyOf": [references[model, "validation"], {"type": ["boolean", "null"]}],
        }
        for control, model in sorted(controls.items())
    }
    return _draft7(
        {
            "description": "controls.yaml: which controls hold, and with which settings.",
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **definitions,
        }
    )


def _about(model: type[BaseModel]) -> str:
    if not model.model_fields:
        return "Takes no settings: leave it empty."
    first_line = (model.__doc__ or model.__name__).strip().splitlines()[0]
    return f"{first_line} Leave it empty for the defaults."


def _draft7(schema: Any) -> Any:
    """The same schema in draft-07, without what only repeats the keys: made-up titles and empty defaults."""
    if isinstance(schema, list):
        return [_draft7(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {"definitions" if key == "$defs" else key: value for key, value in schema.items()}
    result = {
        key: {name: _draft7(inner) for name, inner in value.items()} if key in _NAMED else _draft7(value)
        for key, value in schema.items()
        if key != "title" and not (key == "default" and value in (None, "", [], {}))
    }
    if len(result) > 1 and "$ref" in result:  # draft-07 ignores everything that stands next to a $ref
        result["allOf"] = [{"$ref": result.pop("$ref")}]
    return result
