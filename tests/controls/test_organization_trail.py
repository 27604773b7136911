"""The organization trail compiles to CloudTrail's trusted access and one trail that writes to the log archive."""

from dataclasses import replace

from guardrails.config.vocabulary import Settings
from guardrails.controls.organization_trail import CONTROL
from guardrails.engine.resource import Ref, refs_in
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.placeholders import with_placeholders
from guardrails.resources import account_address, stack_address, trusted_access_address
from guardrails.resources.organization_trail import ALL_MANAGEMENT_EVENTS, OrganizationTrail
from guardrails.resources.trusted_access import TrustedAccess

ARCHIVE = stack_address("acme-log-archive", "log-archive", "eu-west-1")
TRUST = trusted_access_address("cloudtrail.amazonaws.com")


def compiled(organization: Organization, library: Library) -> OrganizationTrail:
    trust, trail = CONTROL.resources(organization, library, Settings())
    assert trust == TrustedAccess(name="cloudtrail.amazonaws.com")
    assert isinstance(trail, OrganizationTrail)
    return trail


def test_everything_is_recorded(organization: Organization, library: Library) -> None:
    """The trail is on, for the organization, every region and global services, with validation and all management events."""
    trail = compiled(organization, library)
    assert trail.name == "acme-organization-trail"
    assert (trail.account, trail.region) == ("", "")
    assert trail.organization
    assert trail.multi_region
    assert trail.global_service_events
    assert trail.log_file_validation
    assert trail.logging
    assert trail.event_selectors == (ALL_MANAGEMENT_EVENTS,)


def test_into_the_log_archive(organization: Organization, library: Library) -> None:
    """Its bucket's name is the one the log archive computes; its key is the output of the log archive's stack."""
    trail = compiled(organization, library)
    assert set(refs_in(trail.bucket)) == {Ref(account_address("log-archive"))}
    assert with_placeholders(trail.bucket).startswith("acme-log-archive-")
    assert trail.bucket.endswith("-eu-west-1")
    assert trail.kms_key == str(Ref(ARCHIVE, "KeyArn"))


def test_waits_for_what_it_needs(organization: Organization, library: Library) -> None:
    """The trail is made after CloudTrail's trusted access and after the stack that holds its bucket and key."""
    assert compiled(organization, library).references() == {TRUST, ARCHIVE, account_address("log-archive")}


def test_logs_kept_in_the_management_account(organization: Organization, library: Library) -> None:
    """Where the management account keeps the logs itself, the trail waits for the stack there."""
    trail = compiled(replace(organization, log_archive_account="management"), library)
    assert stack_address("acme-log-archive", "", "eu-west-1") in trail.references()
