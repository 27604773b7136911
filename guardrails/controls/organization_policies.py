"""Organization policies of every other type, from `policies/<kind>/`, attached where their targets say."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from guardrails.config.vocabulary import Settings
from guardrails.controls import Control
from guardrails.declared_policies import DeclaredPolicy, compiled
from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization


class DeclaredPolicyOfKind(DeclaredPolicy):
    """One policy of a kind, where it holds, and with which parameters."""

    kind: Literal["rcp", "declarative", "tag", "backup", "ai-opt-out", "s3"] = Field(
        description="The folder below policies/ that the policy stands in, and with it the type of the policy."
    )


class OrganizationPolicies(Settings):
    """The policies of the organization besides its service control policies."""

    policies: tuple[DeclaredPolicyOfKind, ...] = Field(
        (),
        description="Each policy with its kind and targets. Only those of kind rcp may exclude organizational units or accounts.",
    )


def resources(
    organization: Organization, library: Library, settings: OrganizationPolicies
) -> Iterator[Resource | Caveat]:
    """One policy for each declared one, with their types enabled and the services trusted that need it.

    Raises: ConfigError.
    """
    yield from compiled(organization, library, [(declared.kind, declared) for declared in settings.policies])


CONTROL = Control(
    id="organization-policies",
    title="Resource control, declarative, tag, backup, AI opt-out and S3 policies hold in the whole organization",
    behavior="preventive",
    source="https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies.html",
    settings=OrganizationPolicies,
    resources=resources,
    description="""\
Attaches policies of `policies/<kind>` to the root, to organizational units and to accounts: tomorrow's accounts are covered without
a run, and nobody in a member account can undo them.

| kind | policy type | what it does |
|---|---|---|
| `rcp` | `RESOURCE_CONTROL_POLICY` | bounds what anyone, from inside or outside, can do with the organization's resources |
| `declarative` | `DECLARATIVE_POLICY_EC2` | sets EC2's account settings in every region, and keeps them set |
| `tag` | `TAG_POLICY` | says how tags are written, and which values they take |
| `backup` | `BACKUP_POLICY` | puts a backup plan into every account |
| `ai-opt-out` | `AISERVICES_OPT_OUT_POLICY` | keeps AWS's AI services from using content to improve themselves |
| `s3` | `S3_POLICY` | blocks public access to S3 in every account |

Resource control policies exempt no role by name, as anybody can make a role of any name in an account of his own; what they exclude
they exclude by the resource's account. Their `exceptions` name a principal with its account, or the account whose resources are let
alone, until a day; they end as those of service control policies do. The other kinds have no conditions, and so refuse exclusions
and exceptions: name the targets instead, or attach a policy below that says otherwise. What a `declarative` or `s3` policy sets,
an account cannot set; the control `account-defaults` gets along with it, and leaves such a setting to the policy.

Where more `rcp` policies hang on a target than AWS takes, they are packed into the fewest that say the same (`acme-rcp-Root-1`). Policies
of the other kinds cannot be packed, and are only counted.

Backup policies name a vault and a role that must stand in each account.""",
    makes=(
        "The policy type of each kind that is used, enabled in the root",
        "One `AWS::Organizations::Policy` for each declared policy, attached to its targets",
        "Trusted access for `backup.amazonaws.com`, `ec2.amazonaws.com`, `tagpolicies.tag.amazonaws.com`, each where it is needed",
    ),
    costs=("The policies are free of charge; the backups that a backup policy makes are paid for by their storage.",),
    stays="The policy types stay enabled and the services trusted; our policies are detached and deleted, and with a declarative "
    "or S3 policy each account is back at what it had set itself. Recovery points that were made stay until they expire.",
    frameworks={
        "CIS AWS Foundations 5.0": ("2.1.1", "2.1.4", "5.7"),
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-4", "CM-6", "CP-9", "SC-7", "SC-8"),
        "PCI DSS 4.0.1": ("2.2.6", "4.2.1"),
        "ISO/IEC 27001:2022": ("A.5.15", "A.8.3", "A.8.9", "A.8.12", "A.8.13"),
        "AWS Well-Architected": ("SEC03-BP05", "SEC03-BP07", "SEC09-BP02", "REL09-BP03"),
    },
    sources=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ec2_syntax.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    ),
)
