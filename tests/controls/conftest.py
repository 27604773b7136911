"""What controls are made from: a small organization, and the content that ships."""

from pathlib import Path

import pytest

from guardrails.library import Library
from guardrails.model import Account, Identity, Organization, OrganizationalUnit


@pytest.fixture
def organization() -> Organization:
    """A management account, an account for logs, one for security, and one each for production, development and trying out."""
    homes = {
        "management": "Root",
        "log-archive": "Security",
        "security-tooling": "Security",
        "prod": "Workloads/Prod",
        "dev": "Workloads/Dev",
        "trial": "Workloads",
    }
    return Organization(
        prefix="acme",
        home_region="eu-west-1",
        governed_regions=("eu-west-1", "eu-central-1"),
        management_account="management",
        log_archive_account="log-archive",
        security_account="security-tooling",
        deployer_roles=("GuardrailsDeployer",),
        break_glass_roles=("BreakGlass",),
        member_role="OrganizationAccountAccessRole",
        organizational_units=tuple(
            map(OrganizationalUnit, ("Security", "Workloads", "Workloads/Prod", "Workloads/Dev")),
        ),
        accounts=tuple(Account(name, name, f"{name}@example.com", home) for name, home in homes.items()),
        controls=(),
        identity=Identity(),
    )


@pytest.fixture
def library(repository: Path) -> Library:
    """The content that ships."""
    return Library(repository)
