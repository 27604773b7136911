"""A default encryption key in every account and governed region, by a stack set that covers tomorrow's accounts too."""

from collections.abc import Iterator

from pydantic import Field

from guardrails.config.vocabulary import Settings, TargetsSettings
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_selected_accounts
from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import trusted_roles


class KmsDefaults(Settings):
    """Where the keys are, how often they rotate, how long a deletion can be taken back."""

    rotation_period_days: int = Field(
        default=365, ge=90, le=2560, description="The key material is renewed this often."
    )
    deletion_window_days: int = Field(
        default=30, ge=7, le=30, description="A deletion can be taken back for so many days."
    )
    targets: TargetsSettings = Field(default_factory=Targets, description="Where it holds; everywhere when left out.")


def resources(organization: Organization, library: Library, settings: KmsDefaults) -> Iterator[Resource | Caveat]:
    """One key and its alias in every selected account and region."""
    template = library.template(
        "kms_defaults",
        prefix=organization.prefix,
        administrator_roles=tuple(trusted_roles(organization)),
        rotation_period_days=settings.rotation_period_days,
        deletion_window_days=settings.deletion_window_days,
    )
    deployment = Deployment(
        name=f"{organization.prefix}-kms-defaults",
        template=template,
        description="Default encryption key of each account and region",
    )
    yield from in_selected_accounts(organization, settings.targets, deployment)


CONTROL = Control(
    id="kms-defaults",
    title="Every account and governed region has a customer managed key that rotates",
    behavior="preventive",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html",
    settings=KmsDefaults,
    resources=resources,
    description=(
        "Puts one customer managed key with an alias into every account and governed region, by a stack set that also covers "
        "tomorrow's accounts. Its policy keeps administration and use apart, and lets nobody but the trusted roles destroy it."
    ),
    makes=("AWS::KMS::Key and AWS::KMS::Alias in every account and governed region",),
    costs=("KMS bills each key monthly, each rotated version of it (the first two) too, and its use by request",),
    stays="The keys stay, as data may be encrypted with them; their aliases and stacks go.",
    frameworks={
        "CIS AWS Foundations 5.0": ("3.6",),
        "NIST SP 800-53 Rev. 5": ("SC-12", "SC-13", "SC-28"),
        "PCI DSS 4.0.1": ("3.6.1", "3.7.4"),
        "ISO/IEC 27001:2022": ("A.8.24",),
        "AWS Well-Architected": ("SEC08-BP01", "SEC08-BP02"),
    },
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",),
)
