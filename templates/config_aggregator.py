"""The role by which AWS Config's aggregator learns which accounts the organization has.

Sources: https://docs.aws.amazon.com/config/latest/developerguide/set-up-aggregator-cli.html,
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSConfigRoleForOrganizations.html
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from troposphere import GetAtt, Output, Ref, Sub, Template, iam


@dataclass(frozen=True)
class Parameters:
    """`prefix` begins the role's name."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]


def template(p: Parameters) -> Template:
    """The role: AWS Config assumes it for this account, and reads the organization."""
    t = Template("The role of AWS Config's aggregator of the organization")
    t.set_version()
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
    }
    role = iam.Role(
        "Role",
        RoleName=f"{p.prefix}-config-aggregator",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        ManagedPolicyArns=[Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSConfigRoleForOrganizations")],
    )
    t.add_resource(role)
    t.add_output(Output("RoleArn", Value=GetAtt(role, "Arn")))
    return t
