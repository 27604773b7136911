"""What identity, boundary, session and resource policies give together, in one account and across two.

| the resource's policy names, in the same account | is an Allow of its own, limited by |
|---|---|
| the session (of a role, of a federated user) | nothing |
| the user, or everybody | nothing |
| the role | permissions boundary and session policy |
| the account | it gives nothing by itself; a key policy or trust policy so leaves it to identity policies |

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles,
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guardrails.iam.answers import NO, YES, Answer, both, certain, either
from guardrails.iam.context import Context, Principal, Request
from guardrails.iam.decision import Reason
from guardrails.iam.grammar import TRUST
from guardrails.iam.policies import ASSUMED, RANKS, Entry, Layer, NamedPolicy, Policies
from guardrails.iam.principals import Grant
from guardrails.iam.reasons import silent

ASSUMED_IDENTITY: Final = "the identity-based policies"
ASSUMED_RESOURCE: Final = "the resource-based policy"
_UNLIMITED: Final = (Grant.USER, Grant.SESSION, Grant.EVERYBODY)
_LIMITED: Final = (Grant.ROLE,)
_IDENTITY, _RESOURCE = RANKS[Layer.IDENTITY], RANKS[Layer.RESOURCE]
_BOUNDARY, _SESSION = RANKS[Layer.BOUNDARY], RANKS[Layer.SESSION]
_TRUST_ACTIONS: Final = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


@dataclass(slots=True)
class Asked:
    """A request, who asks it, and the statements about its action that allow, by the rank of their layer."""

    request: Request
    who: Principal
    context: Context
    policies: Policies
    allows: Sequence[Sequence[Entry]]

    @property
    def same_account(self) -> bool:
        """Whether principal and resource are of one account; a resource whose owner is not known is taken for the principal's."""
        return (self.request.owner or self.who.account) == self.who.account

    @property
    def resource_policy_must_allow(self) -> bool:
        """Whether identity policies alone are not enough: for keys, and for roles to be assumed."""
        action = self.request.action.lower()
        resource = self.policies.resource
        return action.startswith(("kms:", *_TRUST_ACTIONS)) or (
            isinstance(resource, NamedPolicy) and resource.type == TRUST
        )

    def allowed_by(self, rank: int) -> Answer:
        """Whether some statement of a layer allows."""
        return either(entry.statement.ask(self.request.resource, self.context) for entry in self.allows[rank])

    def granted(self, *ways: Grant) -> Answer:
        """Whether some statement of the resource's policy allows that names the principal in one of these ways; in any, without ways."""
        return either(
            entry.statement.ask(self.request.resource, self.context)
            for entry in self.allows[_RESOURCE]
            if (grant := entry.statement.grant(self.who)) is not None and (not ways or grant in ways)
        )

    def identity(self) -> Answer:
        """Whether identity policies allow; the root user of an account needs none."""
        if self.policies.identity is ASSUMED or self.who.type == "Account":
            return YES
        return self.allowed_by(_IDENTITY)

    def boundary(self) -> Answer:
        """Whether the permissions boundary, if there is one, lets it through."""
        unlimited = self.policies.boundary is None or self.who.type == "Account"
        return YES if unlimited else self.allowed_by(_BOUNDARY)

    def session(self) -> Answer:
        """Whether the session policies let it through; a federated user's session has nothing without any.

        Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        """
        if self.who.type in ("Account", "User"):
            return YES
        if self.policies.session:
            return self.allowed_by(_SESSION)
        return certain(self.who.type != "FederatedUser" or self.policies.identity is ASSUMED)

    def resource(self) -> Answer:
        """Whether the resource's policy allows, however it names the principal."""
        return YES if self.policies.resource is ASSUMED else self.granted()

    def lacking(self) -> Iterator[Reason]:
        """Which kinds of policies would have to allow and do not."""
        if permission(self)[0][0]:
            return
        needs_resource = not self.who.has_identity or not self.same_account
        if self.who.has_identity:
            for layer, answer in (
                (Layer.IDENTITY, self.identity()),
                (Layer.BOUNDARY, self.boundary()),
                (Layer.SESSION, self.session()),
            ):
                if not answer[0]:
                    yield silent(layer)
        if not self.resource()[0] and (needs_resource or self.resource_policy_must_allow):
            yield silent(Layer.RESOURCE)


def permission(asked: Asked) -> tuple[Answer, tuple[str, ...]]:
    """Whether identity and resource policies give what is asked; and which of them were assumed to.

    AWS's organization policies, and explicit denials, are not considered here.
    """
    policies, who = asked.policies, asked.who
    assumed = (ASSUMED_RESOURCE,) if policies.resource is ASSUMED else ()
    if not who.has_identity:
        return asked.resource(), assumed
    by_identity = (ASSUMED_IDENTITY,) if policies.identity is ASSUMED and who.type != "Account" else ()
    through_identity = both((asked.identity(), asked.boundary(), asked.session()))
    if not asked.same_account:
        return both((through_identity, asked.resource())), (*by_identity, *assumed)
    if not isinstance(policies.resource, NamedPolicy):
        needed = assumed if asked.resource_policy_must_allow else ()
        return through_identity, (*by_identity, *needed)
    direct = _direct(asked)
    if asked.resource_policy_must_allow:
        through_identity = both((asked.granted(Grant.ACCOUNT), through_identity))
    return either((direct, through_identity)), () if direct is YES else by_identity


def _direct(asked: Asked) -> Answer:
    """Whether the resource's policy gives it to the principal without any help of identity policies, in one account."""
    if not asked.allows[_RESOURCE]:
        return NO
    limited = both((asked.granted(*_LIMITED), asked.boundary(), asked.session()))
    return either((asked.granted(*_UNLIMITED), limited))
