"""Looking at templates: of a stack, of a change set, or not deployed yet.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html
"""

import json
from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import resource_schemas, template_urls, templates
from guardrails.sandbox.cloudformation.change_sets import found
from guardrails.sandbox.cloudformation.stack_views import asked
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation


@operation(SERVICE, "GetTemplate")
def get_template(call: Call) -> Mapping[str, Any]:
    """The text of a stack's or a change set's template, as it was given."""
    if "ChangeSetName" in call.parameters:
        template = found(call).desired.template
    elif "StackName" in call.parameters:
        template = asked(call).template
    else:
        raise invalid("StackName is required if ChangeSetName is not specified.")
    return {"TemplateBody": template.body, "StagesAvailable": ["Original", "Processed"]}


@operation(SERVICE, "GetTemplateSummary")
def get_template_summary(call: Call) -> Mapping[str, Any]:
    """What a template declares and needs; a wrong one is refused."""
    for name in ("StackSetName", "TemplateSummaryConfig"):
        if call.parameters.get(name):
            raise invalid(f"The sandbox does not implement {name} for GetTemplateSummary.")
    if "StackName" in call.parameters:
        return _summary(asked(call).template)
    return _summary(templates.parse(template_urls.template_body(call.parameters, call.account_id)))


@operation(SERVICE, "ValidateTemplate")
def validate_template(call: Call) -> Mapping[str, Any]:
    """What a template declares and needs; a wrong one is refused."""
    return _summary(templates.parse(template_urls.template_body(call.parameters, call.account_id)))


def _summary(template: Template) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "Description": template.description,
        "Version": template.document.get("AWSTemplateFormatVersion"),
        "Metadata": json.dumps(template.document["Metadata"]) if "Metadata" in template.document else None,
    }
    if template.required_capability:
        optional["Capabilities"] = [template.required_capability]
        optional["CapabilitiesReason"] = "The following resource(s) require capabilities: [IAM]"
    return {
        "Parameters": [_parameter(name, rule) for name, rule in template.parameters.items()],
        "ResourceTypes": _types(template),
        "ResourceIdentifierSummaries": [_identifiers(template, name) for name in _types(template)],
        **{name: value for name, value in optional.items() if value},
    }


def _parameter(name: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "DefaultValue": str(rule["Default"]) if "Default" in rule else None,
        "Description": rule.get("Description"),
    }
    if "AllowedValues" in rule:
        optional["ParameterConstraints"] = {"AllowedValues": [str(value) for value in rule["AllowedValues"]]}
    return {
        "ParameterKey": name,
        "ParameterType": rule.get("Type"),
        "NoEcho": rule.get("NoEcho") in {True, "true"},
        **{member: value for member, value in optional.items() if value is not None},
    }


def _types(template: Template) -> list[str]:
    return list(dict.fromkeys(str(resource["Type"]) for resource in template.resources.values()))


def _identifiers(template: Template, resource_type: str) -> dict[str, Any]:
    return {
        "ResourceType": resource_type,
        "LogicalResourceIds": [name for name, one in template.resources.items() if one["Type"] == resource_type],
        "ResourceIdentifiers": resource_schemas.schema(resource_type).identifiers(),
    }
