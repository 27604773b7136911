"""The services whose resources resource control policies restrict, by the prefix of their actions.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from typing import Final

RESOURCE_CONTROL_SERVICES: Final = frozenset(
    "aoss appconfig appstream autoscaling autoscaling-plans budgets clouddirectory cloudfront cloudsearch cloudtrail-data "
    "codeartifact codebuild codecommit codepipeline cognito-identity cognito-idp comprehend comprehendmedical "
    "compute-optimizer cost-optimization-hub dax dsql dynamodb ecr ecr-public events firehose fis fms gamelift health "
    "inspector-scan kendra kinesisvideo kms logs memorydb networkmonitor notifications opensearch pca-connector-ad "
    "personalize polly pricing resource-groups rolesanywhere s3 secretsmanager servicediscovery signin sqs sts support "
    "swf textract timestream-influxdb transcribe transfer translate wafv2 workspaces xray".split()
)
UNRESTRICTED_ACTIONS: Final = frozenset({"kms:retiregrant"})
"""Actions of these services that no resource control policy restricts, in lower case."""


def is_restricted(action: str) -> bool:
    """Whether resource control policies have a say about an action ("s3:GetObject")."""
    service, _, _ = action.lower().partition(":")
    return service in RESOURCE_CONTROL_SERVICES and action.lower() not in UNRESTRICTED_ACTIONS
