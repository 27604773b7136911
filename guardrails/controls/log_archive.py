"""The log archive: one locked, encrypted bucket in its own account, which only the organization trail may write to.

Locked in governance mode by default: the bucket's policy forbids everyone to bypass it, yet a mistake in the retention can be mended.
Compliance mode cannot be undone by anyone, the root user and AWS included, before the retention has passed: choose it knowingly.
"""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, wrong
from guardrails.controls import Control
from guardrails.engine.resource import Caveat, Ref
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import account_id, log_archive_stack
from guardrails.resources import ORGANIZATION
from guardrails.resources.stack import Stack


class LogArchive(Settings):
    """How long logs are locked, when they move to colder storage, when they expire."""

    mode: Literal["governance", "compliance"] = Field(
        default="governance", description="Object Lock mode; compliance cannot be undone by anyone."
    )
    retention_days: int = Field(
        default=365, ge=1, le=36500, description="For so many days no log can be deleted or overwritten."
    )
    glacier_days: int = Field(
        default=90, ge=1, le=36500, description="After so many days logs move to S3 Glacier Instant Retrieval."
    )
    deep_archive_days: int = Field(
        default=365, ge=1, le=36500, description="After so many days logs move to S3 Glacier Deep Archive."
    )
    expiration_days: int = Field(default=2555, ge=1, le=36500, description="After so many days logs are deleted.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.glacier_days < self.deep_archive_days < self.expiration_days:
            raise wrong("glacier_days, deep_archive_days and expiration_days must grow in this order")
        if self.expiration_days < self.retention_days:
            raise wrong("expiration_days must not be less than retention_days", "a locked log does not expire")
        return self


def resources(organization: Organization, library: Library, settings: LogArchive) -> Iterator[Stack | Caveat]:
    """One stack in the log archive account's home region."""
    where = log_archive_stack(organization)
    if settings.mode == "compliance":
        locked = f"nobody, not even AWS, can delete a log for {settings.retention_days} days"
        yield Caveat(f"{where.name}: compliance mode cannot be undone: {locked}")
    yield Stack(
        name=where.name,
        account=where.account,
        region=where.region,
        template=library.template(
            "log_archive",
            prefix=organization.prefix,
            home_region=organization.home_region,
            **{**settings.model_dump(), "mode": settings.mode.upper()},
        ),
        parameters={
            "ManagementAccountId": account_id(organization.management_account),
            "OrganizationId": str(Ref(ORGANIZATION)),
        },
    )


CONTROL = Control(
    id="log-archive",
    title="Logs are kept in one locked, encrypted bucket that only the organization trail writes to",
    behavior="preventive",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    settings=LogArchive,
    resources=resources,
)
