"""What somebody changed inside a deployed stack: detected, told property by property, and reverted.

Updating a stack with the template that it has repairs nothing. A drift-aware change set does: it compares the template with
the live resources, and brings those back.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/detect-drift-stack.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import uuid4

from guardrails.cloudformation import SETTINGS
from guardrails.cloudformation.stacks import followed
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot
from guardrails.errors import AwsError

DETECTION_TIMEOUT: Final = 3600.0
DRIFTED: Final = ["MODIFIED", "DELETED"]
NOTHING_TO_REVERT: Final = ("didn't contain changes", "No updates are to be performed")

_PROPERTY: Final = re.compile(r"(?:(?P<place>.+?/[a-z]{2}(?:-[a-z]+)+-\d) )?(?P<resource>[^. ]+)")
"""A difference's property: the place of an instance, where it is one's, and the logical id; a path may hold spaces, and so may a name."""


def stack_drift(aws: Reader, stack: str, type_name: str) -> Iterator[Difference | BlindSpot]:
    """What differs in one stack of the place that `aws` is bound to, by logical id and property."""
    started = aws.afresh().read("cloudformation", "detect_stack_drift", StackName=stack)["StackDriftDetectionId"]

    def look() -> Mapping[str, Any] | None:
        found = aws.afresh().read(
            "cloudformation", "describe_stack_drift_detection_status", StackDriftDetectionId=started
        )
        return None if found["DetectionStatus"] == "DETECTION_IN_PROGRESS" else found

    detected = aws.wait_for(look, what=f"drift detection of {stack}", every=5, timeout=DETECTION_TIMEOUT)
    if detected["DetectionStatus"] == "DETECTION_FAILED":
        reason = f"drift of {stack} could not be detected: {detected.get('DetectionStatusReason', 'no reason given')}"
        yield BlindSpot(f"{type_name} {stack}", aws.account, aws.region, reason)
    drifts = aws.afresh().items(
        "cloudformation",
        "describe_stack_resource_drifts",
        "StackResourceDrifts",
        StackName=stack,
        StackResourceDriftStatusFilters=DRIFTED,
    )
    yield from differences(drifts)


def differences(drifts: Iterable[Mapping[str, Any]], place: str = "") -> Iterator[Difference]:
    """What CloudFormation says of drifted resources, in our words; `place` ("dev/eu-west-1") says whose stack it is."""
    for drift in drifts:
        resource = f"{place} {drift['LogicalResourceId']}".strip()
        if drift["StackResourceDriftStatus"] == "DELETED":
            yield Difference(resource, ABSENT, drift["ResourceType"])
            continue
        for one in drift.get("PropertyDifferences", ()):
            path = one["PropertyPath"].strip("/").replace("/", ".")
            kind = one["DifferenceType"]
            live = ABSENT if kind == "REMOVE" else _value(one["ActualValue"])
            yield Difference(f"{resource}.{path}", live, ABSENT if kind == "ADD" else _value(one["ExpectedValue"]))


def drifted_resources(drift: Iterable[Difference]) -> dict[str, set[str]]:
    """The logical ids of what CloudFormation found drifted, by place ("" for a stack of its own)."""
    found: dict[str, set[str]] = {}
    for place, resource in _resources(drift):
        if resource != SETTINGS:
            found.setdefault(place, set()).add(resource)
    return found


def places_of_settings(drift: Iterable[Difference]) -> set[str]:
    """Where settings differ that the stack's own function puts: CloudFormation detects no drift of custom resources."""
    return {place for place, resource in _resources(drift) if resource == SETTINGS}


def _resources(drift: Iterable[Difference]) -> Iterator[tuple[str, str]]:
    for difference in drift:
        place, resource = _PROPERTY.findall(difference.property)[0]
        yield place, resource


def deploy_over_drift(
    aws: Writer, stack: str, shown: Collection[str], definition: Mapping[str, Any] | None = None
) -> None:
    """Bring the live resources of a stack to its template, the drifted ones too; follows the stack to its end.

    Without a new `definition` (members of CreateChangeSet) the stack keeps its own, and only the logical ids in `shown` may be touched,
    and what refers to them.

    Raises: AwsError, when the change set would touch another resource as well (nothing is done then), or the update fails.
    """
    name = f"guardrails-{uuid4().hex}"
    wanted = _own_definition(aws, stack) if definition is None else definition
    names: dict[str, Any] = {"StackName": stack, "ChangeSetName": name}
    mode: dict[str, Any] = {"ChangeSetType": "UPDATE", "DeploymentMode": "REVERT_DRIFT"}
    aws.write("cloudformation", "create_change_set", **wanted, **names, **mode)
    if not _has_changes(aws, stack, name):
        aws.write("cloudformation", "delete_change_set", **names)
        return
    changes = aws.items("cloudformation", "describe_change_set", "Changes", **names)
    if definition is None and (surplus := _unexplained(changes, shown)):
        aws.write("cloudformation", "delete_change_set", **names)
        message = f"mending {stack} would also change {', '.join(surplus)}, which was not shown: plan again"
        raise AwsError("cloudformation:create_change_set", "NotShown", message, account=aws.account, region=aws.region)
    aws.write("cloudformation", "execute_change_set", **names)
    followed(aws, stack, "execute_change_set")


def _unexplained(changes: Iterable[Mapping[str, Any]], shown: Collection[str]) -> list[str]:
    """The logical ids of changes that are neither shown nor mere consequences of what is: of a key that is made again, for its alias."""
    resources = {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in changes}
    explained = set(shown)
    while consequences := {
        name
        for name, resource in resources.items()
        if name not in explained and (causes := _causes(resource)) and causes <= explained
    }:
        explained |= consequences
    return sorted(resources.keys() - explained)


def _causes(resource: Mapping[str, Any]) -> set[str]:
    """The logical ids whose changes cause a resource's change; "" for a cause that is none."""
    return {str(detail.get("CausingEntity", "")).partition(".")[0] for detail in resource.get("Details", ())}


def _own_definition(aws: Reader, stack: str) -> dict[str, Any]:
    found = aws.read("cloudformation", "describe_stacks", StackName=stack)["Stacks"][0]
    keys = [parameter["ParameterKey"] for parameter in found.get("Parameters", ())]
    return {
        "UsePreviousTemplate": True,
        "Parameters": [{"ParameterKey": key, "UsePreviousValue": True} for key in keys],
        "Capabilities": found.get("Capabilities", []),
    }


def _has_changes(aws: Writer, stack: str, name: str) -> bool:
    """Whether the change set, once it is made, holds changes.

    Raises: AwsError, when it could not be made.
    """

    def look() -> Mapping[str, Any] | None:
        found = aws.read("cloudformation", "describe_change_set", StackName=stack, ChangeSetName=name)
        return None if found["Status"] in {"CREATE_PENDING", "CREATE_IN_PROGRESS"} else found

    made = aws.wait_for(look, what=f"change set {name} of {stack}", every=2, timeout=DETECTION_TIMEOUT)
    if made["Status"] == "CREATE_COMPLETE":
        return True
    reason = made.get("StatusReason", "AWS gives no reason")
    if any(words in reason for words in NOTHING_TO_REVERT):
        return False
    aws.write("cloudformation", "delete_change_set", StackName=stack, ChangeSetName=name)
    raise AwsError("cloudformation:create_change_set", made["Status"], reason, account=aws.account, region=aws.region)


def _value(text: str) -> Any:
    """A property value as CloudFormation writes it: JSON where it is JSON, else plain text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
