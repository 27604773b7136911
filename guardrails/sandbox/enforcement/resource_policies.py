"""The policy of a resource that a call names: of buckets, keys, queues, secrets, and of roles to be assumed.

Policies of other services are not looked up, and grants of S3's access control lists and of KMS are not judged: where the sandbox does
not know, identity policies decide in one account, and the resource is taken to allow across accounts.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from moto.backends import get_backend
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from guardrails.iam import ASSUMED, RESOURCE, TRUST, NamedPolicy
from guardrails.iam.policies import Assumed
from guardrails.sandbox.enforcement.documents import understood
from guardrails.sandbox.enforcement.live_resources import segments
from guardrails.sandbox.serving.callers import PARTITION

Found: TypeAlias = NamedPolicy | Assumed | None
_MAKING: Final = frozenset({"s3:CreateBucket", "sqs:CreateQueue", "secretsmanager:CreateSecret"})
"""Actions on what is not there yet, whoever may already own something of that name."""


def of(action: str, arn: str) -> Found:
    """The policy of a resource, None when it has none, `ASSUMED` when the sandbox does not know."""
    looked_up = _OF_SERVICES.get(action.partition(":")[0])
    if looked_up is None or action in _MAKING:
        return ASSUMED
    _, _, _, region, account, rest = segments(arn)
    return looked_up(account, region, rest)


def _bucket(account: str, region: str, rest: str) -> Found:
    """A bucket's; one that its access control list opens to others is not known."""
    name = rest.partition("/")[0]
    owned = s3_backends.bucket_accounts.get(name)
    if account or owned is None:
        return ASSUMED
    bucket = s3_backends[owned[1]][PARTITION].buckets.get(name)
    if bucket is None or (bucket.policy is None and bucket.acl is not None and len(bucket.acl.grants) > 1):
        return ASSUMED
    return None if bucket.policy is None else understood("", bucket.policy.decode(), RESOURCE)


def _key(account: str, region: str, rest: str) -> Found:
    kind, _, name = rest.partition("/")
    key = kms_backends[account][region].keys.get(name) if kind == "key" and account else None
    return ASSUMED if key is None else understood("", key.policy, RESOURCE)


def _queue(account: str, region: str, rest: str) -> Found:
    queue = get_backend("sqs")[account][region].queues.get(rest) if account else None
    if queue is None:
        return ASSUMED
    policy = queue.policy
    return understood("", policy, RESOURCE) if policy else None


def _secret(account: str, region: str, rest: str) -> Found:
    name = rest.removeprefix("secret:")
    secret = get_backend("secretsmanager")[account][region].secrets.get(name) if account else None
    if secret is None:
        return ASSUMED
    policy = getattr(secret, "policy", None)
    return understood("", policy, RESOURCE) if policy else None


def _trust(account: str, region: str, rest: str) -> Found:
    """The trust policy of a role that is there; what it says is judged again when the role is assumed, in its own words."""
    if account not in iam_backends:
        return ASSUMED
    roles = iam_backends[account][PARTITION].roles.values()
    role = next((each for each in roles if each.arn.endswith(f":{rest}")), None)
    return ASSUMED if role is None else understood("", role.assume_role_policy_document or "{}", TRUST)


_OF_SERVICES: Final[Mapping[str, Callable[[str, str, str], Found]]] = MappingProxyType(
    {"s3": _bucket, "kms": _key, "sqs": _queue, "secretsmanager": _secret, "sts": _trust}
)
