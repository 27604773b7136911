"""The organization trail compiles to CloudTrail's trusted access and one trail that writes to the log archive."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from guardrails.controls.organization_trail import CONTROL, OrganizationTrailSettings
from guardrails.engine.resource import Caveat, Ref, Resource, refs_in
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.placeholders import with_placeholders
from guardrails.resources import account_address, stack_address, trusted_access_address
from guardrails.resources.organization_trail import ALL_MANAGEMENT_EVENTS, OrganizationTrail
from guardrails.resources.stack import Stack
from guardrails.resources.trusted_access import TrustedAccess

ARCHIVE = stack_address("acme-log-archive", "log-archive", "eu-west-1")
TRUST = trusted_access_address("cloudtrail.amazonaws.com")


def compiled(organization: Organization, library: Library) -> OrganizationTrail:
    trust, trail = CONTROL.resources(organization, library, OrganizationTrailSettings.model_validate({}))
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


def trail_with(
    organization: Organization, library: Library, **settings: object
) -> tuple[OrganizationTrail, list[Resource | Caveat]]:
    """The trail, and all that is compiled."""
    found = list(CONTROL.resources(organization, library, OrganizationTrailSettings.model_validate(settings)))
    (trail,) = (each for each in found if isinstance(each, OrganizationTrail))
    return trail, found


def test_data_events_besides(organization: Organization, library: Library) -> None:
    """Presets and field selectors stand beside all management events; S3 objects leave the trail's own bucket out."""
    own = {"field": "resources.type", "equals": ["AWS::KinesisVideo::Stream"]}
    events = [
        {"name": "objects", "preset": "s3-objects", "access": "write", "excluded_arns": ["arn:aws:s3:::scratch/"]},
        {"name": "video", "field_selectors": [own, {"field": "eventName", "not_starts_with": ["List"]}]},
    ]
    trail, _ = trail_with(organization, library, data_events=events)
    management, objects, video = trail.event_selectors
    assert management["FieldSelectors"] == [{"Field": "eventCategory", "Equals": ["Management"]}]
    category = {"Field": "eventCategory", "Equals": ["Data"]}
    excluded = ["arn:aws:s3:::scratch/", f"arn:aws:s3:::{trail.bucket}/"]
    assert objects["FieldSelectors"] == [
        category,
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "resources.ARN", "NotStartsWith": excluded},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    assert video["FieldSelectors"] == [
        category,
        {"Field": "eventName", "NotStartsWith": ["List"]},
        {"Field": "resources.type", "Equals": ["AWS::KinesisVideo::Stream"]},
    ]


def test_watched_in_cloudwatch_logs(organization: Organization, library: Library) -> None:
    """The log group stands in the management account's home region, and the trail waits for it; nothing of it without the setting."""
    trail, found = trail_with(
        organization, library, cloudwatch_logs={"emails": ["soc@acme.example"]}, insights=["ApiErrorRateInsight"]
    )
    (stack,) = (each for each in found if isinstance(each, Stack))
    assert (stack.account, stack.region) == ("", "eu-west-1")
    assert stack.address in trail.references()
    assert trail.insights == ("ApiErrorRateInsight",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data_events": [{"name": "x"}]}, "need a preset"),
        ({"data_events": [{"name": "x", "preset": "s3-objects"}] * 2}, "have the same name"),
        (
            {"data_events": [{"name": "x", "field_selectors": [{"field": "resources.type"}]}]},
            "no value to compare with",
        ),
        (
            {
                "data_events": [
                    {
                        "name": "x",
                        "preset": "s3-objects",
                        "field_selectors": [{"field": "readOnly", "equals": ["true"]}],
                    }
                ]
            },
            "says what the preset says already",
        ),
        ({"cloudwatch_logs": {"emails": ["the security team"]}}, "is not an e-mail address"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Data events that say nothing, or the same twice, and what is no e-mail address are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        OrganizationTrailSettings.model_validate(settings)
