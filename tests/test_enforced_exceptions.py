"""An exception under enforcement: whom it names may do what the policy denies to everybody else, and nothing is left to do."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

EXCEPTIONS = """\
      exceptions:
        - {POLICIES principal: role/CI-*, account: dev, reason: the build farm moves, owner: team-ci, expires: 2999-12-31}
        - {POLICIES account: prod, statements: [DenyOtherRegions], reason: an audit, owner: audit, expires: 2999-12-31}
"""
SINGLE = f"""\
identity-center: false
service-control-policies:
  policies:
    - policy: deny-other-regions
{EXCEPTIONS.replace("POLICIES", "")}"""
PACKED = f"""\
identity-center: false
policy-packs:
  packs:
    - pack: regions
{EXCEPTIONS.replace("POLICIES", "policies: [deny-other-regions],")}"""
PACK = """\
id: regions
title: Regions
description: Where things may be.
audience: Those who test.
policies:
  - {kind: scp, policy: deny-other-regions}
"""


@pytest.fixture
def applied(workplace: Workplace, sandbox: Embedded) -> Workplace:
    """One policy with two exceptions, applied and enforced."""
    own = workplace.with_own_content()
    own.declare_little()
    own.write("content/policies/packs/regions.yaml", PACK)
    own.write("config/controls.yaml", SINGLE)
    assert own.sandboxed("apply", "--yes").code == 0
    sandbox.enforce()
    return own


def refusal(sandbox: Embedded, account: str, role: str) -> str:
    """What a role of an account, made if need be, is told when it asks for something in a region that is not governed; "" for nothing."""
    listed = sandbox.client("organizations").list_accounts()["Accounts"]
    (member,) = [str(each["Id"]) for each in listed if each["Name"] == account]
    trust = {"Effect": "Allow", "Principal": {"AWS": member}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = sandbox.client("iam", account=member)
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    sts = sandbox.client("sts", account=member)
    keys = sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="kim")["Credentials"]
    create: Any = boto3.client
    client = create(
        "ec2",
        region_name="us-west-2",
        endpoint_url=sandbox.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    try:
        client.describe_vpcs()
    except ClientError as error:
        return str(error)
    return ""


def test_whom_it_names_may_and_nobody_else(applied: Workplace, sandbox: Embedded) -> None:
    """The build role works in dev and is denied elsewhere, its neighbour is denied, one account's are all let alone; no drift is left."""
    assert refusal(sandbox, "Acme Dev", "CI-Build") == ""
    assert "explicit deny in a service control policy" in refusal(sandbox, "Acme Dev", "Developer")
    assert "explicit deny in a service control policy" in refusal(sandbox, "Acme Security Tooling", "CI-Build")
    assert refusal(sandbox, "Acme Prod", "Developer") == ""
    assert applied.sandboxed("drift").code == 0


def test_from_a_policy_to_a_pack(applied: Workplace) -> None:
    """Where a pack takes the place of a policy that it holds, exceptions and all, nothing changes, and no limit is crossed."""
    applied.write("config/controls.yaml", PACKED)
    plan = applied.sandboxed("plan", "--detailed-exitcode", "--output", "json")
    assert (plan.code, plan.document["changes"]) == (0, [])
    assert len(plan.document["caveats"]) == 2
    applied.write("config/controls.yaml", PACKED + SINGLE.partition("\n")[2])
    assert applied.sandboxed("plan", "--detailed-exitcode").code == 0


def test_one_that_ends(applied: Workplace, sandbox: Embedded) -> None:
    """Removed from the file, an exception is one change of its policy; applied, nobody is let alone any more."""
    applied.write("config/controls.yaml", SINGLE.partition("      exceptions:")[0])
    plan = applied.sandboxed("plan", "--output", "json").document
    assert [(change["action"], change["address"]) for change in plan["changes"]] == [
        ("update", "AWS::Organizations::Policy deny-other-regions")
    ]
    assert applied.sandboxed("apply", "--yes").code == 0
    assert "explicit deny in a service control policy" in refusal(sandbox, "Acme Dev", "CI-Build")
