"""Looking at exports: what there is, and who imports it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListExports.html
"""

from collections.abc import Mapping
from typing import Any

from guardrails.sandbox.cloudformation import pages, stack_outputs, stack_records
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import operation


@operation(SERVICE, "ListExports")
def list_exports(call: Call) -> Mapping[str, Any]:
    """The exports of the account in the region, by name."""
    exports = [
        {"ExportingStackId": stack.id, "Name": name, "Value": stack_records.exported(stack, name)}
        for stack in stack_records.stacks(call.account_id, call.region)
        if stack_records.exists(stack) and not stack.under_way
        for name in stack.exports
    ]
    return pages.page("Exports", sorted(exports, key=lambda export: export["Name"]), call.parameters)


@operation(SERVICE, "ListImports")
def list_imports(call: Call) -> Mapping[str, Any]:
    """The stacks that import an export."""
    name = str(call.parameters["ExportName"])
    if stack_records.exporter(call.account_id, call.region, name) is None:
        raise invalid(f"No export named {name} found.")
    users = stack_outputs.importers(call.account_id, call.region, name)
    if not users:
        raise invalid(f"Export '{name}' is not imported by any stack.")
    return pages.page("Imports", users, call.parameters)
