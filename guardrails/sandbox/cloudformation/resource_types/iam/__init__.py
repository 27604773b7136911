"""AWS::IAM::*.

principals           what roles, users and groups have in common: inline policies and attachments
role                 AWS::IAM::Role
user                 AWS::IAM::User
group                AWS::IAM::Group
managed_policy       AWS::IAM::ManagedPolicy
policy               AWS::IAM::Policy
instance_profile     AWS::IAM::InstanceProfile
oidc_provider        AWS::IAM::OIDCProvider
"""

from typing import Final

from guardrails.sandbox.cloudformation.resource_types import ResourceType
from guardrails.sandbox.cloudformation.resource_types.iam.group import IamGroup
from guardrails.sandbox.cloudformation.resource_types.iam.instance_profile import IamInstanceProfile
from guardrails.sandbox.cloudformation.resource_types.iam.managed_policy import IamManagedPolicy
from guardrails.sandbox.cloudformation.resource_types.iam.oidc_provider import IamOidcProvider
from guardrails.sandbox.cloudformation.resource_types.iam.policy import IamPolicy
from guardrails.sandbox.cloudformation.resource_types.iam.role import IamRole
from guardrails.sandbox.cloudformation.resource_types.iam.user import IamUser

TYPES: Final[tuple[ResourceType, ...]] = (
    IamRole(),
    IamUser(),
    IamGroup(),
    IamManagedPolicy(),
    IamPolicy(),
    IamInstanceProfile(),
    IamOidcProvider(),
)
