"""Settings of an account and region that no CloudFormation type holds, in a template: a function puts them, a deeper look probes them.

    setting = Setting(
        name="EBS encryption by default",
        put=Call("ec2", "enable_ebs_encryption_by_default"),
        probe=Call("ec2", "get_ebs_encryption_by_default"),
        expected={"EbsEncryptionByDefault": True},
    )
    add_settings(t, [setting], prefix=p.prefix, purpose="kms-defaults", code=code)

Any text in a call or an expected answer may hold what Fn::Sub knows: `${AWS::AccountId}`, `${AWS::Region}`, `${AWS::Partition}`,
`${Key}` and `${Key.Arn}` of a resource in the same template. (For the probes, which run outside the stack, the latter become
outputs of the stack.) The stack needs the capability CAPABILITY_IAM.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources-lambda.html
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from troposphere import (
    AWSHelperFn,
    Equals,
    GetAtt,
    If,
    NoValue,
    Output,
    Parameter,
    Ref,
    Sub,
    Template,
    awslambda,
    iam,
    logs,
)
from troposphere.cloudformation import CustomResource

from guardrails.cloudformation import METADATA, REVISION, SETTINGS

RUNTIME: Final = "python3.13"
LONGEST_RUN: Final = 240
LONGEST_WAIT: Final = 900
LOGS_DAYS: Final = 365
ACTION_PREFIXES: Final = {"s3control": "s3", "accessanalyzer": "access-analyzer"}
"""boto3's name of a service -> the prefix of its IAM actions, where they differ."""
ACTIONS: Final = {
    "ec2:remove_default_vpc": "ec2:DeleteVpc",
    "s3control:get_public_access_block": "s3:GetAccountPublicAccessBlock",
    "s3control:put_public_access_block": "s3:PutAccountPublicAccessBlock",
    "s3control:delete_public_access_block": "s3:PutAccountPublicAccessBlock",
}
"""Calls whose IAM action does not bear their name; the function's own ones take further actions.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
_VALUE: Final = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class Call:
    """One call of boto3: its name of the service ("ec2") and of the method ("enable_ebs_encryption_by_default")."""

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The IAM action that allows it."""
        name = f"{self.service}:{self.operation}"
        words = "".join(word.capitalize() for word in self.operation.split("_"))
        return ACTIONS.get(name, f"{ACTION_PREFIXES.get(self.service, self.service)}:{words}")

    def document(self) -> dict[str, Any]:
        """The call as the function and the engine read it."""
        return {"Service": self.service, "Operation": self.operation, "Parameters": dict(self.parameters)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, by the name that a person reads: `put` when `probe` does not answer all that is `expected`.

    `expected` is the part of the answer that matters; in it, lists are compared item by item. `absent` are the error codes by which
    AWS says that there is no such setting yet. An answer that has `not_ours` in it says that somebody else rules (the organization's
    policies): then it is neither put nor judged. `home_region_only` is for settings of the whole account. What has no `remove` stays
    as it is when its stack goes.
    """

    name: str
    put: Call
    probe: Call
    expected: Mapping[str, Any]
    absent: tuple[str, ...] = ()
    not_ours: Mapping[str, Any] = field(default_factory=dict)
    home_region_only: bool = False
    remove: Call | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ()_-]*", self.name):
            raise ValueError(f"the name of a setting is words: {self.name!r}")
        if not self.probe.operation.startswith(("describe_", "get_", "list_")):
            raise ValueError(f"{self.name}: a probe only looks, {self.probe.operation} does more")

    def calls(self) -> list[Call]:
        """Every call that the function may make for it."""
        return [self.probe, self.put, *([self.remove] if self.remove else [])]

    def probing(self) -> dict[str, Any]:
        """What it takes to look whether it holds."""
        absent = {"Absent": list(self.absent)} if self.absent else {}
        not_ours = {"NotOurs": dict(self.not_ours)} if self.not_ours else {}
        probe, expected = self.probe.document(), dict(self.expected)
        return {"Name": self.name, "Probe": probe, "Expected": expected, **absent, **not_ours}

    def document(self) -> dict[str, Any]:
        """What the function is told of it."""
        removal = {"Remove": self.remove.document()} if self.remove else {}
        return {**self.probing(), "Put": self.put.document(), **removal}


def add_settings(
    t: Template,
    settings: Sequence[Setting],
    *,
    prefix: str,
    purpose: str,
    code: str,
    home_region: str = "",
    actions: Sequence[str] = (),
) -> None:
    """Add to a template what puts these settings, and the probes that tell whether they hold.

    The function is called `<prefix>-<purpose>-settings`: `purpose` is one template's alone. Its role has the path `/<prefix>/settings/`.
    `code` is the text of templates/functions/account_settings.py. `home_region` is asked for by settings that are of the home region
    only. `actions` are IAM actions that the calls need besides their own.
    """
    name = f"{prefix}-{purpose}-settings"
    t.add_parameter(Parameter(REVISION, Type="String", Default="0", AllowedPattern="^[0-9]+$"))
    if any(setting.home_region_only for setting in settings):
        if not home_region:
            raise ValueError("settings of the home region only need home_region")
        t.add_condition("InHomeRegion", Equals(Ref("AWS::Region"), home_region))
    allowed = sorted({*actions, *(call.action for setting in settings for call in setting.calls())})
    group = logs.LogGroup(
        "SettingsLogs",
        LogGroupName=f"/aws/lambda/{name}",
        RetentionInDays=LOGS_DAYS,
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    function = awslambda.Function(
        "SettingsFunction",
        FunctionName=name,
        Description="Puts the settings that no CloudFormation type holds",
        Runtime=RUNTIME,
        Handler="index.handler",
        Timeout=LONGEST_RUN,
        MemorySize=256,
        Role=GetAtt("SettingsRole", "Arn"),
        Code=awslambda.Code(ZipFile=code),
    )
    resource = CustomResource(
        SETTINGS,
        ServiceToken=GetAtt(function, "Arn"),
        ServiceTimeout=LONGEST_WAIT,
        Revision=Ref(REVISION),
        Settings=[told(setting) for setting in settings],
        DependsOn=[group.title],
    )
    t.add_resource([group, role(name, prefix, allowed), function, resource])
    probes = json.dumps([probe(setting, home_region) for setting in settings])
    t.set_metadata({**t.metadata, METADATA: json.loads(_VALUE.sub(_placeholder, probes))})
    for value in dict.fromkeys(_VALUE.findall(probes)):
        if not value.startswith("AWS::"):
            t.add_output(Output(output_name(value), Value=Sub(f"${{{value}}}")))


def role(function: str, prefix: str, allowed: Sequence[str]) -> iam.Role:
    """The function's role: it makes these calls, and writes its own log."""
    streams = Sub(
        f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:/aws/lambda/{function}:*"
    )
    statements = [
        {"Sid": "Settings", "Effect": "Allow", "Action": list(allowed), "Resource": "*"},
        {"Sid": "Log", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": streams},
    ]
    return iam.Role(
        "SettingsRole",
        Path=f"/{prefix}/settings/",
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}},
                }
            ],
        },
        Policies=[iam.Policy(PolicyName="settings", PolicyDocument={"Version": "2012-10-17", "Statement": statements})],
    )


def told(setting: Setting) -> str | AWSHelperFn:
    """A setting as text: CloudFormation would turn numbers and truth values into text, and only Fn::Sub fills in values."""
    text = json.dumps(setting.document(), sort_keys=True, separators=(",", ":"))
    whole = Sub(text) if _VALUE.search(text) else text
    return If("InHomeRegion", whole, NoValue) if setting.home_region_only else whole


def probe(setting: Setting, home_region: str) -> dict[str, Any]:
    """A probe as the engine reads it; `Region` where it runs in one region only."""
    return {**setting.probing(), **({"Region": home_region} if setting.home_region_only else {})}


def output_name(value: str) -> str:
    """The output that tells the engine a value of the stack."""
    return "Setting" + value.replace(".", "")


def _placeholder(match: re.Match[str]) -> str:
    """What stands in a probe for a value: `<AWS::Region>`, or `<Output>`; nothing fills in metadata but the engine."""
    return f"<{match[1] if match[1].startswith('AWS::') else output_name(match[1])}>"
