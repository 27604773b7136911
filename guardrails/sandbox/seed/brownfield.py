"""`brownfield`: an organization that people have lived in for years before anybody thought of Guardrails.

    Root                    SCPs of an earlier team (three, besides FullAWSAccess), a tag policy
    ├── Core                Acme Audit (administers GuardDuty), Acme Log Archive, Acme Network
    ├── Workloads           tagged by hand; two more SCPs
    │   ├── Prod            Acme Shop Prod
    │   │   └── Payments    Acme Payments Prod (with a stack of its own)
    │   └── NonProd         Acme Shop Dev, Acme Payments Dev, Acme Data
    ├── Playground          Acme Sandbox Anna, Acme Sandbox Ben
    ├── Suspended           Acme Old Proof of Concept, closed
    └── (in the root)       Acme ERP, once invited

What a landing zone meets here: an account with one of our e-mail addresses in another OU (the log archive); OUs and
policies with our names, or nearly, that carry no tag of ours; a trail of the organization with its own bucket in the
audit account; GuardDuty administered by another account than ours, in two regions; permission sets and assignments made
by hand, one with the name of ours; a role and a stack in a member; trusted access that nobody remembers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import HOME_REGION, MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.seed.clients import Clients

UNITS: Final = (
    "Core",
    "Workloads",
    "Workloads/Prod",
    "Workloads/Prod/Payments",
    "Workloads/NonProd",
    "Playground",
    "Suspended",
)
ACCOUNTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "audit": ("Acme Audit", "Core"),
        "log-archive": ("Acme Log Archive", "Core"),
        "network": ("Acme Network", "Core"),
        "shop-prod": ("Acme Shop Prod", "Workloads/Prod"),
        "payments-prod": ("Acme Payments Prod", "Workloads/Prod/Payments"),
        "shop-dev": ("Acme Shop Dev", "Workloads/NonProd"),
        "payments-dev": ("Acme Payments Dev", "Workloads/NonProd"),
        "data": ("Acme Data", "Workloads/NonProd"),
        "anna": ("Acme Sandbox Anna", "Playground"),
        "ben": ("Acme Sandbox Ben", "Playground"),
        "old-poc": ("Acme Old Proof of Concept", "Suspended"),
        "erp": ("Acme ERP", ""),
    }
)
"""Account by the part after `aws+` in its e-mail address -> name and OU; "" is the root."""
TRUSTED: Final = ("cloudtrail.amazonaws.com", "config.amazonaws.com", "ram.amazonaws.com", "sso.amazonaws.com")
POLICIES: Final[Sequence[tuple[str, str, str]]] = (
    ("DenyLeaveOrg", "Root", "organizations:LeaveOrganization"),
    ("ProtectBaseline", "Root", "config:DeleteConfigurationRecorder"),
    ("deny-root-user-old", "Root", "account:CloseAccount"),
    ("deny-root-user", "Playground", "iam:CreateAccessKey"),
    ("NoMarketplace", "Workloads", "aws-marketplace:Subscribe"),
    ("RestrictIam", "Workloads", "iam:CreateUser"),
    ("FreezePayments", "Workloads/Prod/Payments", "ec2:TerminateInstances"),
    ("Unused", "", "s3:DeleteBucket"),
)
"""Service control policy -> where it hangs ("" nowhere), and the one action that it denies."""
PERMISSION_SETS: Final[Mapping[str, str]] = MappingProxyType(
    {"AdministratorAccess": "AdministratorAccess", "ReadOnly": "ReadOnlyAccess", "Billing": "job-function/Billing"}
)
"""Permission set -> the AWS managed policy in it."""
GUARDDUTY_REGIONS: Final = (HOME_REGION, "us-east-1")
TRAIL: Final = "acme-org-trail"
TRAIL_BUCKET: Final = "acme-cloudtrail-logs"
STACK: Final = {
    "Resources": {
        "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "payments-alarms"}},
        "AlarmsName": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/payments/alarms", "Type": "String", "Value": {"Ref": "Alarms"}},
        },
    }
}


@dataclass(frozen=True)
class Made:
    """The ids of what has been made: OUs by path ("Root" and "" are the root), accounts by the part in their e-mail address."""

    units: Mapping[str, str]
    accounts: Mapping[str, str]


def lay(clients: Clients) -> None:
    """Live in the bare organization for some years."""
    units = _units(clients)
    made = Made(units, dict(_accounts(clients, units)))
    for principal in TRUSTED:
        clients.of("organizations").enable_aws_service_access(ServicePrincipal=principal)
    _trail(clients, made)
    _guardduty(clients, made)
    _identity_center(clients, made)
    _members(clients, made)
    _policies(clients, made)


def _units(clients: Clients) -> dict[str, str]:
    organizations = clients.of("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = {"": root, "Root": root}
    for path in UNITS:
        above, _, name = path.rpartition("/")
        unit = organizations.create_organizational_unit(ParentId=made[above], Name=name)["OrganizationalUnit"]
        made[path] = unit["Id"]
    organizations.tag_resource(ResourceId=made["Workloads"], Tags=[{"Key": "owner", "Value": "somebody@acme.example"}])
    return made


def _accounts(clients: Clients, units: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    organizations = clients.of("organizations")
    for key, (name, unit) in ACCOUNTS.items():
        asked = organizations.create_account(AccountName=name, Email=f"aws+{key}@acme.example")["CreateAccountStatus"]
        looks = [organizations.describe_create_account_status(CreateAccountRequestId=asked["Id"]) for _ in range(2)]
        account = looks[-1]["CreateAccountStatus"]["AccountId"]
        if unit:
            organizations.move_account(AccountId=account, SourceParentId=units[""], DestinationParentId=units[unit])
        if key == "old-poc":
            organizations.close_account(AccountId=account)
            organizations.describe_account(AccountId=account)
        if key == "erp":
            organization.account(account).joined_method = "INVITED"
        yield key, account


def _trail(clients: Clients, made: Made) -> None:
    """An organization trail into a bucket of the audit account, which others than the trail may read."""
    arn = f"arn:aws:cloudtrail:{HOME_REGION}:{MANAGEMENT_ACCOUNT_ID}:trail/{TRAIL}"
    bucket, service = f"arn:aws:s3:::{TRAIL_BUCKET}", {"Service": "cloudtrail.amazonaws.com"}
    found = clients.of("organizations").describe_organization()["Organization"]["Id"]
    objects = [f"{bucket}/AWSLogs/{folder}/*" for folder in (MANAGEMENT_ACCOUNT_ID, found)]
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": bucket},
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "s3:PutObject",
            "Resource": objects,
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": arn}},
        },
    ]
    s3 = clients.of("s3", made.accounts["audit"])
    s3.create_bucket(Bucket=TRAIL_BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME_REGION})
    s3.put_bucket_policy(Bucket=TRAIL_BUCKET, Policy=_document(*statements))
    cloudtrail = clients.of("cloudtrail")
    cloudtrail.create_trail(Name=TRAIL, S3BucketName=TRAIL_BUCKET, IsMultiRegionTrail=True, IsOrganizationTrail=True)
    cloudtrail.start_logging(Name=TRAIL)


def _guardduty(clients: Clients, made: Made) -> None:
    """GuardDuty, administered by the audit account: everybody in the home region, in another region only itself."""
    for region in GUARDDUTY_REGIONS:
        clients.of("guardduty", region=region).enable_organization_admin_account(AdminAccountId=made.accounts["audit"])
    administrator = clients.of("guardduty", made.accounts["audit"])
    detector = administrator.list_detectors()["DetectorIds"][0]
    administrator.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NEW")


def _identity_center(clients: Clients, made: Made) -> None:
    """Groups, permission sets and assignments made in the console; one group and one permission set have names of ours."""
    sso, store = clients.of("sso-admin"), clients.of("identitystore")
    instance = sso.list_instances()["Instances"][0]
    groups = {
        name: store.create_group(IdentityStoreId=instance["IdentityStoreId"], DisplayName=name)["GroupId"]
        for name in ("admins", "developers", "finance")
    }
    sets = {}
    for name, managed in PERMISSION_SETS.items():
        created = sso.create_permission_set(InstanceArn=instance["InstanceArn"], Name=name)["PermissionSet"]
        sets[name] = created["PermissionSetArn"]
        attachment = {"InstanceArn": instance["InstanceArn"], "PermissionSetArn": sets[name]}
        sso.attach_managed_policy_to_permission_set(**attachment, ManagedPolicyArn=f"arn:aws:iam::aws:policy/{managed}")
    wanted = [("admins", "AdministratorAccess", key) for key in ("audit", "network", "shop-prod", "payments-prod")]
    wanted += [
        ("developers", "ReadOnly", "shop-prod"),
        ("developers", "AdministratorAccess", "shop-dev"),
        ("finance", "Billing", "erp"),
    ]
    for group, permission_set, key in wanted:
        sso.create_account_assignment(
            InstanceArn=instance["InstanceArn"],
            TargetId=made.accounts[key],
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=sets[permission_set],
            PrincipalType="GROUP",
            PrincipalId=groups[group],
        )


def _members(clients: Clients, made: Made) -> None:
    """What a team made for itself: a stack, a bucket, a role for a build server, with no tag on any of them."""
    account = made.accounts["payments-prod"]
    cloudformation = clients.of("cloudformation", account)
    cloudformation.create_stack(StackName="payments-alarms", TemplateBody=json.dumps(STACK))
    cloudformation.describe_stacks()
    place = {"LocationConstraint": HOME_REGION}
    clients.of("s3", account).create_bucket(Bucket="acme-payments-exports", CreateBucketConfiguration=place)
    trust = {"Effect": "Allow", "Principal": {"AWS": made.accounts["network"]}, "Action": "sts:AssumeRole"}
    iam = clients.of("iam", made.accounts["shop-prod"])
    iam.create_role(RoleName="jenkins-deploy", AssumeRolePolicyDocument=_document(trust))
    iam.attach_role_policy(RoleName="jenkins-deploy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def _policies(clients: Clients, made: Made) -> None:
    """Service control policies of an earlier team, and a tag policy that nobody enforces."""
    organizations = clients.of("organizations")
    for policy_type in ("SERVICE_CONTROL_POLICY", "TAG_POLICY"):
        organizations.enable_policy_type(RootId=made.units[""], PolicyType=policy_type)
    organizations.list_roots()
    for name, where, action in POLICIES:
        content = _document({"Effect": "Deny", "Action": action, "Resource": "*"})
        _policy(clients, made, name, "SERVICE_CONTROL_POLICY", content, where)
    tags = {"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}}}}
    _policy(clients, made, "cost-center", "TAG_POLICY", json.dumps(tags), "Root")


def _policy(clients: Clients, made: Made, name: str, policy_type: str, content: str, where: str) -> None:
    organizations = clients.of("organizations")
    written = organizations.create_policy(Name=name, Description="", Type=policy_type, Content=content)["Policy"]
    if where:
        organizations.attach_policy(PolicyId=written["PolicySummary"]["Id"], TargetId=made.units[where])


def _document(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
