"""What controls are made from: a small organization, and the content that ships."""

from dataclasses import replace
from pathlib import Path

import pytest

from guardrails.library import Library
from guardrails.model import Account, Organization, OrganizationalUnit
from tests.organization_line import FIRST_DAY


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
    return replace(
        FIRST_DAY,
        organizational_units=tuple(
            map(OrganizationalUnit, ("Security", "Workloads", "Workloads/Prod", "Workloads/Dev")),
        ),
        accounts=tuple(Account(name, name, f"{name}@example.com", home) for name, home in homes.items()),
    )


@pytest.fixture
def library(repository: Path) -> Library:
    """The content that ships."""
    return Library(repository)
