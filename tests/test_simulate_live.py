"""simulate --live: the same questions about the organization as it is."""

import json

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace

CONTROLS = """
service-control-policies:
  policies:
    - policy: deny-leaving-organization
      targets: {organizational_units: [Root]}
"""
NO_RCPS = "resource control policies are not enabled in this organization: they bind nobody"


def test_the_live_organization(workplace: Workplace, sandbox: Embedded) -> None:
    """--live asks what is attached now: nothing before the first apply, then ours, what somebody changed, what others attached."""
    workplace.write("config/controls.yaml", CONTROLS)
    asked = ("simulate", "--live", "--account", "management", "--action", "s3:GetObject", "--principal", "role/X")
    before = workplace.sandboxed(*asked)
    assert before.code == 0
    assert "service control policies are not enabled in this organization" in before.message
    assert workplace.sandboxed("apply", "--yes").code == 0
    live = ("simulate", "--live", "--account", "dev", "--output", "json", "--principal")
    kept = workplace.sandboxed(*live, "role/X", "--action", "organizations:LeaveOrganization").document
    assert kept["notes"] == [NO_RCPS]
    (reason,) = kept["answers"][0]["cases"][0]["reasons"]
    assert (reason["level"], reason["policy"]) == ("Root", "deny-leaving-organization")
    assert reason["places"][0].rpartition(":")[0].endswith("deny-leaving-organization.yaml")
    read = workplace.sandboxed(*live, "permission-set/SecurityAudit", "--action", "iam:CreateRole").document
    assert read["answers"][0]["verdict"] == "implicitDeny"

    organizations = sandbox.client("organizations")
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (leaving,) = [policy["Id"] for policy in policies if policy["Name"] == "deny-leaving-organization"]
    organizations.update_policy(PolicyId=leaving, Content=denying("s3:GetObject"))
    foreign = organizations.create_policy(
        Name="theirs", Description="x", Type="SERVICE_CONTROL_POLICY", Content=denying("ec2:RunInstances")
    )["Policy"]["PolicySummary"]["Id"]
    dev = [each["Id"] for each in organizations.list_accounts()["Accounts"] if each["Name"] == "Acme Dev"]
    organizations.attach_policy(PolicyId=foreign, TargetId=dev[0])
    changed = workplace.sandboxed(*live, "role/X", "--action", "organizations:LeaveOrganization").document
    assert changed["answers"][0]["verdict"] == "allowed"
    assert changed["notes"] == [
        NO_RCPS,
        "the policy deny-leaving-organization does not read as it is declared: the live one was asked",
    ]
    theirs = workplace.sandboxed(*live, "role/X", "--action", "ec2:RunInstances").document
    assert [(r["level"], r["policy"]) for r in theirs["answers"][0]["cases"][0]["reasons"]] == [("account", "theirs")]


def denying(action: str) -> str:
    """A policy that denies an action to everybody."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*"}]}
    )
