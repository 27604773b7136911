"""AWS Config in one account and region: what is recorded, how often, and where it is delivered to.

The service-linked role must be there before the recorder, in whichever region comes first, and may have been there for years: a
resource of CloudFormation would collide with it, so the settings' function makes it. CloudFormation starts the recorder as it makes
the delivery channel; that it still records is a setting, because a stopped recorder is no drift to CloudFormation.

Sources: https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html,
https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-config-configurationrecorder.html
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from troposphere import AWSHelperFn, Equals, GetAtt, If, Parameter, Ref, Sub, Template, config, iam
from troposphere.cloudformation import CustomResource

from guardrails.library.account_settings import Call, Setting, add_settings, told
from guardrails.organization_rules import GLOBAL_TYPES

CODE: Final = (Path(__file__).parent / "functions" / "account_settings.py").read_text(encoding="utf-8")
Frequency = Literal["CONTINUOUS", "DAILY"]
Types = tuple[Annotated[str, Field(pattern=r"^AWS::[A-Za-z0-9]+::[A-Za-z0-9:]+$")], ...]
OTHER: Final[dict[str, str]] = {"CONTINUOUS": "DAILY", "DAILY": "CONTINUOUS"}
NAME: Final = "default"
"""The name that AWS gives a recorder and a channel when nobody names them."""
ROLE: Final = "AWSServiceRoleForConfig"
LINKED_ROLE: Final = f"role/aws-service-role/config.amazonaws.com/{ROLE}"


@dataclass(frozen=True)
class Parameters:
    """Global types are recorded in one region. `other_frequency_for` are the types recorded at the other frequency.

    Everything is recorded but the `excluded_types`, or nothing but the `included_types`.
    """

    prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,18}[a-z0-9]$")]
    global_types_region: str
    frequency: Frequency = "CONTINUOUS"
    other_frequency_for: Types = ()
    excluded_types: Types = ()
    included_types: Types = ()
    snapshot_frequency: str = "TwentyFour_Hours"

    def __post_init__(self) -> None:
        if self.excluded_types and self.included_types:
            raise ValueError("excluded_types and included_types exclude each other")


def template(p: Parameters) -> Template:
    """The role, the recorder and its channel, and that it records."""
    t = Template("AWS Config: recorder and delivery channel of an account and region")
    t.set_version()
    t.add_parameter(Parameter("LandingBucket", Type="String", MinLength=3, MaxLength=63))
    t.add_condition("RecordsGlobalTypes", Equals(Ref("AWS::Region"), p.global_types_region))
    add_settings(t, [recording()], prefix=p.prefix, purpose="config", home_region=p.global_types_region, code=CODE)
    t.resources["Settings"].DependsOn = ["SettingsLogs", "DeliveryChannel"]
    t.add_resource([*linked_role(), recorder(p), channel(p)])
    return t


def linked_role() -> list[Any]:
    """The service-linked role, and the right of the settings' function to make it and no other."""
    statements = [
        {
            "Effect": "Allow",
            "Action": "iam:GetRole",
            "Resource": [  # before the role is there, its path is not known to IAM either
                Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{each}")
                for each in (LINKED_ROLE, f"role/{ROLE}")
            ],
        },
        {
            "Effect": "Allow",
            "Action": "iam:CreateServiceLinkedRole",
            "Resource": Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{LINKED_ROLE}"),
            "Condition": {"StringEquals": {"iam:AWSServiceName": "config.amazonaws.com"}},
        },
    ]
    policy = iam.PolicyType(
        "LinkedRolePolicy",
        PolicyName="linked-role",
        PolicyDocument={"Version": "2012-10-17", "Statement": statements},
        Roles=[Ref("SettingsRole")],
    )
    setting = Setting(
        name="Service-linked role of AWS Config",
        put=Call("iam", "create_service_linked_role", {"AWSServiceName": "config.amazonaws.com"}),
        probe=Call("iam", "get_role", {"RoleName": ROLE}),
        expected={"Role": {"RoleName": ROLE}},
        absent=("NoSuchEntity",),
    )
    role = CustomResource(
        "LinkedRole",
        ServiceToken=GetAtt("SettingsFunction", "Arn"),
        Revision="0",
        Settings=[told(setting)],
        DependsOn=["SettingsLogs", policy.title],
    )
    return [policy, role]


def recording() -> Setting:
    """That the recorder records."""
    return Setting(
        name="Recorder records",
        put=Call("config", "start_configuration_recorder", {"ConfigurationRecorderName": NAME}),
        probe=Call("config", "describe_configuration_recorder_status", {"ConfigurationRecorderNames": [NAME]}),
        expected={"ConfigurationRecordersStatus": [{"recording": True}]},
    )


def recorder(p: Parameters) -> config.ConfigurationRecorder:
    """What is recorded, and how often."""
    override = {
        "Description": "Recorded at the other frequency",
        "RecordingFrequency": OTHER[p.frequency],
        "ResourceTypes": sorted(p.other_frequency_for),
    }
    overrides = {"RecordingModeOverrides": [config.RecordingModeOverride(**override)]} if p.other_frequency_for else {}
    return config.ConfigurationRecorder(
        "ConfigurationRecorder",
        Name=NAME,
        RoleARN=Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:{LINKED_ROLE}"),
        RecordingGroup=recording_group(p),
        RecordingMode=config.RecordingMode(RecordingFrequency=p.frequency, **overrides),
        DependsOn=["LinkedRole"],
    )


def recording_group(p: Parameters) -> config.RecordingGroup:
    """Everything, everything but some types, or some types; global ones in their region only."""
    if p.included_types:
        return config.RecordingGroup(
            AllSupported=False,
            ResourceTypes=here_only(tuple(sorted(p.included_types)), without(p.included_types)),
            RecordingStrategy=config.RecordingStrategy(UseOnly="INCLUSION_BY_RESOURCE_TYPES"),
        )
    if p.excluded_types:
        elsewhere = tuple(sorted({*p.excluded_types, *GLOBAL_TYPES}))
        return config.RecordingGroup(
            AllSupported=False,
            ExclusionByResourceTypes=config.ExclusionByResourceTypes(
                ResourceTypes=here_only(tuple(sorted(p.excluded_types)), elsewhere)
            ),
            RecordingStrategy=config.RecordingStrategy(UseOnly="EXCLUSION_BY_RESOURCE_TYPES"),
        )
    return config.RecordingGroup(
        AllSupported=True,
        IncludeGlobalResourceTypes=If("RecordsGlobalTypes", True, False),
        RecordingStrategy=config.RecordingStrategy(UseOnly="ALL_SUPPORTED_RESOURCE_TYPES"),
    )


def without(types: Types) -> Types:
    """The types that exist in each region for itself."""
    return tuple(sorted(set(types) - set(GLOBAL_TYPES)))


def here_only(here: Types, elsewhere: Types) -> list[str] | AWSHelperFn:
    """One list where global types are recorded, another elsewhere."""
    return If("RecordsGlobalTypes", list(here), list(elsewhere)) if here != elsewhere else list(here)


def channel(p: Parameters) -> config.DeliveryChannel:
    """Where snapshots and history are delivered to: the landing bucket of the log archive."""
    return config.DeliveryChannel(
        "DeliveryChannel",
        Name=NAME,
        S3BucketName=Ref("LandingBucket"),
        ConfigSnapshotDeliveryProperties=config.ConfigSnapshotDeliveryProperties(
            DeliveryFrequency=p.snapshot_frequency
        ),
        DependsOn=["LinkedRole"],
    )
