"""Stack sets that deploy by themselves only after others: `AutoDeployment.DependsOn`.

Source: https://aws.amazon.com/blogs/devops/take-fine-grained-control-of-your-aws-cloudformation-stacksets-deployment-with-stackset-dependencies
"""

from graphlib import CycleError, TopologicalSorter
from typing import Final

from guardrails.sandbox.cloudformation.stack_sets import records
from guardrails.sandbox.cloudformation.stack_sets.records import StackSet
from guardrails.sandbox.cloudformation.stacks import invalid

MAXIMUM: Final = 10
"""Of one stack set."""
MAXIMUM_IN_ALL: Final = 100
"""Of all stack sets of an administrator account."""


def of(stack_set: StackSet) -> list[str]:
    """The ARNs of the stack sets that this one depends on."""
    arns: list[str] = stack_set.auto_deployment.get("DependsOn", [])
    return arns


def in_order() -> list[StackSet]:
    """The stack sets that deploy by themselves, each after those it depends on."""
    found = {one.arn: one for one in records.every_stack_set() if one.auto_deployment["Enabled"]}
    sorter = TopologicalSorter({arn: of(one) for arn, one in found.items()})
    return [found[arn] for arn in sorter.static_order() if arn in found]


def check(arn: str, wanted: list[str]) -> None:
    """Refuse dependencies of the stack set `arn` that are too many, lead nowhere, or lead back to it.

    Raises:
        Refusal: ValidationError.
    """
    if len(wanted) > MAXIMUM:
        raise invalid(f"A stack set cannot depend on more than {MAXIMUM} stack sets")
    graph = {one.arn: of(one) for one in records.every_stack_set()}
    unknown = [one for one in wanted if one not in graph and one != arn]
    if unknown:
        raise invalid(f"The stack sets {unknown} do not exist")
    graph[arn] = wanted
    if sum(map(len, graph.values())) > MAXIMUM_IN_ALL:
        raise invalid(f"Stack sets cannot have more than {MAXIMUM_IN_ALL} dependencies in all")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise invalid(f"Circular dependency between stack sets: {circle.args[1]}") from circle
