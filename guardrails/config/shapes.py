"""The shape of each file of the configuration, as the person who edits it sees it."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from guardrails.config.regions import OTHER_PARTITIONS, REGIONS
from guardrails.config.vocabulary import (
    AccountName,
    GlobalTargetsSettings,
    GroupName,
    OrganizationalUnitPath,
    PermissionSetName,
    Settings,
    Shaped,
    Tags,
    wrong,
)
from guardrails.problems import did_you_mean

MIN_SESSION_MINUTES: Final = 60
MAX_SESSION_MINUTES: Final = 720
_DURATION = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,3})M)?")


def _region(name: str) -> str:
    if name not in REGIONS:
        raise wrong(f"there is no AWS region {name!r}", did_you_mean(name, sorted(REGIONS)))
    if name in OTHER_PARTITIONS:
        raise wrong(f"{name!r} is in an AWS partition of its own", "only commercial regions can be governed so far")
    return name


def _distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    for index, item in enumerate(items):
        if item in items[:index]:
            raise wrong(f"{item!r} stands here twice")
    return items


def _organizational_unit_name(name: str) -> str:
    if name.startswith("/"):
        known = ("/tags", "/renamed_from")
        raise wrong(f"unknown attribute {name!r} of an organizational unit", did_you_mean(name, known))
    if not re.fullmatch(r"(?!\s)[^/]{1,128}(?<!\s)", name):
        raise wrong(f"{name!r} is not an organizational unit name: 1 to 128 characters, no slash, no spaces around it")
    return name


def _session_duration(text: str) -> str:
    match = _DURATION.fullmatch(text)
    minutes = int(match[1] or 0) * 60 + int(match[2] or 0) if match else 0
    if not MIN_SESSION_MINUTES <= minutes <= MAX_SESSION_MINUTES:
        raise wrong(f"{text!r} is not a session duration", "write PT1H to PT12H")
    return text


def _policy_document(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for key in document:
        if key not in ("Version", "Id", "Statement"):
            raise wrong(f"{key!r} does not belong in a policy", did_you_mean(key, ("Version", "Id", "Statement")))
    if not document.get("Statement"):
        raise wrong("a policy needs a Statement")
    return document


Region = Annotated[
    str, AfterValidator(_region), WithJsonSchema({"type": "string", "enum": sorted(REGIONS - OTHER_PARTITIONS)})
]
Prefix = Annotated[
    str, Shaped(r"[a-z][a-z0-9-]{1,18}[a-z0-9]", "a prefix: 3 to 20 lower-case letters, digits and inner hyphens")
]
RoleName = Annotated[
    str, Shaped(r"[\w+=,.@-]{1,64}", "an IAM role name: up to 64 letters, digits and _+=,.@- (no path)")
]
OrganizationalUnitName = Annotated[str, AfterValidator(_organizational_unit_name)]
DisplayName = Annotated[str, Shaped(r"[ -~]{1,50}", "an account name: 1 to 50 printable ASCII characters")]
Email = Annotated[str, Shaped(r"(?=.{6,64}$)[^\s@]+@[^\s@]+\.[^\s@]+", "an e-mail address of 6 to 64 characters")]
Description = Annotated[
    str, Shaped(r"[\t\n\r -~\u00A1-\u00FF]{0,700}", "a description: up to 700 letters of Western languages")
]
SessionDuration = Annotated[str, AfterValidator(_session_duration)]
ManagedPolicy = Annotated[
    str,
    Shaped(
        r"(arn:aws(-[a-z]{1,5}){0,3}:iam::aws:policy/)?([\w+=,.@-]+/)*[\w+=,.@-]+",
        "the name or ARN of an AWS managed policy",
    ),
]
PermissionSetKey = Annotated[
    str, Shaped(r"[\w+=,.@-]{1,32}", "a permission set name: 1 to 32 letters, digits and _+=,.@-")
]
GroupKey = Annotated[str, Shaped(r"(?!\s).{1,1024}(?<!\s)", "a group name: 1 to 1024 characters")]
PolicyDocument = Annotated[dict[str, Any], AfterValidator(_policy_document)]

PolicyKind = Literal["scp", "rcp", "declarative", "tag", "backup", "ai-opt-out", "s3"]


class OrganizationalUnitShape(Settings):
    """One organizational unit: its child OUs by name, and its own attributes, whose keys start with a slash.

    No OU name contains a slash, so an attribute can never be mistaken for a child.
    """

    model_config = ConfigDict(extra="allow", title="OrganizationalUnit")
    __pydantic_extra__: dict[OrganizationalUnitName, "OrganizationalUnitShape | None"] = Field(init=False)

    tags: Tags = Field({}, alias="/tags", description="Tags of this organizational unit itself.")
    renamed_from: str = Field("", alias="/renamed_from", description="Its former path, so that it is renamed in place.")


class AccountRoles(Settings):
    """Which accounts play the parts that every landing zone has; file names under accounts/, all different."""

    management: AccountName = Field(description="Owns the organization and pays for it.")
    log_archive: AccountName = Field(description="Keeps the logs of all accounts.")
    security: AccountName = Field(description="Administers security services for all accounts.")


class OrganizationFile(Settings):
    """organization.yaml: what the organization is."""

    prefix: Prefix = Field(
        description="Starts every name that must be unique, such as those of buckets and stack sets."
    )
    home_region: Region = Field(description="Where organization-wide things live; one of the governed regions.")
    governed_regions: Annotated[tuple[Region, ...], AfterValidator(_distinct)] = Field(
        min_length=1, description="Where guardrails hold and workloads may run."
    )
    left_regions: Annotated[tuple[Region, ...], AfterValidator(_distinct)] = Field(
        (), description="Regions that were governed once: stacks of ours that still stand there are deleted."
    )
    accounts: AccountRoles = Field(description="Which accounts play the parts that every landing zone has.")
    organizational_units: dict[OrganizationalUnitName, OrganizationalUnitShape | None] = Field(
        description="The tree, as a nested mapping; keys that start with a slash (/tags, /renamed_from) are attributes."
    )
    deployer_roles: tuple[RoleName, ...] = Field(
        min_length=1, description="IAM roles that run Guardrails; no guardrail binds them."
    )
    break_glass_roles: tuple[RoleName, ...] = Field(
        min_length=1, description="IAM roles for emergencies; no guardrail binds them."
    )
    member_role: RoleName = Field(
        "OrganizationAccountAccessRole", description="The role that the deployer assumes in member accounts."
    )
    reserved_policy_slots: dict[PolicyKind, Annotated[int, Field(ge=0, le=9)]] = Field(
        {},
        description="How many of the policies of a kind that AWS takes on one target are left to others, such as Control Tower.",
    )


class AccountFile(Settings):
    """accounts/<name>.yaml: one account; the file's name is what the rest of the configuration calls it."""

    name: DisplayName = Field(description="The name that AWS shows.")
    email: Email = Field(description="The address of the root user: unique in all of AWS, and read by somebody.")
    organizational_unit: OrganizationalUnitPath = Field(description="Where the account sits: Workloads/Prod, or Root.")
    owner: str = Field("", max_length=256, description="Who answers for the account.")
    tags: Tags = Field({}, description="Tags of the account; targets select by them (account_tags).")


