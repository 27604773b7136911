"""Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html"""

import json
from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_every_account_has_them(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """In a fresh account an AWS managed policy is attached and read without ado; one that AWS does not have is not."""
    iam = sandbox.client("iam", account=new_account("one"))
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)
    arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName="reader")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]
    assert iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/SecurityAudit")["Policy"]["PolicyName"] == "SecurityAudit"
    assert refused(iam.attach_role_policy, RoleName="reader", PolicyArn=f"{arn}Not") == "NoSuchEntity"
