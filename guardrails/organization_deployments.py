"""What AWS Config deploys to every account of the organization: seen with its failures, deployed and withdrawn, followed to the end.

Organization rules and organization conformance packs go the same way under other names. A deployment runs on after the call that
started it, ends in each account for itself, and is known only to the account that made it, region by region.

Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardrails.engine.port import Reader, Writer
from guardrails.errors import AwsError

TIMEOUT: Final = 2 * 3600.0
NOT_ADMINISTRATOR: Final = "OrganizationAccessDeniedException"
PASSES_SOON: Final = (NOT_ADMINISTRATOR, "InsufficientPermissionsException", "ResourceInUseException")
"""Delegations and roles that were only just made, and accounts that came meanwhile, take a moment."""
NO_RECORDER: Final = "NoAvailableConfigurationRecorder"
ATTEMPTS: Final = 60
PAUSE: Final = 30.0
"""Half an hour: so long StackSets may take until a dozen accounts that came in the same run record in every region."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the API speaks of one kind: its words in operations and members, and what the status is called as a whole and by account."""

    operation: str
    member: str
    details: str
    status: str
    account_status: str


RULE: Final = Kind(
    operation="organization_config_rule",
    member="OrganizationConfigRule",
    details="OrganizationConfigRuleDetailedStatus",
    status="OrganizationRuleStatus",
    account_status="MemberAccountRuleStatus",
)
PACK: Final = Kind(
    operation="organization_conformance_pack",
    member="OrganizationConformancePack",
    details="OrganizationConformancePackDetailedStatuses",
    status="Status",
    account_status="Status",
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as it is: what AWS tells of it, its tags, and each account where it failed, as "account: reason"."""

    name: str
    arn: str
    content: Mapping[str, Any]
    tags: Mapping[str, str]
    failures: tuple[str, ...] = ()


def deployments(
    aws: Reader, kind: Kind, account_name: Callable[[str], str], only: str | None = None
) -> Iterator[Deployment]:
    """Everything of a kind that the account has deployed in the region, or what bears one name; what is on its way out is gone.

    One call for all, one for their statuses, one more for the tags of each and for where it failed. An account that administers AWS
    Config for nobody has deployed nothing. `account_name` says what we call the account with an id.
    """
    found = _listed(aws, kind, only)
    statuses = {each[f"{kind.member}Name"]: each[kind.status] for each in _statuses(aws, kind, only)} if found else {}
    for each in found:
        name, arn = each[f"{kind.member}Name"], each[f"{kind.member}Arn"]
        status = statuses.get(name, "DELETE_IN_PROGRESS")
        if status == "DELETE_IN_PROGRESS":
            continue
        tags = {
            tag["Key"]: tag["Value"] for tag in aws.items("config", "list_tags_for_resource", "Tags", ResourceArn=arn)
        }
        failures = _failures(aws, kind, name, account_name) if status.endswith("_FAILED") else ()
        yield Deployment(name, arn, each, tags, failures)


def deploy(aws: Writer, kind: Kind, name: str, account_name: Callable[[str], str], **request: Any) -> str:
    """Deploy something new, or a new version of it, and follow it to its end in every account; gives its ARN.

    An account that came only just now gets its recorder by auto-deployment, which nobody waits for: so it is put over and over.

    Raises: AwsError, with every account where it failed and why.
    """
    _settled(aws, kind, name)
    operation = f"put_{kind.operation}"
    attempts = iter(range(ATTEMPTS - 1, -1, -1))

    def deployed() -> str | None:
        left = next(attempts)
        made = aws.write("config", operation, retry_on=PASSES_SOON, **{f"{kind.member}Name": name}, **request)
        if left and _waits_for_recorders(aws, kind, name):
            return None
        _require_success(aws, kind, name, operation, account_name)
        return str(made[f"{kind.member}Arn"])

    return aws.wait_for(deployed, what=f"config:{operation} {name}", every=PAUSE, timeout=ATTEMPTS * TIMEOUT)


def withdraw(aws: Writer, kind: Kind, name: str, account_name: Callable[[str], str]) -> None:
    """Take a deployment out of every account, unless it is gone already, and see that it is.

    Raises: AwsError, with every account that it is still in and why.
    """
    if _settled(aws, kind, name) is not None:
        operation = f"delete_{kind.operation}"
        aws.write("config", operation, retry_on=PASSES_SOON, **{f"{kind.member}Name": name})
        _require_success(aws, kind, name, operation, account_name)


def _waits_for_recorders(aws: Writer, kind: Kind, name: str) -> bool:
    """Whether a deployment came to its end, and failed only where no recorder is yet."""
    if not (_settled(aws, kind, name) or "").endswith("_FAILED"):
        return False
    return all(NO_RECORDER in failure for failure in _failures(aws, kind, name, str))


def _require_success(aws: Writer, kind: Kind, name: str, operation: str, account_name: Callable[[str], str]) -> None:
    status = _settled(aws, kind, name)
    if status and status.endswith("_FAILED"):
        failures = _failures(aws, kind, name, account_name)
        message = f"{name} failed in {len(failures)} accounts: {'; '.join(failures)}"
        raise AwsError(f"config:{operation}", status, message, account=aws.account, region=aws.region)


def _settled(aws: Writer, kind: Kind, name: str) -> str | None:
    """The status of a deployment once nothing is under way any more, None when there is no such deployment."""

    def look() -> str | None:
        (found,) = _statuses(aws, kind, name) or [{}]
        status = str(found.get(kind.status, "ABSENT"))
        return None if status.endswith("_IN_PROGRESS") else status

    status = aws.wait_for(look, what=f"config:{kind.operation} {name}", every=10, timeout=TIMEOUT)
    return None if status == "ABSENT" else status


def _listed(aws: Reader, kind: Kind, only: str | None) -> list[Mapping[str, Any]]:
    try:
        return _asked(aws, kind, f"describe_{kind.operation}s", f"{kind.member}s", only)
    except AwsError as error:
        if error.code != NOT_ADMINISTRATOR:
            raise
        return []


def _statuses(aws: Reader, kind: Kind, only: str | None) -> list[Mapping[str, Any]]:
    return _asked(aws, kind, f"describe_{kind.operation}_statuses", f"{kind.member}Statuses", only)


def _asked(aws: Reader, kind: Kind, operation: str, key: str, only: str | None) -> list[Mapping[str, Any]]:
    """The entries of an answer: all of them, or those of one name, none when there is no such deployment."""
    try:
        return list(aws.items("config", operation, key, **({f"{kind.member}Names": [only]} if only else {})))
    except AwsError as error:
        if error.code != f"NoSuch{kind.member}Exception":
            raise
        return []


def _failures(aws: Reader, kind: Kind, name: str, account_name: Callable[[str], str]) -> tuple[str, ...]:
    operation = f"get_{kind.operation}_detailed_status"
    entries = list(aws.items("config", operation, kind.details, **{f"{kind.member}Name": name}))
    failed = [each for each in entries if each[kind.account_status].endswith("_FAILED")]
    return tuple(sorted(f"{account_name(each['AccountId'])}: {_reason(each)}" for each in failed))


def _reason(entry: Mapping[str, Any]) -> str:
    words = [entry[key] for key in ("ErrorCode", "ErrorMessage") if entry.get(key)]
    return ": ".join(words) or "AWS gives no reason"
