"""What policies and templates may know of the declared organization: names that follow from it, ids that AWS will give.

Values are strings and lists of strings; an id that may not be known yet is the text of a `Ref`.
"""

from typing import Any, Literal

from guardrails.engine.resource import Address, Ref
from guardrails.model import Organization
from guardrails.resources import ORGANIZATION, account_address, stack_address

STACK_SETS_EXECUTION_ROLES = "stacksets-exec-*"
LandingPurpose = Literal["config", "elb", "guardduty", "network", "waf"]


def account_id(name: str) -> str:
    """The id of an account, or the text of the reference to it."""
    return str(Ref(account_address(name)))


def trail_name(organization: Organization) -> str:
    """The name of the organization trail."""
    return f"{organization.prefix}-organization-trail"


def trail_arn(organization: Organization) -> str:
    """The ARN of the organization trail, which stands in the management account's home region."""
    owner = account_id(organization.management_account)
    return f"arn:aws:cloudtrail:{organization.home_region}:{owner}:trail/{trail_name(organization)}"


def log_archive_bucket(organization: Organization, region: str = "") -> str:
    """The name of the log archive's bucket: the one in the home region, or its second copy in another."""
    place = f"{account_id(organization.log_archive_account)}-{region or organization.home_region}"
    return f"{organization.prefix}-log-archive-{place}"


def log_archive_stack(organization: Organization) -> Address:
    """The address of the stack that holds the log archive's key and bucket."""
    account = organization.log_archive_account
    place = "" if account == organization.management_account else account
    return stack_address(f"{organization.prefix}-log-archive", place, organization.home_region)


def log_archive_replica_stack(organization: Organization, region: str) -> Address:
    """The address of the stack that holds the log archive's second copy in another region."""
    return stack_address(f"{organization.prefix}-log-archive-replica", log_archive_stack(organization).account, region)


def landing_bucket(organization: Organization, purpose: LandingPurpose, region: str) -> str:
    """The name of the bucket in the log archive account that a service delivers to first, and that replicates into the archive.

    | purpose | where | who writes, always under `AWSLogs/<account id>/` without a prefix of one's own | encrypted with |
    |---|---|---|---|
    | config | home region, for the delivery channels of every account and region | config.amazonaws.com | `landing_key` |
    | guardduty | each region | GuardDuty, for detectors of the security account | `landing_key` |
    | elb | each region | load balancers of the organization in that region | S3's own key |
    | network | each region | VPC flow logs and Resolver query logs of that region | `landing_key` |
    | waf | each region | AWS WAF, in that region | `landing_key` |

    It stands when the stack `landing_stack` does: depend on that address.
    """
    place = f"{account_id(organization.log_archive_account)}-{region}"
    name = f"aws-waf-logs-{organization.prefix}" if purpose == "waf" else f"{organization.prefix}-{purpose}-logs"
    return f"{name}-{place}"


def landing_stack(organization: Organization, region: str) -> Address:
    """The address of the stack that holds a region's landing buckets and their key."""
    return stack_address(f"{organization.prefix}-log-landing", log_archive_stack(organization).account, region)


def landing_key(organization: Organization, region: str) -> str:
    """The ARN of the key that a region's landing buckets are encrypted with: a late value, and so a dependency on their stack."""
    return str(Ref(landing_stack(organization, region), "KeyArn"))


def trusted_roles(organization: Organization) -> list[str]:
    """The roles that no policy of ours may bind: deployer, break-glass, and what StackSets and the deployer act through."""
    roles = [*organization.deployer_roles, *organization.break_glass_roles, organization.member_role]
    return list(dict.fromkeys([*roles, STACK_SETS_EXECUTION_ROLES]))


def trusted_principals(organization: Organization) -> list[str]:
    """ARN patterns of the trusted roles, in any account."""
    return [f"arn:*:iam::*:role/{role}" for role in trusted_roles(organization)]


def config_recorder_name(organization: Organization) -> str:
    """The name of the stack sets and stacks that hold AWS Config's recorders, which what builds on Config waits for."""
    return f"{organization.prefix}-config-recorder"


def policy_facts(organization: Organization) -> dict[str, Any]:
    """What a policy file's expressions may use besides its own parameters."""
    return {
        "prefix": organization.prefix,
        "home_region": organization.home_region,
        "governed_regions": list(organization.governed_regions),
        "organization_id": str(Ref(ORGANIZATION)),
        "management_account_id": account_id(organization.management_account),
        "log_archive_account_id": account_id(organization.log_archive_account),
        "security_account_id": account_id(organization.security_account),
        "log_archive_bucket": log_archive_bucket(organization),
        "trail_name": trail_name(organization),
        "trail_arn": trail_arn(organization),
        "deployer_roles": list(organization.deployer_roles),
        "break_glass_roles": list(organization.break_glass_roles),
        "member_role": organization.member_role,
        "trusted_principals": trusted_principals(organization),
    }
