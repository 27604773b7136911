"""Encryption keys in every account and governed region, by a stack set that covers tomorrow's accounts too; EBS always encrypts."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, TargetsSettings, wrong
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_selected_accounts
from guardrails.engine.resource import Caveat, Resource
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import trusted_roles


class KmsDefaults(Settings):
    """Which keys there are, how often they rotate, how long a deletion can be taken back, and where."""

    keys: tuple[Literal["ebs", "rds", "s3", "secrets", "default"], ...] = Field(
        default=("ebs", "rds", "s3", "secrets"),
        min_length=1,
        description="One key for each kind of use, with the alias `<prefix>-<use>`; `default` is for what has none of its own.",
    )
    ebs_encryption_by_default: bool = Field(
        default=True,
        description="Every new EBS volume and snapshot copy is encrypted, with the key `ebs` where no other is named.",
    )
    rotation_period_days: int = Field(
        default=365, ge=90, le=2560, description="The key material is renewed this often."
    )
    deletion_window_days: int = Field(
        default=30, ge=7, le=30, description="A deletion can be taken back for so many days."
    )
    targets: TargetsSettings = Field(default_factory=Targets, description="Where it holds; everywhere when left out.")

    @model_validator(mode="after")
    def _has_the_key(self) -> Self:
        if self.ebs_encryption_by_default and "ebs" not in self.keys:
            raise wrong("ebs_encryption_by_default needs a key", "add ebs to keys, or set it to false")
        return self


def resources(organization: Organization, library: Library, settings: KmsDefaults) -> Iterator[Resource | Caveat]:
    """The keys with their aliases in every selected account and region, and there EBS encrypts by default."""
    template = library.template(
        "kms_defaults",
        prefix=organization.prefix,
        administrator_roles=tuple(trusted_roles(organization)),
        keys=settings.keys,
        ebs_encryption_by_default=settings.ebs_encryption_by_default,
        rotation_period_days=settings.rotation_period_days,
        deletion_window_days=settings.deletion_window_days,
    )
    deployment = Deployment(
        name=f"{organization.prefix}-kms-defaults",
        template=template,
        description="Encryption keys of each account and region",
        capabilities=("CAPABILITY_IAM",) if settings.ebs_encryption_by_default else (),
    )
    yield from in_selected_accounts(organization, settings.targets, deployment)


CONTROL = Control(
    id="kms-defaults",
    title="Every account and governed region has customer managed keys that rotate, and encrypts EBS volumes by default",
    behavior="preventive",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html",
    settings=KmsDefaults,
    resources=resources,
    description=(
        "Puts customer managed keys with aliases into every account and governed region, by a stack set that also covers "
        "tomorrow's accounts: one each for EBS, RDS, S3 and secrets, so that access to one kind of data brings none to another. "
        "Each policy keeps administration and use apart, lets services use the key for callers of the account alone, and nobody "
        "but the trusted roles destroy it. EBS encrypts by default with its key; as CloudFormation has no type for that, a small "
        "function in each stack sets it, and `drift --deep` asks for it in every account and region."
    ),
    makes=(
        "AWS::KMS::Key and AWS::KMS::Alias for each kind of use in every account and governed region",
        "EBS encryption by default and its default key (EC2 API), in every account and governed region",
        "What puts these two there: AWS::Lambda::Function, AWS::IAM::Role, AWS::Logs::LogGroup",
    ),
    costs=(
        "KMS bills each key monthly, each rotated version of it (the first two) too, and its use by request",
        "There is one key for each entry of `keys`, account and region: `keys: [ebs]` is the least for EBS encryption by default",
        "The function runs for seconds when its stack is deployed or its settings are put again",
    ),
    stays=(
        "The keys stay, as data may be encrypted with them; their aliases and stacks go. EBS encryption by default stays on, with "
        "its key: nobody's new volumes become readable by a change of this configuration."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("3.6", "5.1.1"),
        "NIST SP 800-53 Rev. 5": ("SC-12", "SC-13", "SC-28"),
        "PCI DSS 4.0.1": ("3.6.1", "3.7.4"),
        "ISO/IEC 27001:2022": ("A.8.24",),
        "AWS Well-Architected": ("SEC08-BP01", "SEC08-BP02"),
    },
    sources=(
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        "https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html",
    ),
)
