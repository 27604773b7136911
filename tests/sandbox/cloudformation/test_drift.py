"""The drift of single resources, of every type.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from guardrails.sandbox.cloudformation import resource_schemas, resource_types
from guardrails.sandbox.embedded import Embedded
from tests.sandbox.cloudformation.specimens import Specimen, specimens

SPECIMENS = specimens()


def made(sandbox: Embedded, specimen: Specimen) -> str:
    """Deploy the specimen as `One` of the stack `one`; gives its physical id."""
    if specimen.before:
        specimen.before(sandbox.client)
    cloudformation = sandbox.client("cloudformation")
    resources = {"One": {"Type": specimen.type, "Properties": specimen.properties}, **specimen.beside}
    cloudformation.create_stack(
        StackName="one",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Tags=[{"Key": "of-the-stack", "Value": "one"}],
    )
    cloudformation.describe_stacks(StackName="one")
    events = cloudformation.describe_stack_events(StackName="one")["StackEvents"]
    assert events[0]["ResourceStatus"] == "CREATE_COMPLETE", events
    detail = cloudformation.describe_stack_resource(StackName="one", LogicalResourceId="One")["StackResourceDetail"]
    return str(detail["PhysicalResourceId"])


def drift(sandbox: Embedded) -> dict[str, Any]:
    found = sandbox.client("cloudformation").detect_stack_resource_drift(StackName="one", LogicalResourceId="One")
    result: dict[str, Any] = found["StackResourceDrift"]
    return result


def drifted_properties(found: dict[str, Any]) -> list[str]:
    return sorted({one["PropertyPath"].split("/")[1] for one in found["PropertyDifferences"]})


def applied(name: str) -> frozenset[str]:
    found = resource_types.find(name)
    assert found is not None
    return found.applied


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.type)
def test_each_change_is_found_at_its_property(sandbox: Embedded, specimen: Specimen) -> None:
    """A resource as its stack made it is in sync; whatever is changed through its own service is found, at that property and no other."""
    physical_id = made(sandbox, specimen)
    found = drift(sandbox)
    assert found["PropertyDifferences"] == []
    assert found["StackResourceDriftStatus"] == "IN_SYNC"
    changed: list[str] = []
    for name, change in specimen.changes.items():
        change(sandbox.client, physical_id)
        changed.append(name)
        found = drift(sandbox)
        assert drifted_properties(found) == sorted(changed)
        assert found["StackResourceDriftStatus"] == "MODIFIED"


TAGGED = [one for one in SPECIMENS if "Tags" in one.properties]


@pytest.mark.parametrize("specimen", TAGGED, ids=lambda specimen: specimen.type)
def test_the_tags_of_a_stack_are_no_drift(sandbox: Embedded, specimen: Specimen) -> None:
    """A resource whose only tags are those that its stack gives it is in sync."""
    untagged = {name: value for name, value in specimen.properties.items() if name != "Tags"}
    made(sandbox, replace(specimen, properties=untagged))
    assert drift(sandbox)["PropertyDifferences"] == []


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda specimen: specimen.type)
def test_a_resource_that_is_gone_is_found_deleted(sandbox: Embedded, specimen: Specimen) -> None:
    """A resource that somebody deletes through its own service is DELETED; no properties are shown then."""
    physical_id = made(sandbox, specimen)
    specimen.remove(sandbox.client, physical_id)
    found = drift(sandbox)
    assert found["StackResourceDriftStatus"] == "DELETED"
    assert "ExpectedProperties" not in found
    assert "ActualProperties" not in found


def test_no_property_escapes() -> None:
    """Every property that a type applies is changed by one of the tests above, or cannot be, or is write-only."""
    missed = []
    for name in sorted(resource_types.implemented()):
        schema, mine = resource_schemas.schema(name), [one for one in SPECIMENS if one.type == name]
        if not schema.has_read_handler():
            continue
        covered = {key for one in mine for key in (*one.changes, *one.fixed)}
        covered |= {pointer.strip("/") for pointer in schema.write_only()} | {"KMSKeyId"}
        covered |= {pointer.removeprefix("/properties/") for pointer in schema.document.get("createOnlyProperties", ())}
        missed += [f"{name} {key}" for key in sorted(applied(name) - covered)]
    assert missed == []


def test_tags_reach_every_type_that_takes_them() -> None:
    """A type that the registry calls taggable applies its tags, so that no stack tag is lost."""
    schemas = {name: resource_schemas.schema(name) for name in resource_types.implemented()}
    lacking = [name for name, schema in schemas.items() if schema.tag_property() not in {None, *applied(name)}]
    assert lacking == []
