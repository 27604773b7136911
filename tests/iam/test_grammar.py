"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html."""

from typing import Any

import pytest

from guardrails.iam.grammar import Flaw, flaws
from guardrails.iam.refusal import UnsupportedPolicy

SCP = "SERVICE_CONTROL_POLICY"
DENY: dict[str, Any] = {"Sid": "One", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}


def policy(**changes: Any) -> dict[str, Any]:
    statement = {key: value for key, value in {**DENY, **changes}.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    "document",
    [
        policy(),
        {"Version": "2012-10-17", "Statement": DENY},
        policy(Effect="Allow", Condition={"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}}),
        policy(Effect="Allow", Action=None, NotAction=["iam:*"]),
        policy(Effect="Allow", Resource=None, NotResource="arn:aws:s3:::logs/*"),
        policy(Action=["ec2:*Instances", "s3:Get?bject", "*:*"]),
        policy(
            Resource=["arn:aws:s3:::x", "arn:aws:sqs:*:queue", "arn:aws:s3*", "arn:aws:s3:::${aws:PrincipalAccount}/*"]
        ),
        policy(Condition={"Bool": {"aws:SecureTransport": False}, "NumericLessThan": {"s3:TlsVersion": 1.2}}),
        policy(Sid=None),
    ],
)
def test_what_aws_takes(document: dict[str, Any]) -> None:
    """The full language of service control policies has no flaw: conditions, NotAction, NotResource and ARNs with Allow too."""
    assert list(flaws(document, SCP)) == []


@pytest.mark.parametrize(
    ("document", "where", "message"),
    [
        ([], "the policy", "JSON object"),
        ({**policy(), "Id": "x"}, "Id", "unknown element"),
        ({**policy(), "Version": "2008-10-17"}, "Version", "2008-10-17"),
        ({"Version": "2012-10-17"}, "Statement", "at least one"),
        ({"Version": "2012-10-17", "Statement": [DENY, DENY]}, "Statement 2, Sid", "two statements"),
        ({"Version": "2012-10-17", "Statement": ["x"]}, "Statement 1", "JSON object"),
        (policy(Principal="*"), "Statement 1, Principal", "has no Principal"),
        (policy(Resorce="*"), "Statement 1, Resorce", "unknown element"),
        (policy(Sid="a-b"), "Statement 1, Sid", "a-b"),
        (policy(Effect="deny"), "Statement 1, Effect", "deny"),
        (policy(NotAction="s3:*"), "Statement 1", "either Action or NotAction"),
        (policy(Action=None), "Statement 1", "either Action or NotAction"),
        (policy(Resource=None), "Statement 1", "either Resource or NotResource"),
        (policy(Action=[]), "Statement 1, Action", "is empty"),
        (policy(Action=["s3:*", "GetObject"]), "Statement 1, Action 2", "is no action"),
        (policy(Action="s3*:Get"), "Statement 1, Action", "is no action"),
        (policy(Action=5), "Statement 1, Action", "is no action"),
        (policy(Resource="bucket"), "Statement 1, Resource", "is no ARN"),
        (policy(Resource="arn:aws:s3"), "Statement 1, Resource", "is no ARN"),
        (policy(Resource="arn:aws:s3:::${a b}"), "Statement 1, Resource", "policy variable"),
        (policy(Resource=5), "Statement 1, Resource", "is no resource"),
        (policy(Condition=[]), "Statement 1, Condition", "JSON object"),
        (policy(Condition={"Bool": {}}), "Statement 1, Condition, Bool", "keys and values"),
        (policy(Condition={"StringEqual": {"a:b": "c"}}), "Statement 1, Condition, StringEqual", "unknown condition operator"),
        (policy(Condition={"Bool": {"a:b": "yes"}}), "Statement 1, Condition, Bool, a:b", "neither true nor false"),
        (policy(Condition={"Bool": {"a:b": []}}), "Statement 1, Condition, Bool, a:b", "needs values"),
        (policy(Condition={"Bool": {"a:b": None}}), "Statement 1, Condition, Bool, a:b", "a value is text"),
        (policy(Condition={"Bool": {"region": "true"}}), "Statement 1, Condition, Bool, region", "no condition key"),
        (policy(Condition={"ArnLike": {"a:b": "role/x"}}), "Statement 1, Condition, ArnLike, a:b", "six segments"),
        (policy(Condition={"StringLike": {"aws:PrincipalOrgPaths": "o-x/*"}}),
         "Statement 1, Condition, StringLike, aws:PrincipalOrgPaths", "never matches"),
    ],
)  # fmt: skip
def test_what_aws_refuses(document: Any, where: str, message: str) -> None:
    """Each flaw is told with its place in the document; so are conditions that AWS takes, and that can never match."""
    (flaw,) = flaws(document, SCP)
    assert flaw.where == where
    assert message in flaw.message


def test_operators_that_differ_in_case_only() -> None:
    """AWS reads operator names without regard to case, so one of two such entries would be lost."""
    found = list(flaws(policy(Condition={"Bool": {"a:b": "true"}, "bool": {"a:c": "true"}}), SCP))
    assert [flaw.path[-1] for flaw in found] == ["Bool", "bool"]


def test_every_flaw_at_once() -> None:
    """All that is wrong is told together, never just the first."""
    found = list(flaws({"Version": "1", "Statement": [{"Effect": "No", "Action": "x", "Resource": "y"}]}, SCP))
    assert {flaw.path for flaw in found} == {
        ("Version",),
        ("Statement", 0, "Effect"),
        ("Statement", 0, "Action"),
        ("Statement", 0, "Resource"),
    }


def test_late_values_may_stand_anywhere() -> None:
    """A value that AWS completes later is not judged by the shape of its stand-in."""
    late = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}AWS::X|a b||id\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
    document = policy(
        Resource=[late, f"arn:aws:s3:::logs-{late}"],
        Condition={"ArnLike": {"aws:SourceArn": late}, "StringEquals": {"aws:PrincipalAccount": late}},
    )
    assert list(flaws(document, SCP)) == []


def test_what_aws_takes_and_never_matches() -> None:
    """A multivalued key without a set operator is a flaw that AWS does not refuse; a wrong Effect is one that it does."""
    useless = policy(Effect="No", Condition={"StringEquals": {"aws:PrincipalOrgPaths": "o-1/*"}})
    assert {flaw.path[-1]: flaw.refused for flaw in flaws(useless, SCP)} == {
        "Effect": True,
        "aws:PrincipalOrgPaths": False,
    }


def test_resource_control_policies_name_actions() -> None:
    """A resource control policy has no NotAction, nor every action of every service; with whole services nothing is wrong.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    """
    rcp = "RESOURCE_CONTROL_POLICY"
    assert list(flaws(policy(Principal="*"), rcp)) == []
    (found,) = flaws(policy(Principal="*", Action=None, NotAction="s3:*"), rcp)
    assert found.path == ("Statement", 0, "NotAction")
    (found,) = flaws(policy(Principal="*", Action=["s3:*", "*"]), rcp)
    assert found.path == ("Statement", 0, "Action")


def test_other_policy_types_are_refused() -> None:
    """A type whose grammar is not known here is not waved through."""
    with pytest.raises(UnsupportedPolicy, match="BACKUP_POLICY"):
        list(flaws(policy(), "BACKUP_POLICY"))


def test_where_reads_like_a_sentence() -> None:
    """List indexes count from 1 and name what they count."""
    assert Flaw(("Statement", 1, "Action", 0), "x").where == "Statement 2, Action 1"
