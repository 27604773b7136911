"""The AWS resource types: one file each, its shape, how it is observed, put and deleted. The folder is the registry.

A file `guardrails/resources/<name>.py` holds one frozen dataclass (the shape, a `Resource`) and one class that observes and puts
it (a `ResourceType` or an `ObjectType`), and exports one constant, `TYPE`, an instance of the latter. Nothing else registers it.
Resource types do not import each other: where one refers to another it uses the addresses below.

What a `Ref` may ask for:

| address | attributes |
|---|---|
| `ORGANIZATION` | id ("o-…"), arn, management_account_id |
| `ROOT_ADDRESS` | id ("r-…"), arn, path ("o-…/r-…/") |
| `organizational_unit_address(path)` | id ("ou-…"), arn, path ("o-…/r-…/ou-…/") |
| `account_address(name)` | id (12 digits), arn; created, when this run made it |
| `stack_address(…)` | id (the stack's ARN) and every stack output by its name |
| `opt_in_region_address(region)` | id, lacking: the accounts without it, by name, a slash between them |
| others | id, and arn where AWS has one |
"""

from typing import Final

from guardrails.engine.resource import Address, Directory
from guardrails.model import ROOT

ORGANIZATION: Final = Address("AWS::Organizations::Organization", "Organization")
ROOT_ADDRESS: Final = Address("AWS::Organizations::Root", ROOT)
ORGANIZATIONAL_UNIT_TYPE: Final = "AWS::Organizations::OrganizationalUnit"
ACCOUNT_TYPE: Final = "AWS::Organizations::Account"
STACK_TYPE: Final = "AWS::CloudFormation::Stack"
CONFIGURATION_POLICY_TYPE: Final = "AWS::SecurityHub::ConfigurationPolicy"
STACK_SETS_PRINCIPAL: Final = "member.org.stacksets.cloudformation.amazonaws.com"


def organizational_unit_address(path: str) -> Address:
    """The address of the OU with this slash path; of the root itself for "Root"."""
    return ROOT_ADDRESS if path == ROOT else Address(ORGANIZATIONAL_UNIT_TYPE, path)


def account_address(name: str) -> Address:
    """The address of the account with this logical name."""
    return Address(ACCOUNT_TYPE, name)


def policy_type_address(policy_type: str) -> Address:
    """The address of the setting "this organization policy type is enabled", e.g. for SERVICE_CONTROL_POLICY."""
    return Address("Guardrails::Organizations::PolicyType", policy_type)


def account_with_id(identity: str, names: Directory) -> Address:
    """The address of the account with an id; a stranger is called by the id itself."""
    return names.address_of(ACCOUNT_TYPE, identity) or Address(ACCOUNT_TYPE, identity)


def trusted_access_address(service_principal: str) -> Address:
    """The address of the trusted access of a service; `STACK_SETS_PRINCIPAL` stands for StackSets' own activation."""
    return Address("Guardrails::Organizations::TrustedAccess", service_principal)


def delegated_administrator_address(service_principal: str) -> Address:
    """The address of the delegated administrator of a service."""
    return Address("Guardrails::Organizations::DelegatedAdministrator", service_principal)


def opt_in_region_address(region: str) -> Address:
    """The address of the setting "this opt-in region is enabled in every declared account"."""
    return Address("Guardrails::Account::OptInRegion", region)


def stack_address(name: str, account: str, region: str) -> Address:
    """The address of a stack in one account and region."""
    return Address(STACK_TYPE, name, account, region)


def stack_set_address(name: str) -> Address:
    """The address of a service-managed stack set, administered from the home region of the management account."""
    return Address("AWS::CloudFormation::StackSet", name)


def permission_set_address(name: str) -> Address:
    """The address of an Identity Center permission set."""
    return Address("AWS::SSO::PermissionSet", name)


def group_address(name: str) -> Address:
    """The address of a group in the identity store."""
    return Address("AWS::IdentityStore::Group", name)


def configuration_policy_address(name: str, account: str, region: str) -> Address:
    """The address of a Security Hub configuration policy, in the administrator's account and home region."""
    return Address(CONFIGURATION_POLICY_TYPE, name, account, region)
