"""The condition keys that every service knows, with their types: those of AWS (`aws:…`), and those that follow a role's session.

`aws:IsMcpServiceAction` and `aws:PrincipalOrgMasterAccountId` are not on the page: policies that AWS manages ask for them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key as AWS spells it, the types that its values may be read as ("String", "ARN", "Bool"…), and whether it has several.

    A part of the name in `${…}` or `<…>` stands for any text: "aws:ResourceTag/${TagKey}".
    """

    name: str
    types: tuple[str, ...]
    multivalued: bool = False


_BY_TYPE: Final = {
    "String": """
        aws:CalledViaAWSMCP aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc aws:FederatedProvider
        aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalOrgMasterAccountId aws:PrincipalServiceName
        aws:PrincipalTag/${TagKey} aws:PrincipalType
        aws:Referer aws:RequestTag/${TagKey} aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID
        aws:ResourceTag/${TagKey} aws:SourceAccount aws:SourceIdentity aws:SourceOrgID aws:SourceVpc aws:SourceVpce
        aws:UserAgent aws:UserId aws:Username aws:VpceAccount aws:VpceOrgID glue:CredentialIssuingService
        glue:RoleAssumedBy identitystore:UserId
        """,
    "ARN": """
        aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn codebuild:BuildArn
        codebuild:ProjectArn ec2:SourceInstanceArn lambda:SourceFunctionArn ssm:SourceInstanceArn
        """,
    "Bool": """
        aws:IsMcpServiceAction aws:MultiFactorAuthPresent aws:PrincipalIsAWSService aws:SecureTransport
        aws:ViaAWSMCPService aws:ViaAWSService
        """,
    "Bool or String": "aws:AssumedRoot",
    "Numeric": "aws:MultiFactorAuthAge ec2:RoleDelivery",
    "Date": "aws:CurrentTime aws:TokenIssueTime",
    "Date or Numeric": "aws:EpochTime",
    "IPAddress": "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
    "ArrayOfString": """
        aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths aws:SourceOrgPaths
        aws:TagKeys aws:VpceOrgPaths
        """,
}
_LIST: Final = "ArrayOf"


def key_of_type(name: str, text: str) -> ConditionKey:
    """The condition key of a type as AWS writes it: "String", or "ArrayOfString" where a key has several values."""
    return ConditionKey(name, tuple(text.removeprefix(_LIST).split(" or ")), text.startswith(_LIST))


def global_condition_keys() -> Iterator[ConditionKey]:
    """Every key that is in the context of requests to any service, if at all."""
    for text, names in _BY_TYPE.items():
        for name in names.split():
            yield key_of_type(name, text)
