"""The organization trail: what is done in any account and region is recorded in the log archive."""

from collections.abc import Iterator

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.engine.resource import Ref, Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import log_archive_bucket, log_archive_stack, trail_name
from guardrails.resources import trusted_access_address
from guardrails.resources.organization_trail import OrganizationTrail
from guardrails.resources.trusted_access import TrustedAccess

PRINCIPAL = "cloudtrail.amazonaws.com"


def resources(organization: Organization, library: Library, settings: Settings) -> Iterator[Resource]:
    """CloudTrail's trusted access, and the trail.

    The key is an output of the log archive's stack, not its alias: CloudTrail answers with the key's ARN, and what differs from the
    answer would be drift for ever. So the trail waits for the stack, and with it for the bucket.
    """
    yield TrustedAccess(name=PRINCIPAL)
    yield OrganizationTrail(
        name=trail_name(organization),
        bucket=log_archive_bucket(organization),
        kms_key=str(Ref(log_archive_stack(organization), "KeyArn")),
        depends_on=frozenset({trusted_access_address(PRINCIPAL)}),
    )


CONTROL = Control(
    id="organization-trail",
    title="Everything done in any account and region is recorded, validated and encrypted",
    behavior="detective",
    source="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    settings=Settings,
    resources=resources,
)
