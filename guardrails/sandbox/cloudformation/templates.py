"""CloudFormation templates: text to a checked `Template`.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any, Final

import yaml

from guardrails.sandbox.cloudformation import intrinsics, resource_schemas, resource_types
from guardrails.sandbox.serving.refusals import Refusal

Json = Any
MAXIMUM_INLINE_BYTES: Final = 51_200
MAXIMUM_RESOURCES: Final = 500
MAXIMUM_PARAMETERS: Final = 200
MAXIMUM_OUTPUTS: Final = 200
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
_IAM_NAMES: Final[Mapping[str, str]] = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::UserToGroupAddition": "",
}


@dataclass(frozen=True, eq=False)
class Template:
    """A checked template: `body` is the text as it was given, `document` what it says, with short-form functions spelt out."""

    body: str
    document: Mapping[str, Json]

    @property
    def description(self) -> str | None:
        """The template's description."""
        return self.document.get("Description")

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Json]]:
        """The declared parameters."""
        return self.document.get("Parameters") or {}

    @property
    def resources(self) -> Mapping[str, Mapping[str, Json]]:
        """The declared resources by logical id."""
        resources: Mapping[str, Mapping[str, Json]] = self.document["Resources"]
        return resources

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Json]]:
        """The declared outputs."""
        return self.document.get("Outputs") or {}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The logical ids, each after what it depends on; otherwise as the template has them.

        Raises:
            Refusal: the dependencies run in a circle.
        """
        sorter: TopologicalSorter[str] = TopologicalSorter(
            {name: sorted(self.dependencies(name)) for name in self.resources}
        )
        try:
            return tuple(sorter.static_order())
        except CycleError as circle:
            names = ", ".join(dict.fromkeys(circle.args[1]))
            raise Refusal("ValidationError", f"Circular dependency between resources: [{names}]") from circle

    def dependencies(self, logical_id: str) -> frozenset[str]:
        """The logical ids that a resource refers to or declares in `DependsOn`."""
        declared = self.resources[logical_id].get("DependsOn", [])
        named = frozenset([declared] if isinstance(declared, str) else declared)
        return (named | intrinsics.references(self.resources[logical_id].get("Properties", {}))) & frozenset(
            self.resources
        )

    @cached_property
    def imports(self) -> bool:
        """Whether it imports what other stacks export."""
        return intrinsics.calls("Fn::ImportValue", [self.resources, self.outputs])

    @cached_property
    def required_capability(self) -> str | None:
        """CAPABILITY_IAM, CAPABILITY_NAMED_IAM, or None when the template makes no IAM resource.

        Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
        """
        needed = None
        for resource in self.resources.values():
            if resource["Type"] in _IAM_NAMES:
                needed = needed or "CAPABILITY_IAM"
                if _IAM_NAMES[resource["Type"]] in (resource.get("Properties") or {}):
                    return "CAPABILITY_NAMED_IAM"
        return needed

    def check_capabilities(self, acknowledged: list[str]) -> None:
        """Refuse unless the caller acknowledged what the template needs."""
        accepted = {"CAPABILITY_NAMED_IAM", self.required_capability}
        if self.required_capability and not accepted & set(acknowledged):
            raise Refusal("InsufficientCapabilitiesException", f"Requires capabilities : [{self.required_capability}]")


NO_TEMPLATE: Final = Template("", {"Resources": {}})
"""What a stack has before its first change set is executed."""


@lru_cache(maxsize=256)
def parse(body: str) -> Template:
    """Read and check a template; one body is read once, however many stacks it is deployed to.

    Raises:
        Refusal: it is no template, or needs what AWS or the sandbox does not have.
    """
    template = Template(body, _load(body))
    try:
        problem = next(chain(_problems(template.document), _reference_problems(template)), None)
    except (TypeError, AttributeError, IndexError) as misshapen:
        # A section, a resource or a function of the wrong shape, wherever it stands.
        raise Refusal("ValidationError", f"Template format error: unsupported structure. {misshapen}") from misshapen
    if problem:
        raise Refusal("ValidationError", problem)
    template.order  # noqa: B018 -- a circle is refused here, not at the first deployment
    return template


def check_size(body: str) -> None:
    """Refuse an inline template over 51,200 bytes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    if len(body.encode()) > MAXIMUM_INLINE_BYTES:
        message = "Member must have length less than or equal to 51200"
        raise Refusal(
            "ValidationError",
            f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: {message}",
        )


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short-form functions; dates stay text."""


def _short_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Json:
    value: Json
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Json:
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _scalar)


def _load(body: str) -> Mapping[str, Json]:
    try:
        document = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, Loader=_Loader)  # noqa: S506
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise Refusal("ValidationError", f"Template format error: not well-formed. {error}") from error
    if not isinstance(document, dict):
        raise Refusal("ValidationError", "Template format error: unsupported structure.")
    return document


def _problems(document: Mapping[str, Json]) -> Iterator[str]:
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
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        yield "Template format error: At least one Resources member must be defined."
        return
    if len(resources) > MAXIMUM_RESOURCES:
        yield f"Template format error: Number of resources, {len(resources)}, is greater than maximum allowed, {MAXIMUM_RESOURCES}"
    if len(document.get("Parameters") or {}) > MAXIMUM_PARAMETERS:
        yield f"Template format error: Number of parameters, is greater than maximum allowed, {MAXIMUM_PARAMETERS}"
    yield from _resource_problems(resources)
    yield from _output_problems(document.get("Outputs") or {})


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
        unknown = [key for key in resource if key not in _ATTRIBUTES]
        if unknown:
            yield f"Invalid template resource property '{unknown[0]}'"
        for key in ("CreationPolicy", "UpdatePolicy"):
            if key in resource:
                yield f"The sandbox does not implement {key} (resource {name})."
    types = dict.fromkeys(str(resource["Type"]) for resource in resources.values())
    strange = [name for name in types if not resource_schemas.exists(name)]
    if strange:
        yield f"Template format error: Unrecognized resource types: [{', '.join(strange)}]"
    for name in types:
        if resource_types.find(name) is None:
            yield f"The sandbox does not implement {name}."


def _reference_problems(template: Template) -> Iterator[str]:
    known = set(template.resources) | set(template.parameters)
    places = [("Resources", resource.get("Properties")) for resource in template.resources.values()]
    places += [("Outputs", [output.get("Value"), output.get("Export")]) for output in template.outputs.values()]
    for section, value in places:
        missing = sorted(intrinsics.references(value) - known)
        if missing:
            yield f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the {section} block of the template"
        unknown = sorted(intrinsics.unsupported(value))
        if unknown:
            yield f"The sandbox does not implement {unknown[0]}."
    conditions = template.document.get("Conditions") or {}
    for condition in conditions.values():
        missing = sorted(intrinsics.references(condition) - set(template.parameters))
        if missing:
            yield f"Template format error: Unresolved dependencies [{', '.join(missing)}]. Conditions cannot refer to resources"
        yield from intrinsics.condition_problems(condition, conditions)
    for resource in template.resources.values():
        condition = resource.get("Condition")
        if condition is not None and condition not in conditions:
            yield f"Template format error: Unresolved condition dependency {condition} in the Resources block of the template"
        for other in (
            [resource.get("DependsOn", [])]
            if isinstance(resource.get("DependsOn"), str)
            else resource.get("DependsOn", [])
        ):
            if other not in template.resources:
                yield f"Template format error: Unresolved resource dependencies [{other}] in the Resources block of the template"
