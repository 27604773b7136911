"""What the requests that define a stack set have in common: the template, and what belongs to other kinds of sets.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html
"""

from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import template_urls, templates
from guardrails.sandbox.cloudformation.stacks import invalid
from guardrails.sandbox.cloudformation.templates import Template
from guardrails.sandbox.serving.calls import Call


def template(call: Call, previous: Template | None) -> Template:
    """The template of a request: its text, the object its URL points to, or the previous one."""
    asked = call.parameters
    if not asked.get("UsePreviousTemplate"):
        return templates.parse(template_urls.template_body(asked, call.account_id))
    if "TemplateBody" in asked or "TemplateURL" in asked:
        raise invalid("You cannot specify both usePreviousTemplate and Template Body/Template URL.")
    if previous is None:
        raise invalid("There is no previous template.")
    return previous


def refuse_absent(asked: Mapping[str, Any]) -> None:
    """Refuse what belongs to self-managed sets, and the import of a stack."""
    for name in ("AdministrationRoleARN", "ExecutionRoleName"):
        if name in asked:
            raise invalid(f"{name} is only valid for stack sets with the permission model SELF_MANAGED")
    if "StackId" in asked:
        raise invalid("The sandbox does not implement the import of stacks into stack sets (StackId).")
