"""Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateInstanceAccessControlAttributeConfiguration.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
COST_CENTER = {"Key": "CostCenter", "Value": {"Source": ["${path:enterprise.costCenter}"]}}
EMAIL = {"Key": "Email", "Value": {"Source": ["${path:emails[primary eq true].value}"]}}


@pytest.fixture
def named(sandbox: Embedded) -> dict[str, str]:
    return {"InstanceArn": sandbox.client("sso-admin").list_instances()["Instances"][0]["InstanceArn"]}


def configured(*attributes: dict[str, Any]) -> dict[str, Any]:
    return {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": list(attributes)}}


def test_attributes_are_made_changed_and_deleted(sandbox: Embedded, named: dict[str, str], refused: Refused) -> None:
    """The configuration is made once, arrives after a look, is replaced as a whole, and is gone after deletion."""
    sso = sandbox.client("sso-admin")
    describe = sso.describe_instance_access_control_attribute_configuration
    update = sso.update_instance_access_control_attribute_configuration
    assert refused(describe, **named) == "ResourceNotFoundException"
    assert refused(update, **named, **configured(EMAIL)) == "ResourceNotFoundException"
    create = sso.create_instance_access_control_attribute_configuration
    create(**named, **configured(COST_CENTER))
    assert refused(create, **named, **configured(EMAIL)) == "ConflictException"
    assert [describe(**named)["Status"] for _ in range(2)] == ["CREATION_IN_PROGRESS", "ENABLED"]
    update(**named, **configured(EMAIL))
    shown = describe(**named)["InstanceAccessControlAttributeConfiguration"]
    assert shown == {"AccessControlAttributes": [EMAIL]}
    sso.delete_instance_access_control_attribute_configuration(**named)
    assert refused(describe, **named) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    "attributes",
    [
        [COST_CENTER, {**EMAIL, "Key": "CostCenter"}],
        [{"Key": "a", "Value": {"Source": ["department"]}}],
        [{"Key": f"key{number}", "Value": EMAIL["Value"]} for number in range(51)],
    ],
)
def test_bad_attributes_are_refused(
    sandbox: Embedded, named: dict[str, str], refused: Refused, attributes: list[dict[str, Any]]
) -> None:
    """A key twice, a source that is no path, and more than fifty attributes are refused."""
    create = sandbox.client("sso-admin").create_instance_access_control_attribute_configuration
    assert refused(create, **named, **configured(*attributes)) == "ValidationException"
