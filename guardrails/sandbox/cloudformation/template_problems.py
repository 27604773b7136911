"""What keeps a text from being a template that AWS would take, or that the sandbox can carry out.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.sandbox.cloudformation import (
    condition_problems,
    dynamic_references,
    intrinsics,
    resource_schemas,
    resource_types,
)

Json = Any
MAXIMUM_RESOURCES: Final = 500
MAXIMUM_PARAMETERS: Final = 200
MAXIMUM_OUTPUTS: Final = 200
MAXIMUM_MAPPINGS: Final = 200
"""Of mappings in a template, and of attributes in a mapping."""
MAXIMUM_DYNAMIC_REFERENCES: Final = 60
_SECTIONS: Final = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    }
)
_ELSEWHERE: Final = frozenset({"Transform", "Rules", "Hooks"})
_ATTRIBUTES: Final = frozenset(
    {
        "Type",
        "Properties",
        "Condition",
        "DependsOn",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "Metadata",
        "CreationPolicy",
        "UpdatePolicy",
    }
)

_PARAMETER: Final = frozenset(
    {
        "Type",
        "Default",
        "Description",
        "AllowedValues",
        "AllowedPattern",
        "ConstraintDescription",
        "MinLength",
        "MaxLength",
        "MinValue",
        "MaxValue",
        "NoEcho",
    }
)
_BOUNDS: Final = ("MinLength", "MaxLength", "MinValue", "MaxValue")
MAXIMUM_DESCRIPTION_BYTES: Final = 1_024
_POLICIES: Final = {
    "DeletionPolicy": frozenset({"Delete", "Retain", "RetainExceptOnCreate"}),
    "UpdateReplacePolicy": frozenset({"Delete", "Retain"}),
}
"""What becomes of a resource; no type that the sandbox has can be kept as a snapshot."""


def problems(document: Mapping[str, Json]) -> Iterator[str]:
    """Everything that is wrong with a template's document, in CloudFormation's words, the first thing first."""
    yield from _section_problems(document)
    yield from _reference_problems(document)


def _section_problems(document: Mapping[str, Json]) -> Iterator[str]:
    elsewhere = sorted(_ELSEWHERE & set(document))
    if elsewhere:
        yield f"The sandbox does not implement the template section {elsewhere[0]}."
    unknown = [name for name in document if name not in _SECTIONS]
    if unknown:
        yield f"Invalid template property or properties [{', '.join(unknown)}]"
    for section in ("Parameters", "Conditions", "Outputs", "Mappings"):
        members = document.get(section, {})
        if not isinstance(members, dict) or not all(isinstance(member, dict) for member in members.values()):
            yield f"Template format error: unsupported structure. [/{section}] must hold objects."
    description = document.get("Description", "")
    if not isinstance(description, str):
        yield "Template format error: every Description member must be a string."
    elif len(description.encode()) > MAXIMUM_DESCRIPTION_BYTES:
        yield f"Template format error: 'Description' length is greater than {MAXIMUM_DESCRIPTION_BYTES}."
    yield from _content_problems(document)


def _content_problems(document: Mapping[str, Json]) -> Iterator[str]:
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        yield "Template format error: At least one Resources member must be defined."
        return
    if len(resources) > MAXIMUM_RESOURCES:
        yield f"Template format error: Number of resources, {len(resources)}, is greater than maximum allowed, {MAXIMUM_RESOURCES}"
    if len(document.get("Parameters") or {}) > MAXIMUM_PARAMETERS:
        yield f"Template format error: Number of parameters, is greater than maximum allowed, {MAXIMUM_PARAMETERS}"
    if dynamic_references.count(json.dumps(document, default=str)) > MAXIMUM_DYNAMIC_REFERENCES:
        yield f"Template may not contain more than {MAXIMUM_DYNAMIC_REFERENCES} dynamic references"
    yield from _parameter_problems(document.get("Parameters") or {})
    yield from _mapping_problems(document.get("Mappings") or {})
    yield from _resource_problems(resources)
    yield from _output_problems(document.get("Outputs") or {})


def _parameter_problems(parameters: Mapping[str, Json]) -> Iterator[str]:
    for name, rule in parameters.items():
        unknown = [key for key in rule if key not in _PARAMETER]
        if unknown:
            yield f"Invalid template parameter property '{unknown[0]}'"
        if not isinstance(rule.get("AllowedValues", []), list):
            yield f"Template format error: Every AllowedValues member must be a list ({name})."
        for bound in _BOUNDS:
            if not re.fullmatch(r"-?\d+(\.\d+)?", str(rule.get(bound, 0))):
                yield f"Template format error: Every {bound} member must be a number ({name})."
        try:
            re.compile(str(rule.get("AllowedPattern", "")))
        except re.error as wrong:
            yield f"Template format error: AllowedPattern of {name} is no regular expression: {wrong}"


def _mapping_problems(mappings: Mapping[str, Json]) -> Iterator[str]:
    if len(mappings) > MAXIMUM_MAPPINGS:
        yield f"Template format error: Number of mappings, {len(mappings)}, is greater than maximum allowed, {MAXIMUM_MAPPINGS}"
    for name, mapping in mappings.items():
        if any(not isinstance(attributes, dict) for attributes in mapping.values()):
            yield f"Template format error: Every Mappings attribute must be a String or a List ({name})."
        if any(len(attributes) > MAXIMUM_MAPPINGS for attributes in mapping.values()):
            yield f"Template format error: Number of mapping attributes is greater than maximum allowed, {MAXIMUM_MAPPINGS}"


def _output_problems(outputs: Mapping[str, Json]) -> Iterator[str]:
    if len(outputs) > MAXIMUM_OUTPUTS:
        yield f"Template format error: Number of outputs, {len(outputs)}, is greater than maximum allowed, {MAXIMUM_OUTPUTS}"
    for name, output in outputs.items():
        if not str(name).isalnum():
            yield f"Template format error: Output name {name} is non alphanumeric."
        if "Value" not in output:
            yield f"Template format error: [/Outputs/{name}] Every Outputs member must contain a Value object"
        if "Export" in output and set(output["Export"]) != {"Name"}:
            yield f"Template format error: [/Outputs/{name}/Export] Every Export member must contain a Name."


def _resource_problems(resources: Mapping[str, Json]) -> Iterator[str]:
    for name, resource in resources.items():
        if not str(name).isalnum():
            yield f"Template format error: Resource name {name} is non alphanumeric."
        if not isinstance(resource, dict) or "Type" not in resource:
            yield f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
            return
        yield from _attribute_problems(name, resource)
    types = dict.fromkeys(str(resource["Type"]) for resource in resources.values())
    strange = [name for name in types if not resource_schemas.exists(name)]
    if strange:
        yield f"Template format error: Unrecognized resource types: [{', '.join(strange)}]"
    for name in types:
        if resource_types.find(name) is None:
            yield f"The sandbox does not implement {name}."


def _attribute_problems(name: str, resource: Mapping[str, Json]) -> Iterator[str]:
    if not isinstance(resource.get("Properties") or {}, dict):
        yield f"Template format error: unsupported structure. [/Resources/{name}/Properties] must be an object."
    unknown = [key for key in resource if key not in _ATTRIBUTES]
    if unknown:
        yield f"Invalid template resource property '{unknown[0]}'"
    for key in ("CreationPolicy", "UpdatePolicy"):
        if key in resource:
            yield f"The sandbox does not implement {key} (resource {name})."
    for key, known in _POLICIES.items():
        policy = resource.get(key, "Delete")
        if not isinstance(policy, str):
            yield f"Template format error: Every {key} member must be a string."
        elif policy == "Snapshot":
            yield f"Template error: resource type {resource['Type']} does not support {key} Snapshot"
        elif policy not in known:
            yield f"Template format error: Unrecognized {key} {policy} for resource {name}"


def _reference_problems(document: Mapping[str, Json]) -> Iterator[str]:
    resources, parameters = document["Resources"], document.get("Parameters") or {}
    conditions = document.get("Conditions") or {}
    known = set(resources) | set(parameters)
    places = [("Resources", resource.get("Properties")) for resource in resources.values()]
    places += [
        ("Outputs", [output.get("Value"), output.get("Export")]) for output in (document.get("Outputs") or {}).values()
    ]
    for section, value in places:
        missing = sorted(intrinsics.references(value) - known)
        if missing:
            yield f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the {section} block of the template"
        unknown = sorted(intrinsics.unsupported(value))
        if unknown:
            yield f"The sandbox does not implement {unknown[0]}."
        for name in condition_problems.unresolved(value, conditions):
            yield f"Template error: unresolved condition dependency {name} in the {section} block of the template"
    yield from _condition_problems(document)
    for resource in resources.values():
        for other in (
            [resource.get("DependsOn", [])]
            if isinstance(resource.get("DependsOn"), str)
            else resource.get("DependsOn", [])
        ):
            if other not in resources:
                yield f"Template format error: Unresolved resource dependencies [{other}] in the Resources block of the template"


def _condition_problems(document: Mapping[str, Json]) -> Iterator[str]:
    conditions, parameters = document.get("Conditions") or {}, document.get("Parameters") or {}
    for condition in conditions.values():
        missing = sorted(intrinsics.references(condition) - set(parameters))
        if missing:
            yield f"Template format error: Unresolved dependencies [{', '.join(missing)}]. Conditions cannot refer to resources"
    yield from condition_problems.problems(conditions)
    for section in ("Resources", "Outputs"):
        for member in (document.get(section) or {}).values():
            if member.get("Condition") is not None and member["Condition"] not in conditions:
                yield (
                    f"Template format error: Unresolved condition dependency {member['Condition']} in the {section} block of the template"
                )
