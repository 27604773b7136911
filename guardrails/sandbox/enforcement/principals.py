"""Who acts: the caller of a call, or the role in which CloudFormation works.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guardrails.iam.context import Values
from guardrails.sandbox.enforcement import context_keys
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.callers import Caller

STACK_SETS_ROLE: Final = "stacksets-exec-"
"""How the name of the role begins that stack sets have in every member account."""


@dataclass(frozen=True)
class Actor:
    """A principal: `principal_arn` as policies see it (a session's role), `shown_arn` as error messages show it.

    `via` are the services that act on the principal's behalf, with its own permissions; `session` are the keys that only its session has,
    `session_policies` the documents that limit it.
    """

    account_id: str
    principal_arn: str
    shown_arn: str
    user_id: str = ""
    via: tuple[str, ...] = ()
    session: Mapping[str, Values] = field(default_factory=dict)
    session_policies: tuple[str, ...] = ()

    def context(self) -> dict[str, Values]:
        """The condition keys that tell of the principal beyond its ARN."""
        found = {**context_keys.of_principal(self.principal_arn), **self.session}
        found["aws:ViaAWSService"] = "true" if self.via else "false"
        if self.via:
            found["aws:CalledVia"] = self.via
        if self.user_id:
            found["aws:userid"] = self.user_id
        if ":user/" in self.principal_arn:
            found["aws:username"] = self.principal_arn.rpartition("/")[2]
        return found

    @property
    def session_arn(self) -> str:
        """The ARN of the role's session; "" of users and root users."""
        return self.shown_arn if ":assumed-role/" in self.shown_arn else ""

    def organization_path(self) -> str:
        """Where the principal's account stands in the organization, "" outside of it."""
        account = organization.find_account(self.account_id)
        return organization.path(account.parent_id) if account else ""


def caller(who: Caller, *via: str) -> Actor:
    """The caller of a call, perhaps with a service that acts on its behalf."""
    session: dict[str, Values] = {f"aws:PrincipalTag/{key}": value for key, value in who.session_tags.items()}
    if who.source_identity:
        session["aws:SourceIdentity"] = who.source_identity
    if who.task_actions is not None:
        session["aws:AssumedRoot"] = "true"
    return Actor(who.account_id, who.role_arn or who.arn, who.arn, who.user_id, via, session, who.session_policies)


def role(arn: str, session: str) -> Actor:
    """A role that a service has assumed."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return Actor(account, arn, f"arn:aws:sts::{account}:assumed-role/{name}/{session}")


def stack_sets(account_id: str) -> Actor:
    """The role in which service-managed stack sets work in a member account: an ordinary role, which policies bind."""
    suffix = hashlib.sha256(account_id.encode()).hexdigest()[:32]
    return role(f"arn:aws:iam::{account_id}:role/{STACK_SETS_ROLE}{suffix}", "AWSCloudFormation")
