"""Where a trail delivers to: a bucket that lets CloudTrail write, and a key that lets it encrypt, in whichever accounts they are.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
"""

import re
from collections.abc import Iterable
from typing import Final

from moto.cloudtrail.models import Trail
from moto.iam.models import Role, iam_backends
from moto.kms.models import Key, kms_backends
from moto.logs.models import logs_backends
from moto.s3.models import FakeBucket

from guardrails.sandbox.account_services import delivery, service_permissions, trust_policies
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "cloudtrail.amazonaws.com"
KEY_ARN: Final = re.compile(r"^arn:aws:kms:([a-z0-9-]+):(\d{12}):((?:key|alias)/.+)$")


def bucket(trail: Trail) -> FakeBucket:
    """The trail's bucket.

    Raises:
        Refusal: it does not exist, or its policy does not let CloudTrail read its ACL and write the trail's objects.
    """
    found = delivery.bucket(trail.bucket_name)
    if found is None:
        raise Refusal("S3BucketDoesNotExistException", f"S3 bucket {trail.bucket_name} does not exist!")
    if not _writable(trail, found):
        message = f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}"
        raise Refusal("InsufficientS3BucketPolicyException", message)
    return found


def key_arn(trail: Trail, bucket: FakeBucket) -> str:
    """The ARN of the trail's key, whichever way it was named; empty for a trail without a key.

    Raises:
        Refusal: it does not exist, is not in the bucket's region, is disabled, or does not let CloudTrail encrypt.
    """
    if not trail.kms_key_id:
        return ""
    key = _key(trail, trail.kms_key_id)
    if key is None or key.region != bucket.region_name:
        message = f"KMS key {trail.kms_key_id} does not exist, or is not in the region of the S3 bucket."
        raise Refusal("KmsKeyNotFoundException", message)
    if key.key_state != "Enabled":
        raise Refusal("KmsKeyDisabledException", f"The KMS key {key.arn} is disabled.")
    context = {**_context(trail), "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn}
    if not service_permissions.allows(key.policy, PRINCIPAL, "kms:GenerateDataKey", key.arn, context):
        message = (
            "Insufficient permissions to access S3 bucket or KMS key: the key policy does not let CloudTrail encrypt."
        )
        raise Refusal("InsufficientEncryptionPolicyException", message)
    return key.arn


def require_log_group(trail: Trail) -> None:
    """Let pass a trail without a log group, or whose log group exists and whose role CloudTrail may assume and write there with.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
    Raises:
        Refusal: the log group is not in the trail's account and region, or the role does not let CloudTrail in.
    """
    if not trail.cw_log_group_arn and not trail.cw_role_arn:
        return
    named = re.fullmatch(r"arn:aws:logs:([a-z0-9-]+):(\d{12}):log-group:(.+):\*", trail.cw_log_group_arn or "")
    if named is None or (named[1], named[2]) != (trail.region_name, trail.account_id):
        raise Refusal("InvalidCloudWatchLogsLogGroupArnException", "The log group is not one of the trail's account.")
    if named[3] not in logs_backends[named[2]][named[1]].groups:
        raise Refusal("InvalidCloudWatchLogsLogGroupArnException", f"The log group {named[3]} does not exist.")
    role = next((each for each in _roles(trail) if each.arn == trail.cw_role_arn), None)
    if role is None or not trust_policies.allows_service(role, PRINCIPAL, trail.arn):
        raise Refusal("InvalidCloudWatchLogsRoleArnException", "CloudTrail cannot assume the role.")


def _roles(trail: Trail) -> Iterable[Role]:
    return list(iam_backends[trail.account_id]["aws"].roles.values())


def _writable(trail: Trail, found: FakeBucket) -> bool:
    policy = found.policy.decode() if found.policy else None
    context = {**_context(trail), **_written_headers(trail)}
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    base = f"arn:aws:s3:::{trail.bucket_name}"
    written = [f"{base}/{prefix}AWSLogs/{trail.account_id}/CloudTrail/log.json.gz"]
    if trail.is_org_trail:
        written.append(
            f"{base}/{prefix}AWSLogs/{organization.organization().id}/{trail.account_id}/CloudTrail/log.json.gz"
        )
    return service_permissions.allows(policy, PRINCIPAL, "s3:GetBucketAcl", base, context) and all(
        service_permissions.allows(policy, PRINCIPAL, "s3:PutObject", each, context) for each in written
    )


def _written_headers(trail: Trail) -> dict[str, str]:
    """The headers with which CloudTrail writes an object, as condition keys."""
    headers = {"s3:x-amz-acl": "bucket-owner-full-control", "s3:x-amz-server-side-encryption": "AES256"}
    key = _key(trail, trail.kms_key_id) if trail.kms_key_id else None
    if key is not None:
        headers["s3:x-amz-server-side-encryption"] = "aws:kms"
        headers["s3:x-amz-server-side-encryption-aws-kms-key-id"] = key.arn
    return headers


def _context(trail: Trail) -> dict[str, str]:
    """What CloudTrail's requests say about themselves."""
    return delivery.context(PRINCIPAL, trail.arn, trail.account_id)


def _key(trail: Trail, named: str) -> Key | None:
    """Find a key by id, alias name, key ARN or alias ARN; the first two in the trail's own account and region."""
    matched = KEY_ARN.match(named)
    region, account_id, rest = matched.groups() if matched else (trail.region_name, trail.account_id, named)
    if region not in kms_backends[account_id]:
        return None
    backend = kms_backends[account_id][region]
    if rest.startswith("alias/"):
        identifier = backend.get_key_id_from_alias(rest)
        return backend.keys.get(identifier) if identifier else None
    return backend.keys.get(rest.removeprefix("key/"))
