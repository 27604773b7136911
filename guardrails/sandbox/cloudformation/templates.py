"""CloudFormation templates: text to a checked `Template`.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import yaml

from guardrails.sandbox.cloudformation import intrinsics, template_problems
from guardrails.sandbox.serving.refusals import Refusal

Json = Any
MAXIMUM_INLINE_BYTES: Final = 51_200
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
    try:
        template = Template(body, _load(body))
        problem = next(template_problems.problems(template.document), None)
    except (TypeError, AttributeError, IndexError, ValueError, RecursionError) as misshapen:
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
