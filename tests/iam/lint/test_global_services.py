"""https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html."""

from typing import Any

import pytest

from tests.lint_cases import found, statement

GLOBAL = "budgets:* cloudfront:* iam:* organizations:* route53:* shield:* support:* waf:*".split()
ELSEWHERE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}
WITH_VIRGINIA = {"StringNotEqualsIfExists": {"aws:requestedregion": ["eu-central-1", "us-east-1"]}}


@pytest.mark.parametrize(
    ("elements", "rule", "denied"),
    [
        ({"NotAction": GLOBAL, "Condition": ELSEWHERE}, "", ""),
        ({"NotAction": GLOBAL[1:-1], "Condition": ELSEWHERE}, "GR411", "denies budgets, waf everywhere"),
        ({"NotAction": ["iam:Get*", *GLOBAL], "Condition": ELSEWHERE}, "", ""),
        ({"Action": "*", "Condition": ELSEWHERE}, "GR409", "denies budgets, cloudfront, iam"),
        (
            {"Action": "*", "Condition": {**ELSEWHERE, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}},
            "GR409",
            "iam",
        ),
        ({"Action": "*", "Condition": {**ELSEWHERE, "StringEquals": {"aws:SourceVpc": "vpc-1"}}}, "", ""),
        ({"Action": "*", "Condition": WITH_VIRGINIA}, "", ""),
        ({"Action": "ec2:*", "Condition": ELSEWHERE}, "", ""),
        ({"NotAction": "s3:*"}, "", ""),
        ({"NotAction": "s3:*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}, "", ""),
    ],
)
def test_regions(elements: dict[str, Any], rule: str, denied: str) -> None:
    """A Deny of all regions but some names the services that are only in us-east-1, or that region; without IAM it is an error."""
    findings = {each: found(each, statement(**elements)) for each in ("GR409", "GR411")}
    assert [each for each, some in findings.items() if some] == ([rule] if rule else [])
    assert all(denied in message for some in findings.values() for _, message, _ in some)
