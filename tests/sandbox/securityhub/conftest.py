"""Steps that Security Hub's tests take before what they are about."""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

FSBP = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"


@pytest.fixture
def security(sandbox: Embedded, new_account: Callable[..., str]) -> str:
    """The account that administers Security Hub in the home region."""
    account = new_account("security")
    sandbox.client("securityhub").enable_organization_admin_account(AdminAccountId=account)
    return account


@pytest.fixture
def central(sandbox: Embedded, security: str) -> Any:
    """A client of the administrator, central configuration started: home region eu-west-1, us-east-1 linked."""
    administrator = sandbox.client("securityhub", account=security)
    administrator.create_finding_aggregator(RegionLinkingMode="SPECIFIED_REGIONS", Regions=["us-east-1"])
    administrator.update_organization_configuration(
        AutoEnable=False, AutoEnableStandards="NONE", OrganizationConfiguration={"ConfigurationType": "CENTRAL"}
    )
    return administrator


@pytest.fixture
def policy(central: Any) -> str:
    """The id of a configuration policy that enables Foundational Security Best Practices, and nothing else."""
    controls: dict[str, list[str]] = {"DisabledSecurityControlIdentifiers": []}
    content = {
        "ServiceEnabled": True,
        "EnabledStandardIdentifiers": [FSBP],
        "SecurityControlsConfiguration": controls,
    }
    made = central.create_configuration_policy(Name="baseline", ConfigurationPolicy={"SecurityHub": content})
    return str(made["Id"])
