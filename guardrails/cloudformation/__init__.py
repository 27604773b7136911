"""What stacks and stack sets have in common: how a template and its parameters travel to CloudFormation and back.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

import json
from collections.abc import Mapping
from typing import Any, Final

MAX_TEMPLATE_BYTES: Final = 51_200
"""How large a template may be that is sent along with a request."""

METADATA: Final = "AccountSettings"
"""Where in its metadata a template lists the probes of the settings that its function puts."""
SETTINGS: Final = "Settings"
"""The logical id of the custom resource that puts them."""
REVISION: Final = "Revision"
"""The parameter whose change makes it put them again: how often that was is nobody's declaration."""

REMARKS: Final = frozenset({"AWSTemplateFormatVersion", "Description", "Metadata"})


def template_body(template: Mapping[str, Any]) -> str:
    """A template as the text that is sent: the shortest JSON, the same for equal templates."""
    return json.dumps(template, sort_keys=True, separators=(",", ":"))


def parsed_template(body: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """A template as AWS gives it back, parsed; one that is no JSON (a stranger's YAML) is kept as text, and equals nothing of ours."""
    if isinstance(body, Mapping):
        return body
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return document if isinstance(document, dict) else {"(not JSON)": body}


def is_same_to_aws(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether two templates differ at most in what CloudFormation calls no change, and refuses to update a stack for.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html
    """
    return _working_part(live) == _working_part(wanted)


def _working_part(template: Mapping[str, Any]) -> dict[str, Any]:
    return {section: content for section, content in template.items() if section not in REMARKS}


def parameter_list(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    """Parameters as the API takes them."""
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def given_parameters(
    found: Mapping[str, Any], template: Mapping[str, Any], wanted: Mapping[str, str]
) -> dict[str, str]:
    """The parameters of a described stack (set), but for those that are not wanted and stand at the template's own default.

    Nor is told how often its settings were put again.
    """
    live = {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", ())}
    declared = template.get("Parameters", {})
    defaults = {name: str(item["Default"]) for name, item in declared.items() if "Default" in item}
    if METADATA in template.get("Metadata", {}):
        live.pop(REVISION, None)
    return {name: value for name, value in live.items() if name in wanted or defaults.get(name) != value}
