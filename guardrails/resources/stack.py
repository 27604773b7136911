"""CloudFormation stacks: what belongs to one named account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from guardrails.cloudformation import given_parameters, is_same_to_aws, parameter_list, parsed_template, template_body
from guardrails.cloudformation.drift import deploy_over_drift, drifted_resources, places_of_settings, stack_drift
from guardrails.cloudformation.settings import revision, stack_settings
from guardrails.cloudformation.stacks import DEAD, ROLLED_BACK, SUCCEEDED, failure, followed, settled
from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, DeepType, Directory, Live, ObjectType, Resource
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, STACK_TYPE, account_address
from guardrails.tagging import declared_tags, is_ours, tag_list, tag_mapping

SETTLED: Final = "settled"


@dataclass(frozen=True, kw_only=True)
class Stack(Resource):
    """One stack in one account and region; `template` is parsed JSON, `parameters` those that are given (defaults left out).

    `status` is "settled", or AWS's own word while the stack is neither as declared nor able to say so (UPDATE_ROLLBACK_FAILED).
    """

    TYPE = STACK_TYPE

    template: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    termination_protection: bool = True
    status: str = SETTLED

    def references(self) -> frozenset[Address]:
        """Besides what the properties name: the account that the stack is in."""
        return super().references() | ({account_address(self.account)} if self.account else frozenset())


class Stacks(ObjectType[Stack], DeepType[Stack]):
    """Stacks carry our tag. One that failed on its first day counts as absent: it is deleted and made anew."""

    resource = Stack
    source = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacks.html"
    after = frozenset({ACCOUNT_TYPE})
    per_place = True

    def observe(self, aws: Reader, wanted: Sequence[Stack], names: Directory) -> Iterator[Live[Stack] | BlindSpot]:
        """One call for all stacks of the place, one more for each that is ours or wanted."""
        declared = {stack.name: stack for stack in wanted}
        for found in aws.items("cloudformation", "describe_stacks", "Stacks"):
            name, want = found["StackName"], declared.get(found["StackName"])
            if _belongs_to_another(found) or (found["StackStatus"] in DEAD and want):
                continue
            ours = is_ours(tag_mapping(found.get("Tags", ())))
            template = _template(aws, name) if ours or want else {}
            if want and is_same_to_aws(template, want.template):
                template = want.template
            live = Stack(
                name=name,
                account=aws.account,
                region=aws.region,
                template=template,
                parameters=given_parameters(found, template, want.parameters if want else {}),
                capabilities=tuple(sorted(found.get("Capabilities", ()))),
                tags=declared_tags(tag_mapping(found.get("Tags", ()))),
                termination_protection=found.get("EnableTerminationProtection", False),
                status=SETTLED if found["StackStatus"] in SUCCEEDED | ROLLED_BACK else found["StackStatus"],
            )
            yield Live(live, _attributes(found), managed=ours)

    def look_deeper(self, aws: Reader, live: Live[Stack], names: Directory) -> Iterator[Difference | BlindSpot]:
        """One drift detection, followed to its end, and a look at each setting that the stack's own function puts."""
        yield from stack_drift(aws, live.resource.name, self.name)
        yield from stack_settings(aws, live.resource.name, live.resource.template, self.name)

    def put(self, aws: Writer, want: Stack, live: Live[Stack] | None, names: Directory) -> Mapping[str, str]:
        """Create or update the stack and follow it to its end; whatever a crashed run left under way or dead is settled first.

        Raises: AwsError, with the reason of every resource that failed.
        """
        found = settled(aws, want.name)
        if found and found["StackStatus"] in DEAD:
            _delete_ours(aws, found)
            found = None
        if found is None:
            aws.write(
                "cloudformation",
                "create_stack",
                **_request(want),
                EnableTerminationProtection=want.termination_protection,
            )
            return _attributes(followed(aws, want.name, "create_stack"))
        if found["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
            aws.write("cloudformation", "continue_update_rollback", StackName=want.name)
            followed(aws, want.name, "continue_update_rollback", ROLLED_BACK)
        if found.get("EnableTerminationProtection", False) != want.termination_protection:
            _protect(aws, want.name, want.termination_protection)
        now = next(
            item
            for item in self.observe(aws, [want], names)
            if isinstance(item, Live) and item.resource.name == want.name
        )
        as_declared = now.managed and _definition(now.resource) == _definition(want)
        drift = live.drift if live else ()
        again = bool(places_of_settings(drift))
        request = _request(want, revision(found, want.template, again=again))
        if shown := drifted_resources(drift).get("", set()):
            deploy_over_drift(aws, want.name, shown, None if as_declared else request)
        elif as_declared and not again:
            return now.attributes
        if again if as_declared else not shown:
            aws.write("cloudformation", "update_stack", **request)
        return _attributes(followed(aws, want.name, "update_stack"))

    def delete(self, aws: Writer, live: Live[Stack], names: Directory) -> None:
        """Delete the stack, its protection first; resources that its template retains stay."""
        if found := settled(aws, live.resource.name):
            _delete(aws, found)


def _belongs_to_another(found: Mapping[str, Any]) -> bool:
    """Whether a stack is one of a stack set's, or nested in another: they bear the tags of what they belong to."""
    return "ParentId" in found or "RootId" in found or found["StackName"].startswith("StackSet-")


def _template(aws: Reader, name: str) -> Mapping[str, Any]:
    found = aws.read("cloudformation", "get_template", StackName=name, TemplateStage="Original")
    return parsed_template(found["TemplateBody"])


def _attributes(found: Mapping[str, Any]) -> dict[str, str]:
    outputs = {item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", ())}
    return {**outputs, "id": found["StackId"], "arn": found["StackId"]}


def _definition(stack: Stack) -> tuple[Any, ...]:
    return (stack.template, dict(stack.parameters), stack.capabilities, dict(stack.tags), stack.status)


def _request(want: Stack, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    return {
        "StackName": want.name,
        "TemplateBody": template_body(want.template),
        "Parameters": parameter_list({**want.parameters, **more}),
        "Capabilities": list(want.capabilities),
        "Tags": tag_list(want.tags),
    }


def _protect(aws: Writer, name: str, protected: bool) -> None:
    aws.write("cloudformation", "update_termination_protection", StackName=name, EnableTerminationProtection=protected)


def _delete_ours(aws: Writer, found: Mapping[str, Any]) -> None:
    """Delete a dead stack that we made; what somebody else left behind may still hold something dear to them."""
    if not is_ours(tag_mapping(found.get("Tags", ()))):
        message = f"the stack {found['StackName']} is not ours and {found['StackStatus']}: delete it by hand"
        raise AwsError(
            "cloudformation:create_stack", "AlreadyExistsException", message, account=aws.account, region=aws.region
        )
    _delete(aws, found)


def _delete(aws: Writer, found: Mapping[str, Any]) -> None:
    if found.get("EnableTerminationProtection", False):
        _protect(aws, found["StackName"], protected=False)
    aws.write("cloudformation", "delete_stack", StackName=found["StackName"])
    left = settled(aws, found["StackId"])
    if left:
        raise failure(aws, found["StackId"], "delete_stack", left["StackStatus"])


TYPE = Stacks()
