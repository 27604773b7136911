"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchGetStandardsControlAssociations.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
FSBP = "arn:aws:securityhub:{}::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS = "arn:aws:securityhub:eu-west-1::standards/cis-aws-foundations-benchmark/v/5.0.0"
NIST = "arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0"


def statuses(hub: Any, standard: str, *controls: str) -> list[str]:
    """Whether controls are on in a standard; those of which nothing is said left out."""
    asked = [{"SecurityControlId": each, "StandardsArn": standard} for each in controls]
    answer = hub.batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
    return [each["AssociationStatus"] for each in answer["StandardsControlAssociationDetails"]]


def test_a_policy_switches_controls_off_in_every_linked_region(
    sandbox: Embedded, new_account: Callable[..., str], central: Any, policy: str
) -> None:
    """What a policy lists as disabled is off in its accounts in every region, all else on; or only what it lists as enabled is on."""
    account = new_account("one")
    central.start_configuration_policy_association(ConfigurationPolicyIdentifier=policy, Target={"AccountId": account})
    for name, listed, expected in (
        ("DisabledSecurityControlIdentifiers", ["IAM.6"], ["DISABLED", "ENABLED"]),
        ("EnabledSecurityControlIdentifiers", ["IAM.6"], ["ENABLED", "DISABLED"]),
    ):
        content = {
            "ServiceEnabled": True,
            "EnabledStandardIdentifiers": [FSBP.format("eu-west-1")],
            "SecurityControlsConfiguration": {name: listed},
        }
        central.update_configuration_policy(Identifier=policy, ConfigurationPolicy={"SecurityHub": content})
        for region in ("eu-west-1", "us-east-1"):
            hub = sandbox.client("securityhub", region, account=account)
            assert statuses(hub, FSBP.format(region), "IAM.6", "S3.1") == expected


def test_a_policy_names_controls_that_there_are(central: Any, refused: Refused) -> None:
    """A policy that lists a control which does not exist is refused.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
    """
    content = {
        "ServiceEnabled": True,
        "EnabledStandardIdentifiers": [],
        "SecurityControlsConfiguration": {"DisabledSecurityControlIdentifiers": ["IAM.666"]},
    }
    code = refused(central.create_configuration_policy, Name="p", ConfigurationPolicy={"SecurityHub": content})
    assert code == "InvalidInputException"


def test_an_account_switches_its_own_controls_off(
    sandbox: Embedded, new_account: Callable[..., str], central: Any, policy: str, refused: Refused
) -> None:
    """An account that manages itself switches a control off and on; one that is configured centrally is refused.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/disable-controls-overview.html
    """
    own, governed = new_account("own"), new_account("governed")
    hub = sandbox.client("securityhub", account=own)
    hub.enable_security_hub()
    change = {"StandardsArn": FSBP.format("eu-west-1"), "SecurityControlId": "S3.1", "UpdatedReason": "Not here"}
    for status in ("DISABLED", "ENABLED"):
        updates = [{**change, "AssociationStatus": status}]
        hub.batch_update_standards_control_associations(StandardsControlAssociationUpdates=updates)
        assert statuses(hub, FSBP.format("eu-west-1"), "S3.1") == [status]
    wanted = {"ConfigurationPolicyIdentifier": policy, "Target": {"AccountId": governed}}
    central.start_configuration_policy_association(**wanted)
    hub = sandbox.client("securityhub", account=governed)
    call = hub.batch_update_standards_control_associations
    assert refused(call, StandardsControlAssociationUpdates=updates) == "AccessDeniedException"


def test_of_what_is_not_there_nothing_is_said(sandbox: Embedded) -> None:
    """A standard that is not enabled, and a control that a standard lacks, come back unprocessed."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub()
    for standard, control in ((CIS, "IAM.6"), (FSBP.format("eu-west-1"), "IAM.9")):
        asked = [{"SecurityControlId": control, "StandardsArn": standard}]
        answer = hub.batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
        (unprocessed,) = answer["UnprocessedAssociations"]
        assert unprocessed["ErrorCode"] == "RESOURCE_NOT_FOUND"


@pytest.mark.not_kept
def test_controls_of_other_standards_are_not_known(sandbox: Embedded, refused: Refused) -> None:
    """The controls of every standard are shown and switched; the sandbox knows those of the best practices, tagging and CIS 5.0."""
    hub = sandbox.client("securityhub")
    hub.enable_security_hub(EnableDefaultStandards=False)
    hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": NIST}])
    asked = [{"SecurityControlId": "IAM.6", "StandardsArn": NIST}]
    code = refused(hub.batch_get_standards_control_associations, StandardsControlAssociationIds=asked)
    assert code == "NotImplemented"
