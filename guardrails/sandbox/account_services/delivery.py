"""Where services deliver to: a bucket, a key or a topic in whichever account it is, and whether its policy lets the service in.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping

from moto.kms.models import Key, kms_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.sns.models import sns_backends

from guardrails.sandbox.account_services import service_permissions
from guardrails.sandbox.organizations import organization


def bucket(name: str) -> FakeBucket | None:
    """A bucket by its name, in whichever account, or None."""
    place = s3_backends.bucket_accounts.get(name)
    return s3_backends[place[1]][place[0]].buckets[name] if place else None


def bucket_owner(name: str) -> str | None:
    """The account that owns a bucket, or None when there is none of this name."""
    place = s3_backends.bucket_accounts.get(name)
    return str(place[1]) if place else None


def key(arn: str) -> Key | None:
    """A key by its ARN, in whichever account, or None."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[3] not in kms_backends[parts[4]] or not parts[5].startswith("key/"):
        return None
    found: Key | None = kms_backends[parts[4]][parts[3]].keys.get(parts[5].removeprefix("key/"))
    return found


def is_topic(arn: str) -> bool:
    """Whether a topic exists, in whichever account."""
    parts = arn.split(":")
    return len(parts) == 6 and parts[3] in sns_backends[parts[4]] and arn in sns_backends[parts[4]][parts[3]].topics


def may_write(found: FakeBucket, service: str, object_key: str, context: Mapping[str, str]) -> bool:
    """Whether the bucket's policy lets the service write an object."""
    policy = found.policy.decode() if found.policy else None
    resource = f"arn:aws:s3:::{found.name}/{object_key}"
    return service_permissions.allows(policy, service, "s3:PutObject", resource, context)


def may_encrypt(found: Key, service: str, context: Mapping[str, str]) -> bool:
    """Whether the key is enabled and its policy lets the service make data keys."""
    allowed = service_permissions.allows(found.policy, service, "kms:GenerateDataKey", found.arn, context)
    return allowed and found.key_state == "Enabled"


def context(service: str, source_arn: str, source_account: str) -> dict[str, str]:
    """What a service's own requests say about themselves, as condition keys."""
    known = {
        "aws:SourceArn": source_arn,
        "aws:SourceAccount": source_account,
        "aws:SecureTransport": "true",
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
    }
    if organization.backend().org is not None:
        known["aws:SourceOrgID"] = organization.organization().id
    return known
