"""Defaults of an account and region that no CloudFormation type holds: nothing public, IMDSv2, a password policy, contacts.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html,
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html,
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html,
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html,
https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html,
https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-contact-alternate.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import Template

from guardrails.library.account_settings import Call, Setting, add_settings

CODE: Final = (Path(__file__).parent / "functions" / "account_settings.py").read_text(encoding="utf-8")
BY_POLICY: Final = {"ManagedBy": "declarative-policy"}
"""How EC2 says that an organization policy rules a setting, which the account then cannot change.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html
"""
S3_BLOCK: Final = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
PUBLIC_DOCUMENTS: Final = "/ssm/documents/console/public-sharing-permission"
REMOVING_A_VPC: Final = (
    *("ec2:DetachInternetGateway", "ec2:DeleteInternetGateway", "ec2:DeleteSubnet", "ec2:DescribeInternetGateways"),
    *("ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcPeeringConnections"),
    "ec2:DescribeVpnGateways",
)


@dataclass(frozen=True)
class Parameters:
    """What is set; "", 0 and nothing at all mean: left as it is.

    `password_policy` is as UpdateAccountPasswordPolicy takes it; `contacts` maps BILLING, OPERATIONS or SECURITY to who it is,
    as PutAlternateContact takes it.
    """

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    home_region: str
    s3_block_public_access: bool = True
    snapshot_block_public_access: Literal["", "block-new-sharing", "block-all-sharing"] = "block-all-sharing"
    image_block_public_access: bool = True
    imdsv2_hop_limit: Annotated[int, Field(ge=0, le=64)] = 1
    serial_console_off: bool = True
    documents_not_public: bool = True
    default_vpc_removed: bool = False
    password_policy: Mapping[str, int | bool] = field(default_factory=dict)
    contacts: Mapping[Literal["BILLING", "OPERATIONS", "SECURITY"], Mapping[str, str]] = field(default_factory=dict)


def template(p: Parameters) -> Template:
    """The function, and what it puts."""
    t = Template("Security defaults of an account and region")
    t.set_version()
    settings = [*of_the_account(p), *of_instances(p), *of_the_region(p)]
    more = REMOVING_A_VPC if p.default_vpc_removed else ()
    where = {"prefix": p.prefix, "purpose": "account-defaults", "home_region": p.home_region}
    add_settings(t, settings, **where, code=CODE, actions=more)
    return t


def of_the_account(p: Parameters) -> Iterator[Setting]:
    """What holds for the whole account, and is put from one region."""
    if p.s3_block_public_access:
        account = {"AccountId": "${AWS::AccountId}"}
        yield Setting(
            name="S3 block public access",
            put=Call("s3control", "put_public_access_block", {**account, "PublicAccessBlockConfiguration": S3_BLOCK}),
            probe=Call("s3control", "get_public_access_block", account),
            expected={"PublicAccessBlockConfiguration": S3_BLOCK},
            absent=("NoSuchPublicAccessBlockConfiguration",),
            home_region_only=True,
        )
    if p.password_policy:
        unlimited = {} if "MaxPasswordAge" in p.password_policy else {"ExpirePasswords": False}
        yield Setting(
            name="IAM password policy",
            put=Call("iam", "update_account_password_policy", p.password_policy),
            probe=Call("iam", "get_account_password_policy"),
            expected={"PasswordPolicy": {**p.password_policy, **unlimited}},
            absent=("NoSuchEntity",),
            home_region_only=True,
        )
    for kind, contact in sorted(p.contacts.items()):
        of_kind: dict[str, Any] = {"AlternateContactType": kind}
        yield Setting(
            name=f"Alternate contact {kind}",
            put=Call("account", "put_alternate_contact", {**of_kind, **contact}),
            probe=Call("account", "get_alternate_contact", of_kind),
            expected={"AlternateContact": dict(contact)},
            absent=("ResourceNotFoundException",),
            home_region_only=True,
        )


def of_instances(p: Parameters) -> Iterator[Setting]:
    """What each region has for its instances and their images, unless an organization policy rules it."""
    if p.snapshot_block_public_access:
        state = {"State": p.snapshot_block_public_access}
        yield Setting(
            name="EBS snapshot block public access",
            put=Call("ec2", "enable_snapshot_block_public_access", state),
            probe=Call("ec2", "get_snapshot_block_public_access_state"),
            expected=state,
            not_ours=BY_POLICY,
        )
    if p.image_block_public_access:
        blocked = {"ImageBlockPublicAccessState": "block-new-sharing"}
        yield Setting(
            name="AMI block public access",
            put=Call("ec2", "enable_image_block_public_access", blocked),
            probe=Call("ec2", "get_image_block_public_access_state"),
            expected=blocked,
            not_ours=BY_POLICY,
        )
    if p.imdsv2_hop_limit:
        defaults = {"HttpTokens": "required", "HttpPutResponseHopLimit": p.imdsv2_hop_limit}
        yield Setting(
            name="Instance metadata defaults",
            put=Call("ec2", "modify_instance_metadata_defaults", defaults),
            probe=Call("ec2", "get_instance_metadata_defaults"),
            expected={"AccountLevel": defaults},
            not_ours={"AccountLevel": BY_POLICY},
        )
    if p.serial_console_off:
        yield Setting(
            name="EC2 serial console",
            put=Call("ec2", "disable_serial_console_access"),
            probe=Call("ec2", "get_serial_console_access_status"),
            expected={"SerialConsoleAccessEnabled": False},
            not_ours=BY_POLICY,
        )


def of_the_region(p: Parameters) -> Iterator[Setting]:
    """What else each region has."""
    if p.documents_not_public:
        named = {"SettingId": PUBLIC_DOCUMENTS}
        yield Setting(
            name="SSM documents public sharing",
            put=Call("ssm", "update_service_setting", {**named, "SettingValue": "Disable"}),
            probe=Call("ssm", "get_service_setting", named),
            expected={"ServiceSetting": {"SettingValue": "Disable"}},
        )
    if p.default_vpc_removed:
        yield Setting(
            name="Default VPC",
            put=Call("ec2", "remove_default_vpc"),
            probe=Call("ec2", "describe_vpcs", {"Filters": [{"Name": "is-default", "Values": ["true"]}]}),
            expected={"Vpcs": []},
        )
