"""Service-managed stack sets: create, delete, look.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from guardrails.sandbox.cloudformation import pages, stack_parameters
from guardrails.sandbox.cloudformation.request_constraints import checked_operation
from guardrails.sandbox.cloudformation.stack_sets import (
    administration,
    auto_deployment,
    definitions,
    drift,
    operations,
    records,
)
from guardrails.sandbox.cloudformation.stack_sets.records import StackSet
from guardrails.sandbox.cloudformation.stacks import invalid, read_tags
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal

MAXIMUM_SETS: Final = 1_000
"""Of one administrator account in one region."""

_NAME: Final = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")


@checked_operation("CreateStackSet")
def create_stack_set(call: Call) -> Mapping[str, Any]:
    """Create an empty stack set; a repeated request (by its token) creates no second one."""
    asked = call.parameters
    definitions.refuse_absent(asked)
    if asked.get("PermissionModel", "SELF_MANAGED") != "SERVICE_MANAGED":
        raise invalid(
            "The sandbox does not implement self-managed stack sets; specify PermissionModel SERVICE_MANAGED."
        )
    administration.require_administrator(call)
    account, name = administration.owner(call), str(asked["StackSetName"])
    _check_name(name)
    namesake = records.find(account, call.region, name)
    if namesake is not None:
        return {"StackSetId": _same(namesake, asked).id}
    active = [one for one in records.stack_sets(account, call.region) if one.status == "ACTIVE"]
    if len(active) >= MAXIMUM_SETS:
        raise Refusal("LimitExceededException", f"You cannot have more than {MAXIMUM_SETS} stack sets")
    template = definitions.template(call, None)
    values = stack_parameters.given(asked.get("Parameters", ()), {})
    stack_parameters.effective(template.parameters, values)
    template.check_capabilities(asked.get("Capabilities", []))
    set_id = f"{name}:{mock_random.uuid4()}"
    arn = f"arn:aws:cloudformation:{call.region}:{account}:stackset/{set_id}"
    stack_set = StackSet(
        id=set_id,
        name=name,
        arn=arn,
        template=template,
        parameters=values,
        capabilities=list(asked.get("Capabilities", [])),
        tags=read_tags(asked) or {},
        description=asked.get("Description"),
        auto_deployment=auto_deployment.settings(asked, arn, None),
        managed_execution=bool(asked.get("ManagedExecution", {}).get("Active", False)),
        asked=asked,
    )
    records.keep(account, call.region, stack_set)
    return {"StackSetId": stack_set.id}


@checked_operation("DeleteStackSet")
def delete_stack_set(call: Call) -> Mapping[str, Any]:
    """Delete an empty stack set; one that does not exist is already deleted."""
    stack_set = records.find(administration.owner(call), call.region, str(call.parameters["StackSetName"]))
    if stack_set is None:
        return {}
    operations.refuse_while_running(stack_set)
    if stack_set.instances:
        raise Refusal("StackSetNotEmptyException", "StackSet is not empty", status=409)
    stack_set.status = "DELETED"
    return {}


@checked_operation("DescribeStackSet")
def describe_stack_set(call: Call) -> Mapping[str, Any]:
    """A stack set's definition."""
    stack_set = administration.asked_set(call)
    description: dict[str, Any] = {
        "StackSetName": stack_set.name,
        "StackSetId": stack_set.id,
        "StackSetARN": stack_set.arn,
        "Status": stack_set.status,
        "TemplateBody": stack_set.template.body,
        "Parameters": stack_parameters.shown(stack_set.template.parameters, stack_set.parameters),
        "Capabilities": stack_set.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in stack_set.tags.items()],
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": stack_set.auto_deployment,
        "OrganizationalUnitIds": stack_set.unit_ids,
        "ManagedExecution": {"Active": stack_set.managed_execution},
        "Regions": list(dict.fromkeys(instance.region for instance in stack_set.instances.values())),
        "StackSetDriftDetectionDetails": drift.set_details(stack_set),
    }
    if stack_set.description:
        description["Description"] = stack_set.description
    stack_set.note_seen()
    return {"StackSet": description}


@checked_operation("ListStackSets")
def list_stack_sets(call: Call) -> Mapping[str, Any]:
    """Summaries of the stack sets, ACTIVE or DELETED."""
    wanted = call.parameters.get("Status")
    summaries = []
    for stack_set in records.stack_sets(administration.owner(call), call.region):
        summary: dict[str, Any] = {
            "StackSetName": stack_set.name,
            "StackSetId": stack_set.id,
            "Status": stack_set.status,
            "PermissionModel": "SERVICE_MANAGED",
            "AutoDeployment": stack_set.auto_deployment,
            "ManagedExecution": {"Active": stack_set.managed_execution},
            **drift.set_status(stack_set),
        }
        if stack_set.description:
            summary["Description"] = stack_set.description
        if wanted in {None, stack_set.status}:
            summaries.append(summary)
        stack_set.note_seen()
    return pages.page("Summaries", summaries, call.parameters)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        pattern = "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy constraint: {pattern}"
        )


def _same(namesake: StackSet, asked: Mapping[str, Any]) -> StackSet:
    """The stack set that the same request created before.

    Raises:
        Refusal: another request did, or the set has been changed since.
    """
    token = asked.get("ClientRequestToken")
    if token is None or token != namesake.asked.get("ClientRequestToken"):
        raise Refusal("NameAlreadyExistsException", f"The Name {namesake.name} already exists.", status=409)
    if asked != namesake.asked or any(one.action == "UPDATE" for one in namesake.operations.values()):
        raise Refusal(
            "CreatedButModifiedException", f"StackSet {namesake.name} exists, but has been changed.", status=409
        )
    return namesake
