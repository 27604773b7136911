"""The ids of Security Hub's controls, so that a mistyped one is found before anything is asked of AWS.

AWS adds controls every month: a number beyond those that a service had is let through, and AWS has the last word.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html
"""

from collections.abc import Iterator
from typing import Final

from guardrails.problems import did_you_mean

_FSBP: Final = """
    Account:1 ACM:1-2 APIGateway:1-5,8-11 AppSync:2,5 Athena:4 AutoScaling:1-3,6,9 Autoscaling:5 Backup:1
    BedrockAgentCore:1-2,5-6 CloudFormation:3-4 CloudFront:1,3-10,12-13,15-17 CloudTrail:1-2,4-5 CodeBuild:1-4,7
    Cognito:1-6 Config:1 Connect:2 DataFirehose:1 DataSync:1 DMS:1,6-13 DocumentDB:1-6 DynamoDB:1-3,6-7
    EC2:1-4,6-10,15-21,23-25,51,55-58,60,170-173,180-183 ECR:1-3 ECS:2-5,8-10,12,16,18-21 EFS:1-4,6-8 EKS:1-3,8-9
    ElastiCache:1-7 ElasticBeanstalk:1-3 ELB:1-10,12-14,17-18,21-22 EMR:1-4 ES:1-8 EventBridge:3 FSx:1-5 Glue:3-4
    GuardDuty:1,5-13 IAM:1-8,21 Inspector:1-4 Kinesis:1,3 KMS:1-3,5 Lambda:1-2,5 Macie:1-2 MSK:1,3-6 MQ:2 Neptune:1-8
    NetworkFirewall:2-6,9-10 Opensearch:1-8,10 PCA:1 RDS:1-17,19-25,27,34-48,50-51 Redshift:1-4,6-8,10,15,18
    RedshiftServerless:1-3,5-6 Route53:2 S3:1-3,5-6,8-9,12-13,19,24-25 SageMaker:1-5,8-17,19 SecretsManager:1-4
    ServiceCatalog:1 SES:3 SNS:4 SQS:1,3 SSM:1-4,6-7 StepFunctions:1 Transfer:2-3 WAF:1-4,6-8,10,12 WorkSpaces:1-2
"""
_RESOURCE_TAGGING: Final = """
    ACM:3 Amplify:1-2 AppConfig:1-4 AppFlow:1 AppRunner:1-2 AppSync:4 Athena:2-3 AutoScaling:10 Backup:2-5 Batch:1-4
    CloudFormation:2 CloudFront:14 CloudTrail:9 CodeArtifact:1 CodeGuruProfiler:1 CodeGuruReviewer:1 Connect:1 DataSync:2
    Detective:1 DMS:2-5 DynamoDB:5 EC2:33-50,52,174-179 ECR:4 ECS:13-15 EFS:5 EKS:6-7 ES:9 EventBridge:2
    FraudDetector:1-4 Glue:1 GlobalAccelerator:1 GuardDuty:2-4 IAM:23-25 IoT:1-6 IoTEvents:1-3 IoTSiteWise:1-5
    IoTTwinMaker:1-4 IoTWireless:1-3 IVS:1-3 Keyspaces:1 Kinesis:2 Lambda:6 MQ:4 NetworkFirewall:7-8 Opensearch:9 PCA:2
    RDS:28-33 Redshift:11-14,17 Route53:1 SageMaker:6-7 SecretsManager:5 SES:1-2 SNS:3 SQS:2 SSM:5 StepFunctions:2
    Transfer:1,4-7
"""
_CIS_5_0: Final = """
    Account:1 CloudTrail:1-2,4,7 Config:1 EC2:2,6-8,21,53-54 EFS:1,8 IAM:2-6,9,15-16,18,22,26-28 KMS:4 RDS:2-3,5,13,15
    S3:1,5,8,20,22-23
"""
_OTHERS: Final = """
    Account:2 BedrockAgentCore:3-4 CloudTrail:3,6,10 CloudWatch:1-17 DynamoDB:4 EC2:12-14,22,28 ECR:5 ECS:17 ELB:16
    EventBridge:4 IAM:10-14,17,19 Lambda:3,7 MSK:2 MQ:5-6 Neptune:9 NetworkFirewall:1 Opensearch:11 RDS:26 Redshift:16
    RedshiftServerless:4 S3:7,10-11,14-15,17 SageMaker:18 SNS:1 WAF:11
"""


def _identifiers(written: str) -> Iterator[str]:
    for service, _, numbers in (entry.partition(":") for entry in written.split()):
        for span in numbers.split(","):
            first, _, last = span.partition("-")
            yield from (f"{service}.{number}" for number in range(int(first), int(last or first) + 1))


FSBP: Final = frozenset(_identifiers(_FSBP))
"""The controls of AWS Foundational Security Best Practices."""
RESOURCE_TAGGING: Final = frozenset(_identifiers(_RESOURCE_TAGGING))
"""The controls of the AWS Resource Tagging Standard."""
CIS_5_0: Final = frozenset(_identifiers(_CIS_5_0))
"""The controls of the CIS AWS Foundations Benchmark v5.0.0."""
SECURITY_CONTROLS: Final = FSBP | RESOURCE_TAGGING | CIS_5_0 | frozenset(_identifiers(_OTHERS))
"""Every control that AWS has."""


def why_unknown(identifier: str) -> str | None:
    """What is wrong with the id of a control, as a question or a hint; None when nothing is."""
    service, _, number = identifier.rpartition(".")
    siblings = [int(each.rpartition(".")[2]) for each in SECURITY_CONTROLS if each.startswith(f"{service}.")]
    if identifier in SECURITY_CONTROLS or (siblings and number.isdecimal() and int(number) > max(siblings)):
        return None
    return did_you_mean(identifier, sorted(SECURITY_CONTROLS)) or "ids look like IAM.6"
