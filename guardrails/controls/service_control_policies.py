"""Service control policies from `policies/scp/`, attached where their targets say."""

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.declared_policies import DeclaredPolicy, compiled, needs
from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization

KIND: Final = "SERVICE_CONTROL_POLICY"


class ServiceControlPolicies(Settings):
    """The service control policies of the organization."""

    policies: tuple[DeclaredPolicy, ...] = Field(
        (),
        description="Each policy of policies/scp with its targets. What exceeds the nine that AWS takes on one target is packed.",
    )


def resources(
    organization: Organization, library: Library, settings: ServiceControlPolicies
) -> Iterator[Resource | Caveat]:
    """The policy type enabled, and one policy for each declared one.

    Raises: ConfigError.
    """
    if not settings.policies:
        yield from needs(KIND)
    yield from compiled(organization, library, [("scp", declared) for declared in settings.policies])


CONTROL = Control(
    id="service-control-policies",
    title="Service control policies bound what anyone in a member account can do",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",
    settings=ServiceControlPolicies,
    resources=resources,
    description="""\
Attaches policies of `policies/scp` to the root, to organizational units and to accounts. Each of them lets the trusted roles alone
(deployer, break-glass, the member role, StackSets' own), and what is excluded under `targets` is let alone by a condition, so that
tomorrow's accounts are covered. No policy binds the management account, AWS services or service-linked roles.

`exceptions` let somebody else alone until a day: a principal, an account, or a principal of an account, with a reason and an owner.
They become conditions of the policy's denials. During the last thirty days `validate` and `plan` say so; from then on every command
ends with 3 until the exception is renewed or removed, and what is live stays as it is. `validate --output json` lists them all.
Whoever may make a role of an excepted name has the exception too: name the account, and let nobody else make such roles there.

Where more hang on a target than AWS takes, they are packed into the fewest policies that say the same, named after the target
(`acme-scp-Root-1`); each says in its description which policies it holds. `reserved_policy_slots` in organization.yaml leaves slots to
others, and `plan` shows what is used of them.

`plan` refuses a policy that would lock a trusted role out, and asks for consent where a policy is taken away.""",
    makes=(
        "The policy type `SERVICE_CONTROL_POLICY`, enabled in the root",
        "One `AWS::Organizations::Policy` for each declared policy, attached to its targets; where a target takes fewer, one for several",
    ),
    costs=("Free of charge.",),
    stays="The policy type stays enabled, with `FullAWSAccess` attached everywhere; our policies are detached and deleted.",
    frameworks={
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-6", "AU-9", "CM-5"),
        "ISO/IEC 27001:2022": ("A.5.15", "A.8.2", "A.8.3"),
        "AWS Well-Architected": ("SEC01-BP01", "SEC03-BP05"),
    },
    sources=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    ),
)
