"""What hangs on which root, OU or account: the record of attachments, without any rule about them."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

from moto.organizations.models import FakeAccount, FakeOrganizationalUnit, FakePolicy

from guardrails.sandbox.organizations import organization, tree
from guardrails.sandbox.serving.refusals import Refusal

Target: TypeAlias = FakeAccount | FakeOrganizationalUnit
DEFAULT_POLICIES: Final = ("p-FullAWSAccess", "p-RCPFullAWSAccess")


_CHANGED: Final[dict[str, datetime]] = tree.of_this_organization({})


def note_change(thing: Target | FakePolicy) -> None:
    """Note that a policy has changed, or what hangs on a target, or where an account is."""
    _CHANGED[thing.id] = datetime.now(UTC)


def changed(thing: Target | FakePolicy) -> datetime:
    """When the last change of a policy or target was noted; the beginning of time when none was."""
    return _CHANGED.get(thing.id, datetime.min.replace(tzinfo=UTC))


def not_found() -> Refusal:
    """The refusal of a target, or of a resource to tag, that is not there."""
    message = "We can't find a root, OU, account, or policy with the TargetId that you specified."
    return Refusal("TargetNotFoundException", message)


def attach_defaults(target: Target) -> None:
    """Attach what AWS attaches to every new OU and account."""
    for policy in organization.backend().policies:
        if policy.id in DEFAULT_POLICIES and policy not in target.attached_policies:
            attach(policy, target)


def attach_defaults_everywhere(policy_type: str) -> None:
    """Attach the AWS managed policy of a type to every root, OU and account that has none of the type: enabling a type does."""
    for policy in organization.policies(policy_type):
        if policy.aws_managed:
            targets: list[Target] = [*tree.UNITS.values(), *tree.ACCOUNTS.values()]
            for target in targets:
                if not of_type(target, policy_type):
                    attach(policy, target)


def detach_type(policy_type: str) -> None:
    """Detach every policy of a type from everything."""
    for policy in organization.policies(policy_type):
        for target in list(policy.attachments):
            detach(policy, target)


def detach_everything(target: Target) -> None:
    """Detach every policy from a target that goes away."""
    for policy in list(target.attached_policies):
        detach(policy, target)


def attach(policy: FakePolicy, target: Target) -> None:
    """Note an attachment on both sides."""
    target.attached_policies.append(policy)
    policy.attachments.append(target)
    note_change(target)


def detach(policy: FakePolicy, target: Target) -> None:
    """Note the end of an attachment on both sides."""
    target.attached_policies.remove(policy)
    policy.attachments.remove(target)
    note_change(target)


def of_type(target: Target, policy_type: str) -> list[FakePolicy]:
    """The policies of a type that hang on the target itself."""
    return [policy for policy in target.attached_policies if policy.type == policy_type]
