import json
from typing import Any

from tests.sandbox.cloudformation.specimens import TAGS, Change, Client, Specimen

TOPIC = "arn:aws:sns:eu-west-1:111111111111:{}"
RULE: dict[str, Any] = {
    "Name": "sign-in",
    "Description": "who signs in",
    "EventBusName": "default",
    "EventPattern": {"source": ["aws.signin"]},
    "RoleArn": "arn:aws:iam::111111111111:role/one",
    "State": "ENABLED",
    "Tags": TAGS,
    "Targets": [{"Id": "one", "Arn": TOPIC.format("one")}, {"Id": "two", "Arn": TOPIC.format("two")}],
}


def rule(**changed: Any) -> Change:
    """The rule put again: what it had, and before it whatever has been changed already, but for this."""

    def put(client: Client, name: str) -> None:
        events = client("events")
        found = events.describe_rule(Name=name)
        kept = {
            key: found[key]
            for key in ("EventPattern", "ScheduleExpression", "State", "Description", "RoleArn")
            if key in found
        }
        events.put_rule(Name=name, **{**kept, **changed})

    return put


def remove_rule(client: Client, name: str) -> None:
    events = client("events")
    for target in events.list_targets_by_rule(Rule=name)["Targets"]:
        events.remove_targets(Rule=name, Ids=[target["Id"]])
    events.delete_rule(Name=name)


def untag_rule(client: Client, name: str) -> None:
    arn = client("events").describe_rule(Name=name)["Arn"]
    client("events").untag_resource(ResourceARN=arn, TagKeys=["team"])


def bus(name: str) -> str:
    return f"arn:aws:events:eu-west-1:111111111111:event-bus/{name}"


STATEMENT: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "events:PutEvents",
    "Resource": bus("default"),
}
STATEMENT |= {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-one"}}}


def put_statement(client: Client, _: str) -> None:
    statement = {key: value for key, value in STATEMENT.items() if key != "Condition"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": "organization"}]}
    client("events").put_permission(EventBusName="default", Policy=json.dumps(policy))


SPECIMENS = [
    Specimen(
        "AWS::Events::Rule",
        RULE,
        {
            "Description": rule(Description="nobody"),
            "EventPattern": rule(EventPattern=json.dumps({"source": ["aws.s3"]})),
            "RoleArn": rule(RoleArn="arn:aws:iam::111111111111:role/two"),
            "State": lambda client, name: client("events").disable_rule(Name=name),
            "Tags": untag_rule,
            "Targets": lambda client, name: client("events").remove_targets(Rule=name, Ids=["one"]),
        },
        remove_rule,
        # A rule cannot move to another bus.
        fixed=frozenset({"EventBusName"}),
    ),
    Specimen(
        "AWS::Events::Rule",
        {"ScheduleExpression": "rate(1 day)"},
        {"ScheduleExpression": rule(ScheduleExpression="rate(2 days)")},
        remove_rule,
    ),
    Specimen(
        "AWS::Events::EventBus",
        {
            "Name": "security",
            "Description": "findings",
            "DeadLetterConfig": {"Arn": "arn:aws:sqs:eu-west-1:111111111111:one"},
            "KmsKeyIdentifier": "alias/one",
            "Tags": TAGS,
        },
        {"Tags": lambda client, name: client("events").untag_resource(ResourceARN=bus(name), TagKeys=["team"])},
        lambda client, name: client("events").delete_event_bus(Name=name),
        # moto has no UpdateEventBus.
        fixed=frozenset({"DeadLetterConfig", "Description", "KmsKeyIdentifier"}),
    ),
    Specimen(
        "AWS::Events::EventBusPolicy",
        {"EventBusName": "default", "StatementId": "organization", "Statement": STATEMENT},
        {"Statement": put_statement},
        lambda client, _: client("events").remove_permission(StatementId="organization"),
    ),
]
