"""Security defaults of every account and governed region, by a stack set that covers tomorrow's accounts too."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from guardrails.config.vocabulary import Settings, Shaped, TargetsSettings, place, wrong
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_selected_accounts
from guardrails.engine.resource import Caveat, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.targets import regions_in

EmailAddress = Annotated[str, Shaped(r"[\w+=,.\-]{1,64}@[\w.\-]+\.\w+", "an e-mail address"), Field(max_length=254)]
PhoneNumber = Annotated[str, Shaped(r"[\s0-9()+\-]{1,25}", "a telephone number of digits, spaces and ( ) + -")]


class InstanceMetadata(Settings):
    """How new instances that say nothing else are asked for their credentials: with a session token only (IMDSv2)."""

    enabled: bool = Field(default=True, description="Whether it is set at all.")
    hop_limit: int = Field(
        default=1, ge=1, le=64, description="How far the answer travels; containers that ask for it need 2."
    )


class PasswordPolicy(Settings):
    """What IAM asks of the passwords of users, where there are any."""

    enabled: bool = Field(default=True, description="Whether it is set at all.")
    minimum_length: int = Field(default=14, ge=6, le=128, description="So many characters at least.")
    reuse_prevention: int = Field(default=24, ge=1, le=24, description="So many former passwords may not come back.")
    maximum_age_days: int | None = Field(
        default=None, ge=1, le=1095, description="A password expires after so many days; never when left out."
    )
    hard_expiry: bool = Field(default=False, description="Whether only an administrator replaces an expired password.")
    require_lowercase: bool = Field(default=True, description="Whether a lower-case letter is required.")
    require_uppercase: bool = Field(default=True, description="Whether an upper-case letter is required.")
    require_numbers: bool = Field(default=True, description="Whether a digit is required.")
    require_symbols: bool = Field(default=True, description="Whether a symbol is required.")
    users_may_change: bool = Field(default=True, description="Whether users change their own passwords.")

    def parameters(self) -> Mapping[str, int | bool]:
        """The policy as UpdateAccountPasswordPolicy takes it."""
        age = {"MaxPasswordAge": self.maximum_age_days} if self.maximum_age_days else {}
        return {
            "MinimumPasswordLength": self.minimum_length,
            "PasswordReusePrevention": self.reuse_prevention,
            "HardExpiry": self.hard_expiry,
            "RequireLowercaseCharacters": self.require_lowercase,
            "RequireUppercaseCharacters": self.require_uppercase,
            "RequireNumbers": self.require_numbers,
            "RequireSymbols": self.require_symbols,
            "AllowUsersToChangePassword": self.users_may_change,
            **age,
        }


class Contact(Settings):
    """Whom AWS turns to: a team rather than a person."""

    name: str = Field(min_length=1, max_length=64, description="Who it is.")
    title: str = Field(min_length=1, max_length=50, description="What they do.")
    email: EmailAddress = Field(description="An address that several people read.")
    phone: PhoneNumber = Field(description="A telephone number.")

    def parameters(self) -> Mapping[str, str]:
        """The contact as PutAlternateContact takes it."""
        return {"Name": self.name, "Title": self.title, "EmailAddress": self.email, "PhoneNumber": self.phone}


class AlternateContacts(Settings):
    """Whom AWS turns to besides the root user; a contact that is left out is not touched."""

    billing: Contact | None = Field(default=None, description="For invoices.")
    operations: Contact | None = Field(default=None, description="For outages and what else concerns operations.")
    security: Contact | None = Field(default=None, description="For vulnerabilities and abuse.")

    def parameters(self) -> Mapping[str, Mapping[str, str]]:
        """The declared contacts by AWS's name of their type."""
        declared = {"BILLING": self.billing, "OPERATIONS": self.operations, "SECURITY": self.security}
        return {kind: contact.parameters() for kind, contact in declared.items() if contact}


