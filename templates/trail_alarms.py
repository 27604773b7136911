"""What an organization trail delivers to CloudWatch Logs, and on it the metric filters and alarms of CIS, section Monitoring.

The role lets CloudTrail write the streams of this trail only: those of the management account, and those of the organization.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html,
https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field
from troposphere import GetAtt, Output, Parameter, Ref, Sub, Template, cloudwatch, iam, kms, logs, sns

ROOT: Final = Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")


@dataclass(frozen=True)
class Watched:
    """What one alarm watches: calls by name (of one service where `source` says so), or another pattern."""

    requirement: str
    what: str
    names: tuple[str, ...] = ()
    source: str = ""
    pattern: str = ""

    @property
    def filter_pattern(self) -> str:
        """The metric filter's pattern."""
        if self.pattern:
            return self.pattern
        names = " || ".join(f"($.eventName = {name})" for name in self.names)
        return f"{{($.eventSource = {self.source}.amazonaws.com) && ({names})}}" if self.source else f"{{{names}}}"


WATCHED: Final = (
    Watched(
        "4.1",
        "UnauthorizedCalls",
        pattern='{($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")}',
    ),
    Watched(
        "4.2",
        "SignInWithoutMfa",
        pattern=(
            '{($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
            '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success")}'
        ),
    ),
    Watched(
        "4.3",
        "RootUser",
        pattern=(
            '{$.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"}'
        ),
    ),
    Watched(
        "4.4",
        "IamPolicyChanges",
        (
            *("DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy"),
            *("PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion"),
            *("AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy"),
            *("AttachGroupPolicy", "DetachGroupPolicy"),
        ),
        "iam",
    ),
    Watched("4.5", "TrailChanges", ("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")),
    Watched(
        "4.6",
        "FailedSignIns",
        pattern='{($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication")}',
    ),
    Watched("4.7", "KeyDestruction", ("DisableKey", "ScheduleKeyDeletion"), "kms"),
    Watched(
        "4.8",
        "BucketPolicyChanges",
        (
            *("PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication"),
            *("DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"),
        ),
        "s3",
    ),
    Watched(
        "4.9",
        "ConfigChanges",
        (
            *("StopConfigurationRecorder", "DeleteDeliveryChannel"),
            *("PutDeliveryChannel", "PutConfigurationRecorder"),
        ),
        "config",
    ),
    Watched(
        "4.10",
        "SecurityGroupChanges",
        (
            *("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
            *("RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"),
        ),
    ),
    Watched(
        "4.11",
        "NetworkAclChanges",
        (
            *("CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry"),
            *("ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"),
        ),
    ),
    Watched(
        "4.12",
        "GatewayChanges",
        (
            *("CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway"),
            *("CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"),
        ),
    ),
    Watched(
        "4.13",
        "RouteTableChanges",
        (
            *("CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation"),
            *("DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
        ),
        "ec2",
    ),
    Watched(
        "4.14",
        "VpcChanges",
        (
            *("CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection"),
            *("CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection"),
            *("AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink"),
        ),
    ),
    Watched(
        "4.15",
        "OrganizationChanges",
        (
            *("AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy"),
            *("DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy"),
            *("DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization"),
            *("MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit"),
        ),
        "organizations",
    ),
)
"""Requirement by requirement what CIS AWS Foundations wants watched (4.16 is Security Hub itself)."""


@dataclass(frozen=True)
class Parameters:
    """`emails` are told of every alarm, once each has confirmed; `alarms` without which only the logs are kept."""

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    trail_name: str
    retention_days: int = 365
    alarms: bool = True
    emails: tuple[str, ...] = ()


def template(p: Parameters) -> Template:
    """The key, the log group, the role that CloudTrail writes with; the alarms, and the topic that they tell."""
    t = Template("Events of the organization trail in CloudWatch Logs, and alarms on them")
    t.set_version()
    t.add_parameter(Parameter("OrganizationId", Type="String"))
    key = kms.Key(
        "Key",
        Description="Events of the organization trail in CloudWatch Logs, and alarms on them",
        EnableKeyRotation=True,
        KeyPolicy={"Version": "2012-10-17", "Statement": key_statements(p)},
        DeletionPolicy="RetainExceptOnCreate",
        UpdateReplacePolicy="Retain",
    )
    group = logs.LogGroup(
        "Events",
        KmsKeyId=GetAtt(key, "Arn"),
        RetentionInDays=p.retention_days,
        DeletionPolicy="Delete",  # the log archive has every event too, and keeps it
        UpdateReplacePolicy="Delete",
    )
    role = delivery_role(p)
    t.add_resource([key, group, role])
    t.add_output([Output("LogGroupArn", Value=GetAtt(group, "Arn")), Output("RoleArn", Value=GetAtt(role, "Arn"))])
    if p.alarms:
        topic = add_topic(t, p, key)
        for watched in WATCHED:
            add_alarm(t, p, watched, topic)
    return t


def key_statements(p: Parameters) -> list[dict[str, Any]]:
    """The account through IAM; CloudWatch Logs for log groups of the account, alarms of the account for the topic."""
    group = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*")
    use = {"Effect": "Allow", "Resource": "*"}
    statements: list[dict[str, Any]] = [
        {"Sid": "AccountThroughIam", **use, "Principal": {"AWS": ROOT}, "Action": "kms:*"},
        {
            "Sid": "LogsOfThisAccount",
            **use,
            "Principal": {"Service": Sub("logs.${AWS::Region}.amazonaws.com")},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
        },
    ]
    alarms = {
        "Sid": "AlarmsOfThisAccount",
        **use,
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Condition": of_alarms(),
    }
    return [*statements, alarms] if p.alarms else statements


def of_alarms() -> dict[str, Any]:
    """The condition under which CloudWatch acts for alarms of this account and region."""
    alarms = Sub("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*")
    return {"ArnLike": {"aws:SourceArn": alarms}, "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}


def delivery_role(p: Parameters) -> iam.Role:
    """The role that CloudTrail writes with, for this trail."""
    trail = Sub(f"arn:${{AWS::Partition}}:cloudtrail:${{AWS::Region}}:${{AWS::AccountId}}:trail/{p.trail_name}")
    own = {"StringEquals": {"aws:SourceArn": trail, "aws:SourceAccount": Ref("AWS::AccountId")}}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": own,
    }
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Events}:log-stream:"
    streams = [
        Sub(group + "${AWS::AccountId}_CloudTrail_${AWS::Region}*"),
        Sub(group + "${OrganizationId}_*"),
    ]
    write = {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams}
    return iam.Role(
        "Delivery",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[
            iam.Policy(PolicyName="Delivery", PolicyDocument={"Version": "2012-10-17", "Statement": [write]}),
        ],
    )


def add_topic(t: Template, p: Parameters, key: kms.Key) -> sns.Topic:
    """The topic that alarms of this account tell, with whom to tell in turn."""
    topic = sns.Topic("Alarms", KmsMasterKeyId=GetAtt(key, "Arn"))
    publish = {
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": Ref(topic),
        "Condition": of_alarms(),
    }
    policy = {"Version": "2012-10-17", "Statement": [publish]}
    t.add_resource([topic, sns.TopicPolicy("AlarmsPolicy", Topics=[Ref(topic)], PolicyDocument=policy)])
    for number, email in enumerate(p.emails, 1):
        t.add_resource(
            sns.SubscriptionResource(f"Email{number}", TopicArn=Ref(topic), Protocol="email", Endpoint=email)
        )
    return topic


def add_alarm(t: Template, p: Parameters, watched: Watched, topic: sns.Topic) -> None:
    """The metric filter of one requirement, and its alarm: on the first event in five minutes."""
    metric = {"MetricName": watched.what, "MetricNamespace": f"{p.prefix}/trail"}
    counted = logs.MetricTransformation(**metric, MetricValue="1")
    t.add_resource(
        [
            logs.MetricFilter(
                f"{watched.what}Filter",
                LogGroupName=Ref("Events"),
                FilterPattern=watched.filter_pattern,
                MetricTransformations=[counted],
            ),
            cloudwatch.Alarm(
                f"{watched.what}Alarm",
                AlarmDescription=f"CIS AWS Foundations {watched.requirement}: {watched.what}",
                MetricName=metric["MetricName"],
                Namespace=metric["MetricNamespace"],
                Statistic="Sum",
                Period=300,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanOrEqualToThreshold",
                TreatMissingData="notBreaching",
                AlarmActions=[Ref(topic)],
            ),
        ]
    )
