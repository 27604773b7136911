"""Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded


@pytest.mark.parametrize(
    ("operation", "request_", "path"),
    [
        ("create_stack_set", {"StackSetName": "s", "PermissionModel": "OTHER"}, "'permissionModel'.*enum value set"),
        (
            "create_stack_set",
            {"StackSetName": "s", "Description": "d" * 1025},
            "'description'.*length less than or equal",
        ),
        (
            "create_stack_set",
            {"StackSetName": "s", "Tags": [{"Key": str(n), "Value": "v"} for n in range(51)]},
            "'tags'.*length less than or equal to 50",
        ),
        (
            "update_stack_set",
            {"StackSetName": "s", "OperationPreferences": {"MaxConcurrentPercentage": 101}},
            "'operationPreferences.maxConcurrentPercentage'.*value less than or equal to 100",
        ),
        (
            "create_stack_instances",
            {"StackSetName": "s", "Regions": [], "DeploymentTargets": {"Accounts": ["1"]}},
            "'deploymentTargets.accounts.1.member'.*regular expression pattern",
        ),
        ("list_stack_sets", {"CallAs": "OTHER", "Status": "NEW"}, "2 validation errors detected"),
    ],
)
def test_members_are_as_the_api_says(sandbox: Embedded, operation: str, request_: dict[str, Any], path: str) -> None:
    """A value outside its enumeration, pattern or length is a ValidationError that names each such member."""
    with pytest.raises(ClientError, match=path) as refused:
        getattr(sandbox.client("cloudformation"), operation)(**request_)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
