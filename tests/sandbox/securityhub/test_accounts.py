"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
HUB = "arn:aws:securityhub:eu-west-1:111111111111:hub/default"


def test_security_hub_is_on_per_account_and_region(sandbox: Embedded, refused: Refused) -> None:
    """Enabling Security Hub twice in a region is a conflict; another region is off until it is enabled there."""
    hub = sandbox.client("securityhub")
    assert refused(hub.describe_hub) == "InvalidAccessException"
    hub.enable_security_hub(Tags={"a": "1"})
    assert refused(hub.enable_security_hub) == "ResourceConflictException"
    shown = hub.describe_hub()
    assert (shown["HubArn"], shown["ControlFindingGenerator"], shown["AutoEnableControls"]) == (
        HUB,
        "SECURITY_CONTROL",
        True,
    )
    assert refused(sandbox.client("securityhub", "us-east-1").describe_hub) == "InvalidAccessException"


def test_a_hub_is_changed_tagged_and_disabled(sandbox: Embedded, refused: Refused) -> None:
    """UpdateSecurityHubConfiguration changes what it names, tags come and go; once Security Hub is disabled the hub is gone.

    Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateSecurityHubConfiguration.html
    """
    hub = sandbox.client("securityhub")
    hub.enable_security_hub(EnableDefaultStandards=False, Tags={"a": "1"})
    hub.update_security_hub_configuration(AutoEnableControls=False, ControlFindingGenerator="STANDARD_CONTROL")
    shown = hub.describe_hub()
    assert (shown["AutoEnableControls"], shown["ControlFindingGenerator"]) == (False, "STANDARD_CONTROL")
    hub.tag_resource(ResourceArn=HUB, Tags={"b": "2"})
    hub.untag_resource(ResourceArn=HUB, TagKeys=["a"])
    assert hub.list_tags_for_resource(ResourceArn=HUB)["Tags"] == {"b": "2"}
    hub.disable_security_hub()
    assert refused(hub.disable_security_hub) == "InvalidAccessException"
    assert refused(hub.list_tags_for_resource, ResourceArn=HUB) == "ResourceNotFoundException"


def test_findings_need_security_hub(sandbox: Embedded, refused: Refused) -> None:
    """Findings are read and imported only where Security Hub is on.

    Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
    """
    hub = sandbox.client("securityhub")
    assert refused(hub.get_findings) == "InvalidAccessException"
    hub.enable_security_hub()
    assert hub.get_findings()["Findings"] == []


@pytest.mark.not_kept
def test_the_second_generation_is_refused(sandbox: Embedded, refused: Refused) -> None:
    """Security Hub's second generation (the V2 operations) and the descriptions of controls are refused plainly."""
    hub = sandbox.client("securityhub")
    assert refused(hub.enable_security_hub_v2) == "NotImplemented"
    hub.enable_security_hub()
    subscription = hub.get_enabled_standards()["StandardsSubscriptions"][0]["StandardsSubscriptionArn"]
    assert refused(hub.describe_standards_controls, StandardsSubscriptionArn=subscription) == "NotImplemented"
