from typing import Any

from tests.sandbox.cloudformation.provider import ROLE, function
from tests.sandbox.cloudformation.specimens import TAGS, Change, Specimen

NAME = "watch"
OTHER_ROLE = {"Type": ROLE["Type"], "Properties": {**ROLE["Properties"], "RoleName": "other"}}
SOURCE = "def handler(event, context): pass"
BESIDE = {"Role": ROLE, "Function": function(SOURCE, FunctionName=NAME)}
OWN = function(
    SOURCE,
    Architectures=["arm64"],
    Description="watches",
    Environment={"Variables": {"LEVEL": "1"}},
    EphemeralStorage={"Size": 1024},
    FunctionName=NAME,
    KmsKeyArn="arn:aws:kms:eu-west-1:111111111111:key/x",
    MemorySize=256,
    PackageType="Zip",
    ReservedConcurrentExecutions=2,
    Tags=TAGS,
    TracingConfig={"Mode": "Active"},
)["Properties"]


def configuration(**settings: Any) -> Change:
    return lambda client, name: client("lambda").update_function_configuration(FunctionName=name, **settings)


def alias(**settings: Any) -> Change:
    return lambda client, arn: client("lambda").update_alias(
        FunctionName=NAME, Name="live", **{"Description": "now", "FunctionVersion": "$LATEST", **settings}
    )


def publish(client: Any, arn: str) -> None:
    version = client("lambda").publish_version(FunctionName=NAME)["Version"]
    alias(FunctionVersion=version, Description="later")(client, arn)


def remove_statement(client: Any, identifier: str) -> None:
    client("lambda").remove_permission(FunctionName=NAME, StatementId=identifier)


SPECIMENS = [
    Specimen(
        "AWS::Lambda::Function",
        OWN,
        {
            "Description": configuration(Description="sleeps"),
            "Environment": configuration(Environment={"Variables": {"LEVEL": "2"}}),
            "Handler": configuration(Handler="index.other"),
            "MemorySize": configuration(MemorySize=512),
            "ReservedConcurrentExecutions": lambda client, name: client("lambda").put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=7
            ),
            "Role": configuration(Role="arn:aws:iam::111111111111:role/other"),
            "Runtime": configuration(Runtime="python3.14"),
            "Tags": lambda client, name: client("lambda").untag_resource(
                Resource=f"arn:aws:lambda:eu-west-1:111111111111:function:{name}", TagKeys=["team"]
            ),
            "Timeout": configuration(Timeout=900),
        },
        lambda client, name: client("lambda").delete_function(FunctionName=name),
        frozenset({"Architectures", "Code", "EphemeralStorage", "KmsKeyArn", "PackageType", "TracingConfig"}),
        beside={"Role": ROLE, "Other": OTHER_ROLE},
    ),
    Specimen(
        "AWS::Lambda::Version",
        {"FunctionName": {"Ref": "Function"}, "Description": "first"},
        {},
        lambda client, arn: client("lambda").delete_function(FunctionName=NAME, Qualifier=arn.rpartition(":")[2]),
        beside=BESIDE,
    ),
    Specimen(
        "AWS::Lambda::Alias",
        {
            "FunctionName": {"Fn::GetAtt": "Function.Arn"},
            "FunctionVersion": "$LATEST",
            "Name": "live",
            "Description": "now",
        },
        {"Description": alias(Description="later"), "FunctionVersion": publish},
        lambda client, arn: client("lambda").delete_alias(FunctionName=NAME, Name="live"),
        beside=BESIDE,
    ),
    Specimen(
        "AWS::Lambda::Permission",
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": "Function"},
            "Principal": "events.amazonaws.com",
            "SourceAccount": "111111111111",
            "SourceArn": "arn:aws:events:eu-west-1:111111111111:rule/x",
        },
        {},
        remove_statement,
        beside=BESIDE,
    ),
]
