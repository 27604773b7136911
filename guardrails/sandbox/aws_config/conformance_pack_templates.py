"""The templates of conformance packs: rules and parameters. Remediations, conditions and other functions are refused plainly.

Source: https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from guardrails.sandbox.account_services import delivery
from guardrails.sandbox.aws_config.refusals import unsupported

RULE: Final = "AWS::Config::ConfigRule"
RULES: Final = 130
"""As many rules as a pack may have.

Source: https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html
"""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Mapping[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def read(parameters: Mapping[str, Any]) -> str | None:
    """The template that a request gives, in its body or as an object of S3; None when there is none there."""
    body, uri = parameters.get("TemplateBody"), str(parameters.get("TemplateS3Uri") or "")
    if body or not uri.startswith("s3://"):
        return str(body) if body else None
    name, _, key = uri.removeprefix("s3://").partition("/")
    bucket = delivery.bucket(name)
    found = bucket.keys.get(key) if bucket else None
    return found.value.decode() if found else None


def rules(template: str, given: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """The rules of a template, its parameters put in.

    Raises:
        ValueError: it is no conformance pack's template.
        Refusal: it uses what the sandbox does not implement.
    """
    try:
        content = yaml.load(template, _Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)
    except yaml.YAMLError as error:
        raise ValueError(f"Template format error: {error}") from None
    if not isinstance(content, dict) or not content.get("Resources"):
        raise ValueError("Template format error: at least one Resources member must be defined.")
    known = {name: each.get("Default") for name, each in (content.get("Parameters") or {}).items()}
    unknown = set(given) - set(known)
    missing = [name for name, default in known.items() if default is None and name not in given]
    if unknown or missing:
        raise ValueError(f"Parameters do not fit the template: {', '.join(sorted(unknown) + missing)}")
    if len(content["Resources"]) > RULES:
        raise ValueError(f"A conformance pack can have {RULES} rules.")
    values = {**{name: str(value) for name, value in known.items() if value is not None}, **given}
    return [_rule(name, each, values) for name, each in content["Resources"].items()]


def _rule(name: str, resource: Mapping[str, Any], values: Mapping[str, str]) -> Mapping[str, Any]:
    if resource.get("Type") == "AWS::Config::RemediationConfiguration" or "Condition" in resource:
        raise unsupported("remediations and conditions in conformance packs")
    if resource.get("Type") != RULE:
        raise ValueError(f"Template validation error: resource type {resource.get('Type')} is not allowed.")
    properties = dict(_resolved(resource.get("Properties") or {}, values))
    if "ConfigRuleName" not in properties or "Source" not in properties:
        raise ValueError(f"Template validation error: {name} needs ConfigRuleName and Source.")
    if isinstance(properties.get("InputParameters"), dict):
        inputs = {key: str(value) for key, value in properties["InputParameters"].items()}
        properties["InputParameters"] = json.dumps(inputs)
    return properties


def _resolved(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_resolved(each, values) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        if value["Ref"] not in values:
            raise ValueError(f"Template validation error: unresolved reference {value['Ref']}.")
        return values[value["Ref"]]
    if any(str(key).startswith("Fn::") for key in value):
        raise unsupported("functions other than Ref in conformance packs")
    return {key: _resolved(each, values) for key, each in value.items()}
