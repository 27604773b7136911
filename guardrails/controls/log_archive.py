"""The log archive: one locked, encrypted bucket in its own account; the trail writes there, everything else lands first and is replicated.

Locked in governance mode by default: the bucket's policy forbids everyone to bypass it, yet a mistake in the retention can be mended.
Compliance mode cannot be undone by anyone, the root user and AWS included, before the retention has passed: choose it knowingly.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from guardrails.config.regions import OPT_IN_REGIONS
from guardrails.config.vocabulary import GovernedRegion, Settings, place, wrong
from guardrails.controls import Control
from guardrails.deployment import Deployment, in_one_account, in_selected_accounts
from guardrails.engine.resource import Caveat, Ref, Resource
from guardrails.errors import ConfigError, Problem
from guardrails.library import Library
from guardrails.model import Organization, Targets
from guardrails.organization_facts import (
    account_id,
    landing_stack,
    log_archive_bucket,
    log_archive_replica_stack,
    log_archive_stack,
)
from guardrails.resources import ORGANIZATION
from guardrails.resources.stack import Stack

NAMED: Final = ("CAPABILITY_NAMED_IAM",)
EVERYWHERE: Final = ("elb", "guardduty", "network", "waf")


class Landing(Settings):
    """Which logs have a bucket to land in, and how long they stay there."""

    config: bool = Field(default=True, description="AWS Config's snapshots and history: one bucket in the home region.")
    elb: bool = Field(
        default=True, description="Access logs of load balancers: a bucket in each region, as they must have."
    )
    guardduty: bool = Field(default=True, description="Exported findings of GuardDuty: a bucket in each region.")
    network: bool = Field(
        default=True, description="VPC flow logs and Route 53 Resolver query logs: a bucket in each region."
    )
    waf: bool = Field(default=True, description="Logs of AWS WAF: a bucket in each region.")
    s3_access: bool = Field(
        default=True, description="S3 server access logs: a bucket in each account and region, as they must have."
    )
    expiration_days: int = Field(
        default=30, ge=1, le=365, description="After so many days a log is deleted where it landed."
    )


class LogArchive(Settings):
    """How long logs are locked, when they move to colder storage, when they expire, where they land, where a second copy is."""

    mode: Literal["governance", "compliance"] = Field(
        default="governance", description="Object Lock mode; compliance cannot be undone by anyone."
    )
    retention_days: int = Field(
        default=365, ge=1, le=36500, description="For so many days no log can be deleted or overwritten."
    )
    glacier_days: int = Field(
        default=90, ge=1, le=36500, description="After so many days logs move to S3 Glacier Instant Retrieval."
    )
    deep_archive_days: int = Field(
        default=365, ge=1, le=36500, description="After so many days logs move to S3 Glacier Deep Archive."
    )
    expiration_days: int = Field(default=2555, ge=1, le=36500, description="After so many days logs are deleted.")
    landing: Landing = Field(
        default=Landing(),
        description="Buckets for logs that cannot be written into a locked bucket, replicated into it.",
    )
    replica_region: GovernedRegion | None = Field(
        default=None, description="A second governed region, with a locked bucket and a key of its own for every log."
    )
    replication_time_control: bool = Field(
        default=False,
        description="S3 commits itself to replicate within 15 minutes, and measures it; billed by volume.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.glacier_days < self.deep_archive_days < self.expiration_days:
            raise wrong("glacier_days, deep_archive_days and expiration_days must grow in this order")
        if self.expiration_days < self.retention_days:
            raise wrong("expiration_days must not be less than retention_days", "a locked log does not expire")
        return self


def resources(organization: Organization, library: Library, settings: LogArchive) -> Iterator[Resource | Caveat]:
    """The archive, before it its second copy, after it where logs land: by region in its own account, by stack set in every account.

    Raises: ConfigError, the second copy would be in the region of the first.
    """
    if settings.replica_region == organization.home_region:
        message = "replica_region must be another region than the home region, where the archive is"
        raise ConfigError([Problem(*place(settings), message, "leave it out, or name another governed region")])
    where = log_archive_stack(organization)
    if settings.mode == "compliance":
        locked = f"nobody, not even AWS, can delete a log for {settings.retention_days} days"
        yield Caveat(f"{where.name}: compliance mode cannot be undone: {locked}")
    yield from _archives(organization, library, settings)
    yield from _landings(organization, library, settings)


def _archives(organization: Organization, library: Library, settings: LogArchive) -> Iterator[Stack]:
    """The second copy, if there is one, and the archive, which replicates into it."""
    own, where, id_of = organization.log_archive_account, log_archive_stack(organization), _organization_id()
    archive = _archive(organization, settings)
    if settings.replica_region:
        replica = log_archive_replica_stack(organization, settings.replica_region)
        template = library.template("log_archive", **archive, replicas_only=True)
        yield in_one_account(organization, own, replica.region, _deployment(replica.name, template, id_of))
    management = {"ManagementAccountId": account_id(organization.management_account)}
    template = library.template("log_archive", **archive, **_copies(settings))
    parameters = {**management, **id_of, **_second(organization, settings)}
    yield in_one_account(organization, own, where.region, _deployment(where.name, template, parameters))


def _landings(organization: Organization, library: Library, settings: LogArchive) -> Iterator[Resource | Caveat]:
    """Where logs land: by region in the log archive account, and in every account and region."""
    key = str(Ref(log_archive_stack(organization), "KeyArn"))
    into = {"ArchiveBucket": log_archive_bucket(organization), "ArchiveKeyArn": key, **_second(organization, settings)}
    common = {
        "prefix": organization.prefix,
        "home_region": organization.home_region,
        "expiration_days": settings.landing.expiration_days,
        **_copies(settings),
    }
    for region in organization.governed_regions:
        if purposes := _purposes(organization, settings, region):
            opt_in = region in OPT_IN_REGIONS
            template = library.template("landing_buckets", **common, purposes=purposes, opt_in=opt_in)
            security = {"SecurityAccountId": account_id(organization.security_account)}
            parameters = {**_organization_id(), **into, **(security if "guardduty" in purposes else {})}
            deployment = _deployment(landing_stack(organization, region).name, template, parameters)
            yield in_one_account(organization, organization.log_archive_account, region, deployment)
    if settings.landing.s3_access:
        template = library.template("access_log_bucket", **common)
        deployment = _deployment(f"{organization.prefix}-access-logs", template, into)
        yield from in_selected_accounts(organization, Targets(), deployment)


def _organization_id() -> Mapping[str, str]:
    return {"OrganizationId": str(Ref(ORGANIZATION))}


def _copies(settings: LogArchive) -> Mapping[str, Any]:
    """What the templates are told of the second copy."""
    return {name: settings.model_dump()[name] for name in ("replica_region", "replication_time_control")}


def _archive(organization: Organization, settings: LogArchive) -> dict[str, Any]:
    """What the archive and its second copy have in common."""
    days = ("retention_days", "glacier_days", "deep_archive_days", "expiration_days")
    return {
        "prefix": organization.prefix,
        "home_region": organization.home_region,
        "mode": settings.mode.upper(),
        **{name: settings.model_dump()[name] for name in days},
        "landing": any(_purposes(organization, settings, region) for region in organization.governed_regions),
        "access_logs": settings.landing.s3_access,
    }


def _second(organization: Organization, settings: LogArchive) -> Mapping[str, str]:
    """The parameters that name the second copy."""
    if not settings.replica_region:
        return {}
    stack = log_archive_replica_stack(organization, settings.replica_region)
    bucket = log_archive_bucket(organization, settings.replica_region)
    return {"ReplicaBucket": bucket, "ReplicaKeyArn": str(Ref(stack, "KeyArn"))}


def _purposes(organization: Organization, settings: LogArchive, region: str) -> tuple[str, ...]:
    """What lands in a region of the log archive account."""
    home = ("config",) if region == organization.home_region else ()
    return tuple(purpose for purpose in (*home, *EVERYWHERE) if settings.landing.model_dump()[purpose])


def _deployment(name: str, template: Mapping[str, Any], parameters: Mapping[str, str]) -> Deployment:
    roles = any(each["Type"] == "AWS::IAM::Role" for each in template["Resources"].values())
    return Deployment(
        name=name,
        template=template,
        description="Where S3 server access logs land, and are replicated into the log archive from",
        parameters=parameters,
        capabilities=NAMED if roles else (),
    )


CONTROL = Control(
    id="log-archive",
    title="Logs are kept in one locked, encrypted bucket that only the organization trail and replication write to",
    behavior="preventive",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    settings=LogArchive,
    resources=resources,
    description=(
        "Keeps every log in one bucket of the log archive account, locked with S3 Object Lock for a retention in days, encrypted "
        "with a key of its own, growing colder and expiring. The organization trail writes there itself. What AWS cannot deliver "
        "into a locked bucket lands first in a bucket without a lock and is replicated: AWS Config, load balancers, GuardDuty's "
        "findings, VPC flow logs and Resolver query logs, AWS WAF, and the server access logs of S3 in every account and region "
        "(give source buckets the target prefix `access-logs/<account id>/`). Each service may write for this organization only; "
        "nobody may delete. With `replica_region` every log is kept a second time, locked, in another region."
    ),
    makes=(
        (
            "A stack in the log archive account's home region: AWS::KMS::Key with its alias, AWS::S3::Bucket with Object Lock, "
            "AWS::S3::BucketPolicy; with `replica_region` the same there, and an AWS::IAM::Role that S3 replicates with"
        ),
        (
            "A stack in each governed region of the log archive account: one AWS::S3::Bucket and policy for each kind of log that "
            "lands, AWS::KMS::Key, AWS::IAM::Role"
        ),
        (
            "A stack set (and stacks in the management account): AWS::S3::Bucket with its policy and AWS::IAM::Role in every "
            "account and governed region"
        ),
    ),
    costs=(
        "Storage of every log: while it lands (`expiration_days` of `landing`), in the archive, and once more with `replica_region`",
        "Requests of replication, and transfer between regions for what lands outside the home region",
        "A key in the home region, in each governed region where something but load balancers' logs lands, and in `replica_region`",
        "`replication_time_control` by replicated volume; the transitions to colder storage by object",
    ),
    stays=(
        "All buckets, their policies and their keys stay, with what is in them, for as long as they are locked or longer; services "
        "go on delivering to them. Aliases, replication roles and stacks go: nothing is replicated any more. Before it is switched on "
        "again, import the buckets into stacks of the same names, or delete them once they are empty: a name is there only once. "
        "The same is true of one kind of `landing`, and of a former `replica_region`, which keeps its copy."
    ),
    frameworks={
        "CIS AWS Foundations 5.0": ("3.5",),
        "NIST SP 800-53 Rev. 5": ("AU-4", "AU-9", "AU-9(2)", "AU-9(3)", "AU-11", "SC-13", "SC-28"),
        "PCI DSS 4.0.1": ("10.3.2", "10.3.3", "10.3.4", "10.5.1"),
        "ISO/IEC 27001:2022": ("A.5.33", "A.8.13", "A.8.15", "A.8.24"),
        "AWS Well-Architected": ("SEC04-BP02", "SEC08-BP01", "SEC08-BP04"),
    },
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html",
    ),
)