class AccountDefaults(Settings):
    """What is set; what is switched off here is left as it is."""

    s3_block_public_access: bool = Field(default=True, description="No bucket of the account is public.")
    snapshot_block_public_access: Literal["block-all-sharing", "block-new-sharing", "unmanaged"] = Field(
        default="block-all-sharing",
        description="Whether snapshots that are public become private too, or only new ones cannot be made public.",
    )
    image_block_public_access: bool = Field(default=True, description="No image can be made public.")
    instance_metadata: InstanceMetadata = Field(
        default=InstanceMetadata(), description="New instances take IMDSv2 only."
    )
    serial_console_off: bool = Field(default=True, description="Nobody reaches instances by their serial console.")
    documents_not_public: bool = Field(default=True, description="No Systems Manager document can be made public.")
    remove_default_vpc: bool = Field(
        default=False,
        description="Whether the default VPC goes, where nothing else is in it; else it stays, and drift --deep says so.",
    )
    password_policy: PasswordPolicy = Field(default=PasswordPolicy(), description="IAM's password policy.")
    alternate_contacts: AlternateContacts = Field(
        default=AlternateContacts(), description="Whom AWS turns to besides the root user."
    )
    targets: TargetsSettings = Field(default_factory=Targets, description="Where it holds; everywhere when left out.")

    def parameters(self) -> dict[str, Any]:
        """The parameters of the template that follow from the settings."""
        snapshots, metadata, passwords = self.snapshot_block_public_access, self.instance_metadata, self.password_policy
        return {
            "s3_block_public_access": self.s3_block_public_access,
            "snapshot_block_public_access": "" if snapshots == "unmanaged" else snapshots,
            "image_block_public_access": self.image_block_public_access,
            "imdsv2_hop_limit": metadata.hop_limit if metadata.enabled else 0,
            "serial_console_off": self.serial_console_off,
            "documents_not_public": self.documents_not_public,
            "default_vpc_removed": self.remove_default_vpc,
            "password_policy": passwords.parameters() if passwords.enabled else {},
            "contacts": self.alternate_contacts.parameters(),
        }

    @property
    def of_the_account(self) -> bool:
        """Whether anything is set that holds for a whole account, and so is put in the home region only."""
        contacts = self.alternate_contacts.parameters()
        return self.s3_block_public_access or self.password_policy.enabled or bool(contacts)

    @model_validator(mode="after")
    def _sets_something(self) -> Self:
        if not any(self.parameters().values()):
            raise wrong("nothing is set", "switch account-defaults off instead")
        return self


def resources(organization: Organization, library: Library, settings: AccountDefaults) -> Iterator[Resource | Caveat]:
    """One function in every selected account and region."""
    home = organization.home_region
    if settings.of_the_account and home not in regions_in(organization, settings.targets):
        message = f"S3's block, the password policy and contacts hold for whole accounts, and are put in {home}, which is left out"
        suggestion = f"add {home}, or switch these off here"
        raise ConfigError([Problem(*place(settings.targets), message, suggestion)])
    template = library.template(
        "account_defaults", prefix=organization.prefix, home_region=home, **settings.parameters()
    )
    deployment = Deployment(
        name=f"{organization.prefix}-account-defaults",
        template=template,
        description="Security defaults of each account and region",
        capabilities=("CAPABILITY_IAM",),
    )
    yield from in_selected_accounts(organization, settings.targets, deployment)


CONTROL = Control(
    id="account-defaults",
    title="Every account and governed region has security defaults: nothing public, IMDSv2, a password policy, contacts",
    behavior="preventive",
    source="https://docs.aws.amazon.com/prescriptive-guidance/latest/aws-startup-security-baseline/welcome.html",
    settings=AccountDefaults,
    resources=resources,
    description=(
        "Sets in every account and governed region what CloudFormation has no type for, by a small function in a stack set that also "
        "covers tomorrow's accounts: S3's account-level public access block, block public access for EBS snapshots and AMIs, IMDSv2 as "
        "the default of new instances, no serial console, no public Systems Manager documents, IAM's password policy, and, where they "
        "are declared, the alternate contacts, and the removal of the default VPC. A default VPC in which there is anything but what "
        "AWS put there stays, and `drift --deep` names it. What already is as declared is not written. Where an EC2 policy of the "
        "organization rules a setting (snapshots, AMIs, instance metadata, serial console) that policy wins: no account can change it, "
        "and it is neither put nor judged here. An S3 policy of the organization wins as well: one that blocks everything is what is found "
        "in the account; one that blocks nothing contradicts this control, which then has to leave S3 alone. `drift --deep` asks each "
        "account and region for every setting, and `apply --deep` mends just those that differ."
    ),
    makes=(
        "AWS::Lambda::Function with its AWS::IAM::Role and AWS::Logs::LogGroup in every account and governed region",
        "The settings themselves, which are no resources of CloudFormation: those of a whole account are put in the home region",
    ),
    costs=(
        "Lambda bills the seconds that the function runs when its stack is deployed or mended",
        "CloudWatch Logs bills a few lines for each run",
    ),
    stays="Every setting stays as it is, contacts too, and a default VPC that was removed is not made again; function, role and log go.",
    frameworks={
        "CIS AWS Foundations 5.0": ("1.2", "1.7", "1.8", "2.1.4", "5.7"),
        "NIST SP 800-53 Rev. 5": ("AC-3", "AC-6", "CM-2", "CM-6", "IA-5(1)", "SC-7"),
        "PCI DSS 4.0.1": ("1.4.4", "2.2.6", "8.3.6", "8.3.7"),
        "ISO/IEC 27001:2022": ("A.5.17", "A.8.3", "A.8.9"),
        "AWS Well-Architected": ("SEC03-BP07", "SEC10-BP01"),
    },
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        "https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/deleting-default-vpc.html",
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html",
    ),
)
