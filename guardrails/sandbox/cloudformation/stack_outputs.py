"""The outputs of a stack, and those it exports: names unique in account and region, kept as they are while other stacks import them.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from guardrails.sandbox.cloudformation import stack_records, stack_resources
from guardrails.sandbox.cloudformation.intrinsics import Scope
from guardrails.sandbox.cloudformation.resource_types import ResourceFailed
from guardrails.sandbox.cloudformation.stack_records import Stack


def resolve(stack: Stack) -> None:
    """Work out the outputs and exports of a stack.

    Raises:
        ResourceFailed: a value cannot be worked out, or an export may not be what it would become.
    """
    seen = stack_resources.scope(stack)
    outputs, exports = {}, {}
    for name, output in stack.template.outputs.items():
        if seen.holds(output.get("Condition")):
            outputs[name] = _value(seen.resolve(output["Value"]))
            if "Export" in output:
                exports[str(seen.resolve(output["Export"]["Name"]))] = name
    _check(stack, {export: outputs[name] for export, name in exports.items()})
    stack.outputs, stack.exports = outputs, exports


def _value(value: Any) -> str:
    if isinstance(value, dict | list):
        kind = "List" if isinstance(value, list) else "Map"
        raise ResourceFailed(
            f"Template format error: The Value field of every Outputs member must evaluate to a String and not a {kind}."
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(stack: Stack, exports: Mapping[str, str]) -> None:
    for name in exports:
        other = stack_records.exporter(stack.account, stack.region, name)
        if other is not None and other is not stack:
            raise ResourceFailed(f"Export with name {name} is already exported by stack {other.name}")
    for name in [name for name in stack.exports if exports.get(name) != stack_records.exported(stack, name)]:
        users = importers(stack.account, stack.region, name)
        if users:
            what = "updated" if name in exports else "deleted"
            raise ResourceFailed(f"Export {name} cannot be {what} as it is in use by {' and '.join(users)}")


def exports_in_use(stack: Stack) -> str | None:
    """Why a stack cannot be deleted: an export of it that others import; None when there is none."""
    for name in stack.exports:
        users = importers(stack.account, stack.region, name)
        if users:
            return f"Cannot delete export {name} as it is in use by {' and '.join(users)}"
    return None


def importers(account: str, region: str, name: str) -> list[str]:
    """The names of the stacks that import an export."""
    living = (stack for stack in stack_records.stacks(account, region) if stack.template.imports and _alive(stack))
    return [stack.name for stack in living if name in imports(stack)]


def _alive(stack: Stack) -> bool:
    return stack_records.exists(stack) and any(resource.live for resource in stack.resources.values())


def missing_import(stack: Stack) -> str | None:
    """What is wrong with the imports of a stack's template, None when all of them exist."""
    for name in sorted(imports(stack)):
        if stack_records.exporter(stack.account, stack.region, name) is None:
            return f"No export named {name} found"
    return None


def imports(stack: Stack) -> frozenset[str]:
    """The names of the exports that a stack's template imports here and now."""
    if not stack.template.imports:
        return frozenset()
    seen = stack_resources.scope(stack)
    declared = [*stack.template.resources.values(), *stack.template.outputs.values()]
    return frozenset(
        name
        for one in declared
        if seen.holds(one.get("Condition"))
        for name in _imported(seen, [one.get("Properties"), one.get("Value")])
    )


def _imported(seen: Scope, value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _imported(seen, item)
    if not isinstance(value, dict):
        return
    for name, argument in value.items():
        if name == "Fn::ImportValue":
            yield str(seen.resolve(argument))
        elif name == "Fn::If":
            yield from _imported(seen, argument[1 if seen.holds(argument[0]) else 2])
        else:
            yield from _imported(seen, argument)
