"""What an account itself permits a principal: identity policies, permissions boundary, session policies, as IAM has them now.

Root users need no permission; what service-linked roles and the role of stack sets may do is AWS's own and taken to be all they need.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from moto.core.exceptions import ServiceException
from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User, iam_backends

from guardrails.iam import ASSUMED, IDENTITY, NamedPolicy, principal
from guardrails.iam.policies import Assumed
from guardrails.sandbox.enforcement.documents import understood
from guardrails.sandbox.enforcement.principals import STACK_SETS_ROLE, Actor
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.refusals import Refusal

INLINE: Final = ""
"""The name of a policy that has no ARN: AWS's refusals name none."""
_Entity: TypeAlias = User | Group | Role


@dataclass(frozen=True, slots=True)
class Permissions:
    """The policies of a principal; of `session`, () when its session has none."""

    identity: tuple[NamedPolicy, ...] | Assumed = ASSUMED
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] = ()


def of(actor: Actor) -> Permissions:
    """The policies of who acts; a user or role that is gone has none, and so may do nothing.

    Raises: Refusal, when its boundary is a policy that is not there, which AWS does not let come about.
    """
    who = principal(actor.principal_arn)
    if who.type == "Account" or who.service_linked or f":role/{STACK_SETS_ROLE}" in who.arn:
        return Permissions()
    backend = iam_backends[who.account][PARTITION]
    entities = tuple(_entities(backend, who.arn))
    return Permissions(
        identity=tuple(policy for entity in entities for policy in _policies(entity)),
        boundary=_boundary(backend, entities),
        session=tuple(understood(INLINE, document, IDENTITY) for document in actor.session_policies),
    )


def _entities(backend: IAMBackend, arn: str) -> Iterator[_Entity]:
    """The role; the user and its groups."""
    if ":user/" not in arn:
        yield from (role for role in backend.roles.values() if role.arn == arn)
        return
    user = backend.users.get(arn.rpartition("/")[2])
    if user is not None:
        yield user
        yield from (group for group in backend.groups.values() if user in group.users)


def _policies(entity: _Entity) -> Iterator[NamedPolicy]:
    yield from (understood(INLINE, document, IDENTITY) for document in entity.policies.values())
    yield from (_managed(policy) for policy in entity.managed_policies.values())


def _managed(policy: ManagedPolicy) -> NamedPolicy:
    document = next(each.document for each in policy.versions if each.version_id == policy.default_version_id)
    return understood(policy.arn, document or "{}", IDENTITY)


def _boundary(backend: IAMBackend, entities: tuple[_Entity, ...]) -> NamedPolicy | None:
    """The boundary of a role: moto keeps none for users, and the sandbox refuses to put one."""
    arn = next((entity.permissions_boundary_arn for entity in entities if isinstance(entity, Role)), None)
    if not arn:
        return None
    try:
        return _managed(backend.get_policy(arn))
    except ServiceException as missing:
        raise Refusal(
            "NotImplemented", f"The sandbox has no policy {arn}, which is a permissions boundary"
        ) from missing