class PermissionSetShape(Settings):
    """What people may do once they are in an account."""

    description: Description = Field("", description="Shown to people who choose it.")
    session_duration: SessionDuration = Field("PT1H", description="How long a session lasts, PT1H to PT12H.")
    relay_state: str = Field("", max_length=240, description="The console page to open first.")
    managed_policies: tuple[ManagedPolicy, ...] = Field(
        (), description="AWS managed policies: ReadOnlyAccess, job-function/Billing, or ARNs."
    )
    inline_policy: PolicyDocument = Field({}, description="A policy document of its own, written as YAML.")


class AssignmentShape(Settings):
    """Who may do what where."""

    group: GroupName = Field(description="One of the groups above.")
    permission_set: PermissionSetName = Field(description="One of the permission sets above.")
    targets: GlobalTargetsSettings = Field(description="In which accounts.")


class IdentityFile(Settings):
    """identity.yaml: who may do what where, through IAM Identity Center."""

    groups: dict[GroupKey, str | None] = Field({}, description="Groups of people, each with a description.")
    permission_sets: dict[PermissionSetKey, PermissionSetShape] = Field(
        {}, description="What people may do once they are in an account, by name."
    )
    assignments: tuple[AssignmentShape, ...] = Field((), description="Who may do what where.")
    exclusive: tuple[Literal["assignments", "groups"], ...] = Field(
        (), description="Kinds that are deleted when they exist in AWS but not here; others are only reported."
    )
