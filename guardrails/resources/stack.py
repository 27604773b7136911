"""CloudFormation stacks: what belongs to one named account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardrails.cloudformation import given_parameters, is_same_to_aws, parameter_list, parsed_template, template_body
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import Address, BlindSpot, Directory, Live, ObjectType, Resource
from guardrails.errors import AwsError
from guardrails.resources import ACCOUNT_TYPE, STACK_TYPE, account_address
from guardrails.tagging import declared_tags, is_ours, tag_list, tag_mapping

SUCCEEDED: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
ROLLED_BACK: Final = frozenset({"UPDATE_ROLLBACK_COMPLETE"})
DEAD: Final = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"}
)
"""Statuses of a stack that can only be deleted: nothing that was wanted of it ever stood, or stands any more."""
DEPLOYMENT_TIMEOUT: Final = 3600.0
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


class Stacks(ObjectType[Stack]):
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

    def put(self, aws: Writer, want: Stack, live: Live[Stack] | None, names: Directory) -> Mapping[str, str]:
        """Create or update the stack and follow it to its end; whatever a crashed run left under way or dead is settled first.

        Raises: AwsError, with the reason of every resource that failed.
        """
        found = _settled(aws, want.name)
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
            return _attributes(_followed(aws, want.name, "create_stack"))
        if found["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
            aws.write("cloudformation", "continue_update_rollback", StackName=want.name)
            _followed(aws, want.name, "continue_update_rollback", ROLLED_BACK)
        if found.get("EnableTerminationProtection", False) != want.termination_protection:
            _protect(aws, want.name, want.termination_protection)
        now = next(
            item
            for item in self.observe(aws, [want], names)
            if isinstance(item, Live) and item.resource.name == want.name
        )
        if now.managed and _definition(now.resource) == _definition(want):
            return now.attributes
        aws.write("cloudformation", "update_stack", **_request(want))
        return _attributes(_followed(aws, want.name, "update_stack"))

    def delete(self, aws: Writer, live: Live[Stack], names: Directory) -> None:
        """Delete the stack, its protection first; resources that its template retains stay."""
        if found := _settled(aws, live.resource.name):
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


def _request(want: Stack) -> dict[str, Any]:
    return {
        "StackName": want.name,
        "TemplateBody": template_body(want.template),
        "Parameters": parameter_list(want.parameters),
        "Capabilities": list(want.capabilities),
        "Tags": tag_list(want.tags),
    }


def _find(aws: Reader, name: str) -> Mapping[str, Any] | None:
    """The stack with this name or id, None when there is none (any more)."""
    try:
        found: Mapping[str, Any] = aws.read("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    except AwsError as error:
        if error.code == "ValidationError" and "does not exist" in error.message:
            return None
        raise
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _settled(aws: Writer, name: str) -> Mapping[str, Any] | None:
    """The stack as soon as nothing is under way in it, None when there is none."""

    def look() -> tuple[Mapping[str, Any] | None] | None:
        found = _find(aws, name)
        under_way = found and found["StackStatus"].endswith("_IN_PROGRESS") and found["StackStatus"] not in DEAD
        return None if under_way else (found,)

    return aws.wait_for(look, what=f"cloudformation stack {name}", every=5, timeout=DEPLOYMENT_TIMEOUT)[0]


def _followed(aws: Writer, name: str, operation: str, good: frozenset[str] = SUCCEEDED) -> Mapping[str, Any]:
    """The stack at the end of an operation.

    Raises: AwsError, unless the stack ended well.
    """
    found = _settled(aws, name)
    if found and found["StackStatus"] in good:
        return found
    raise _failure(
        aws, found["StackId"] if found else name, operation, found["StackStatus"] if found else "DELETE_COMPLETE"
    )


def _failure(aws: Reader, identity: str, operation: str, status: str) -> AwsError:
    reasons: list[str] = []
    for event in aws.items("cloudformation", "describe_stack_events", "StackEvents", StackName=identity):
        reason = event.get("ResourceStatusReason", "")
        if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
            reasons.append(f"{event['LogicalResourceId']} ({event.get('ResourceType', '')}): {reason}")
        if event["PhysicalResourceId"] == event["StackId"] and reason == "User Initiated":
            break
    message = "; ".join(reversed(reasons)) or "AWS gives no reason"
    if "already exists" in message:
        message += (
            " (was it retained by an earlier stack? import it into a new stack of this name, or take another prefix)"
        )
    return AwsError(f"cloudformation:{operation}", status, message, account=aws.account, region=aws.region)


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
    left = _settled(aws, found["StackId"])
    if left:
        raise _failure(aws, found["StackId"], "delete_stack", left["StackStatus"])


TYPE = Stacks()
