"""Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


@pytest.fixture
def named(sandbox: Embedded, assignment: dict[str, Any]) -> dict[str, str]:
    """The arguments that name a permission set, which is in use in one account."""
    sandbox.client("sso-admin").create_account_assignment(**assignment)
    return {"InstanceArn": assignment["InstanceArn"], "PermissionSetArn": assignment["PermissionSetArn"]}


def test_provisioning_is_followed(sandbox: Embedded, named: dict[str, str], refused: Refused) -> None:
    """It goes from IN_PROGRESS to SUCCEEDED; an account is named exactly when one is meant, and must use the set."""
    sso = sandbox.client("sso-admin")
    started = sso.provision_permission_set(**named, TargetType="ALL_PROVISIONED_ACCOUNTS")
    request = started["PermissionSetProvisioningStatus"]["RequestId"]
    states = []
    for _ in range(2):
        look = sso.describe_permission_set_provisioning_status(
            InstanceArn=named["InstanceArn"], ProvisionPermissionSetRequestId=request
        )
        states.append(look["PermissionSetProvisioningStatus"]["Status"])
    assert states == ["IN_PROGRESS", "SUCCEEDED"]
    provision = sso.provision_permission_set
    assert refused(provision, **named, TargetType="AWS_ACCOUNT") == "ValidationException"
    elsewhere = {"TargetType": "AWS_ACCOUNT", "TargetId": "111111111111"}
    assert refused(provision, **named, **elsewhere) == "ResourceNotFoundException"


def test_a_change_waits_for_provisioning(sandbox: Embedded, named: dict[str, str], assignment: dict[str, Any]) -> None:
    """An account is up to date after its first assignment, behind after a change, and up to date once provisioned."""
    sso, account = sandbox.client("sso-admin"), assignment["TargetId"]

    def behind() -> list[str]:
        status = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
        return list(sso.list_accounts_for_provisioned_permission_set(**named, ProvisioningStatus=status)["AccountIds"])

    assert behind() == []
    sso.update_permission_set(**named, SessionDuration="PT2H")
    assert behind() == [account]
    sso.provision_permission_set(**named, TargetType="AWS_ACCOUNT", TargetId=account)
    assert behind() == []


def test_use_is_found_from_both_sides(sandbox: Embedded, named: dict[str, str], assignment: dict[str, Any]) -> None:
    """The accounts of a permission set are listed, and the permission sets of an account.

    Source: https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountsForProvisionedPermissionSet.html
    """
    sso, account = sandbox.client("sso-admin"), assignment["TargetId"]
    assert sso.list_accounts_for_provisioned_permission_set(**named)["AccountIds"] == [account]
    found = sso.list_permission_sets_provisioned_to_account(InstanceArn=named["InstanceArn"], AccountId=account)
    assert found["PermissionSets"] == [named["PermissionSetArn"]]
