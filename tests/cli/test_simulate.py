"""simulate, as a person uses it: in full, as tables, and as data."""

import json
from typing import Any

import pytest

from tests.command_line import Workplace

TRAIL = "arn:aws:cloudtrail:eu-west-1:691749181640:trail/acme-organization-trail"
LITTLE = """
service-control-policies:
  policies:
    - policy: deny-leaving-organization
      targets: {organizational_units: [Root]}
    - policy: deny-root-user
      targets: {organizational_units: [Root]}
    - policy: protect-cloudtrail-and-guardduty
      targets: {organizational_units: [Workloads]}
    - policy: deny-other-regions
      targets: {organizational_units: [Root]}
organization-policies:
  policies:
    - {kind: rcp, policy: organization-principals-only}
"""
IN_FULL = """\
role/Developer in dev: cloudtrail:StopLogging (eu-west-1)

  ✗ denied: arn:*:cloudtrail:*:*:trail/acme-organization-trail
    denied by statement ProtectOrganizationTrail of the service control policy
      protect-cloudtrail-and-guardduty, attached to Workloads
      POLICIES/scp/logging/protect-cloudtrail-and-guardduty.yaml:LINE
      aws:PrincipalArn 'arn:aws:iam::739218562932:role/Developer' is not like
        'arn:*:iam::*:role/GuardrailsDeployer' or 'arn:*:iam::*:role/BreakGlass'
        or 'arn:*:iam::*:role/OrganizationAccountAccessRole' or
        'arn:*:iam::*:role/stacksets-exec-*'

  ✓ allowed: every other resource
    assuming that the identity-based policies allow it, which is not known here
"""
WHO = """\
Who may organizations:LeaveOrganization in dev?

On every resource:
  ✗ root                                   Root: deny-leaving-organization /
                                           DenyLeavingOrganization (and 1 more)
  ✗ role/Administrator,                    Root: deny-leaving-organization /
    permission-set/Developer,              DenyLeavingOrganization
    permission-set/PlatformAdministrator,
    permission-set/SecurityAudit
  ✓ role/GuardrailsDeployer, role/BreakGlass,
    role/OrganizationAccountAccessRole,
    role/stacksets-exec-0123456789abcdef0123456789abcdef,
    AWSServiceRoleForConfig (service-linked)

✓ allowed, ✗ denied

What is only counted here: --output json names it all; one --principal with one
--action tells every reason, with file and line.
"""
MATRIX = """\
What may role/Administrator do where?

                                 dev  prod  log-archive  management
cloudtrail:StopLogging            ~    ~         ✓           ✓
organizations:LeaveOrganization   ✗    ✗         ✗           ✓

✓ allowed, ✗ denied, ~ depends on the resource
"""


@pytest.fixture
def little(workplace: Workplace) -> Workplace:
    """A workplace that declares a few policies, and the access of people."""
    workplace.write("config/controls.yaml", LITTLE)
    return workplace


def simulated(workplace: Workplace, *arguments: str) -> str:
    """What it prints; it fits 80 columns."""
    ended = workplace.run("simulate", *arguments)
    assert ended.code == 0
    assert max(map(len, ended.out.splitlines())) <= 80
    return ended.out


def answer(workplace: Workplace, *arguments: str) -> dict[str, Any]:
    """The one answer, as data."""
    ended = workplace.run("simulate", "--output", "json", *arguments)
    assert ended.code == 0
    (found,) = ended.document["answers"]
    assert isinstance(found, dict)
    return found


def test_one_answer_in_full(little: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer says for each kind of resource what decided, where that is attached and written, by which values, and what it assumes."""
    monkeypatch.chdir(little.content)
    config = str(little.folder / "config")
    asked = ("--account", "dev", "--principal", "role/Developer", "--action", "cloudtrail:StopLogging")
    shown = simulated(little, "--config", config, *asked)
    (line,) = [line for line in shown.splitlines() if ".yaml:" in line]
    number = int(line.rpartition(":")[2])
    assert (
        "ProtectOrganizationTrail"
        in (little.content / line.strip().rpartition(":")[0]).read_text().splitlines()[number - 1]
    )
    assert shown.replace(f":{number}\n", ":LINE\n") == IN_FULL.replace("POLICIES", "policies")


def test_who_may(little: Workplace) -> None:
    """Without a principal the answer is a table of those who stand for everybody, with what keeps each from it."""
    assert simulated(little, "--account", "dev", "--action", "organizations:LeaveOrganization") == WHO


def test_what_is_named_twice_is_asked_once(little: Workplace) -> None:
    """An account by name and id, an action in two spellings, a principal twice: one answer."""
    again = ("--account", "dev", "--principal", "role/X", "--action", "S3:getobject")
    assert answer(little, *again, *again[:4], "--action", "s3:GetObject")["action"] == "s3:GetObject"


def test_a_matrix(little: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Actions by accounts, and the same without a character beyond ASCII where the terminal writes no other."""
    arguments = [
        "--matrix",
        *("--action", "cloudtrail:StopLogging", "--action", "organizations:LeaveOrganization"),
        *(part for name in ("dev", "prod", "log-archive", "management") for part in ("--account", name)),
    ]
    assert simulated(little, *arguments) == MATRIX
    monkeypatch.setattr("guardrails.cli.simulate._writes_symbols", lambda: False)
    assert simulated(little, *arguments) == MATRIX.replace("✓", "y").replace("✗", "x")


def test_a_matrix_of_everything(little: Workplace) -> None:
    """Without actions and accounts the matrix has what an intruder would want first in every account, in blocks that fit."""
    ended = little.run("simulate", "--matrix", "--output", "json")
    verdicts = {(each["action"], each["account"]): each["verdict"] for each in ended.document["answers"]}
    assert len({account for _, account in verdicts}) == 5
    assert verdicts["guardduty:DeleteDetector", "prod"] == "explicitDeny"
    assert verdicts["guardduty:DeleteDetector", "log-archive"] == "allowed"
    assert simulated(little, "--matrix").count("guardduty:DeleteDetector") == 2


def test_a_matrix_of_a_permission_set(little: Workplace) -> None:
    """The matrix of a permission set has the accounts that it is assigned in, and no other."""
    shown = simulated(little, "--matrix", "--principal", "permission-set/ReadOnly", "--action", "s3:PutObject")
    assert shown.splitlines()[2:4] == ["              log-archive", "s3:PutObject       ?"]


def test_many_actions_are_grouped(little: Workplace) -> None:
    """A pattern asks about each action that exists; those that are answered alike stand together."""
    shown = simulated(little, "--account", "dev", "--principal", "role/X", "--action", "cloudtrail:*")
    assert shown.startswith("What may role/X do in dev (eu-west-1)?\n")
    (denied,) = [part for part in shown.split("\n\n") if "✗ denied" in part]
    assert denied.rstrip().endswith(
        "  ✗ denied: arn:*:cloudtrail:*:*:trail/acme-organization-trail; Workloads:\n"
        "    protect-cloudtrail-and-guardduty / ProtectOrganizationTrail\n"
        "  ✓ allowed: every other resource"
    )


ASKED = ("--account", "dev", "--principal", "role/X", "--action", "ec2:RunInstances")


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        ((*ASKED,), "allowed"),
        ((*ASKED, "--region", "us-east-1"), "explicitDeny"),
        ((*ASKED, "--resource", "arn:aws:ec2:us-east-1:739218562932:instance/i"), "explicitDeny"),
        ((*ASKED, "--context", "aws:RequestedRegion="), "explicitDeny"),
        ((*ASKED, "--context", "aws:RequestedRegion=eu-central-1"), "allowed"),
        (("--account", "dev", "--principal", "role/BreakGlass", "--action", "ec2:RunInstances", "--region", "us-east-1"), "allowed"),
        (("--account", "dev", "--principal", "permission-set/Developer", "--action", "iam:CreateUser"), "explicitDeny"),
        (("--account", "dev", "--principal", "permission-set/Developer", "--action", "iam:CreateRole"), "implicitDeny"),
        (("--account", "dev", "--principal", "permission-set/SecurityAudit", "--action", "iam:CreateRole"), "depends"),
        (("--account", "dev", "--principal", "anonymous", "--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/k"), "explicitDeny"),
        (("--account", "dev", "--principal", "arn:aws:iam::999999999999:role/X", "--action", "s3:GetObject"), "explicitDeny"),
        (("--account", "dev", "--principal", "root", "--action", "iam:CreateAccessKey"), "explicitDeny"),
        (("--account", "dev", "--principal", "root", "--action", "iam:CreateAccessKey", "--context", "aws:AssumedRoot=true"), "allowed"),
        (("--account", "739218562932", "--principal", "role/X", "--action", "iam:CreateAccessKey"), "allowed"),
    ],
)  # fmt: skip
def test_verdicts(little: Workplace, arguments: tuple[str, ...], verdict: str) -> None:
    """Region, resource, context, principal and permission set each decide as AWS would."""
    assert answer(little, *arguments)["verdict"] == verdict


def test_the_keys_of_the_data(little: Workplace) -> None:
    """The JSON has the promised keys; what an answer hangs on stands there with what it would be otherwise."""
    found = answer(little, *ASKED, "--context", "aws:PrincipalArn=")
    assert set(found) == {"account", "principal", "principal_arn", "action", "region", "verdict", "cases"}
    (case,) = found["cases"]
    assert set(case) == {
        "resources",
        "resource_account",
        "decision",
        "reasons",
        "denied_anyway",
        "depends",
        "otherwise",
        "assumed",
        "taken_for_granted",
    }
    assert set(case["reasons"][0]) == {"level", "policy_type", "policy", "statement", "text", "places", "conditions"}
    hanging = answer(little, "--account", "dev", "--principal", "ec2.amazonaws.com", "--action", "s3:GetObject")
    (case,) = hanging["cases"]
    assert case["depends"] == ["aws:sourceaccount", "aws:sourceorgid"]
    assert {each["key"] for each in case["otherwise"]} == {"aws:SourceAccount", "aws:SourceOrgID"}


def write_policy(workplace: Workplace, name: str, effect: str, action: str, **more: Any) -> str:
    """Write a policy of one statement, and return the file's name."""
    statement = {"Effect": effect, "Action": action, **({} if "Principal" in more else {"Resource": "*"}), **more}
    return str(workplace.write(name, json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)))


def test_policies_in_files(little: Workplace) -> None:
    """Identity policies, a boundary, session policies and the resource's policy decide as in AWS, and are named by file and line."""
    ec2, s3 = (write_policy(little, f"{name}.json", "Allow", f"{name}:*") for name in ("ec2", "s3"))
    assert answer(little, *ASKED, "--identity-policy", ec2)["verdict"] == "allowed"
    assert answer(little, *ASKED, "--identity-policy", s3)["verdict"] == "implicitDeny"
    assert answer(little, *ASKED, "--identity-policy", ec2, "--boundary", s3)["verdict"] == "implicitDeny"
    assert answer(little, *ASKED, "--identity-policy", ec2, "--session-policy", s3)["verdict"] == "implicitDeny"
    deny = write_policy(little, "deny.yaml", "Deny", "ec2:*")
    shown = simulated(little, *ASKED, "--identity-policy", ec2, "--identity-policy", deny)
    assert "deny.yaml:4\n" in shown
    trust = write_policy(little, "trust.json", "Allow", "sts:AssumeRole", Principal={"AWS": "999999999999"})
    assumed = ("--account", "dev", "--principal", "role/X", "--action", "sts:AssumeRole", "--resource-policy", trust)
    assert answer(little, *assumed)["verdict"] == "implicitDeny"


def test_organization_policies_in_files(little: Workplace) -> None:
    """An SCP or RCP that is given binds besides those declared: who it is for, who it is not for, and the management account never."""
    scp = write_policy(little, "scp.json", "Deny", "ec2:*")
    only = write_policy(little, "only.json", "Allow", "s3:*")
    rcp = write_policy(little, "rcp.json", "Deny", "s3:*", Principal="*", Resource="*")
    assert answer(little, *ASKED, "--scp", scp)["verdict"] == "explicitDeny"
    assert answer(little, *ASKED, "--scp", only)["verdict"] == "implicitDeny"
    reading = ("--principal", "role/X", "--action", "s3:GetObject")
    assert answer(little, "--account", "dev", *reading, "--scp", scp)["verdict"] == "allowed"
    assert answer(little, "--account", "dev", *reading, "--scp", only)["verdict"] == "allowed"
    assert answer(little, "--account", "dev", *reading, "--rcp", rcp)["verdict"] == "explicitDeny"
    assert answer(little, "--account", "management", *reading, "--rcp", rcp)["verdict"] == "allowed"
    stranger = ("--account", "dev", "--principal", "arn:aws:iam::999999999999:role/X", "--action", "ec2:RunInstances")
    assert answer(little, *stranger, "--scp", scp)["verdict"] == "allowed"
    shown = simulated(little, *ASKED, "--scp", scp)
    assert "of the service control policy scp.json, as given" in " ".join(shown.split())
    assert "scp.json:4\n" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--action", "s3:GetObject"), "where? Name an account with --account"),
        (("--account", "devv", "--action", "s3:GetObject"), "no account 'devv' is in the organization (did you mean 'dev'?)"),
        (("--account", "dev", "--action", "cloudtrial:*"), "did you mean cloudtrail:*?"),
        ((*ASKED, "--context", "novalue"), "--context novalue: write KEY=VALUE"),
        ((*ASKED, "--context", "aws:MultiFactorAuthPresnt=true"), "did you mean aws:MultiFactorAuthPresent?"),
        ((*ASKED, "--context", "PrincipalTag=x"), "a condition key is written service:Name"),
        ((*ASKED, "--context", "s3:TlsVersio=1.2"), "did you mean s3:TlsVersion?"),
        ((*ASKED, "--resource", "acme-trail"), "--resource acme-trail: write an ARN, or *"),
        ((*ASKED, "--resource", "arn:aws:cloudtrail:*:*:trail/acme"), "leave the resource out to ask about all"),
        ((*ASKED, "--region", "eu-wst-1"), "unknown region; did you mean 'eu-west-1'?"),
        (("--account", "dev", "--principal", "user/kim", "--session-policy", "config/organization.yaml"), "users and root users"),
        (("--matrix", "--principal", "permission-set/Nobody"), "permission-set/Nobody: assigned in no account"),
        ((*ASKED, "--identity-policy", "config/organization.yaml"), "config/organization.yaml:"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(little: Workplace, arguments: tuple[str, ...], message: str) -> None:
    """A place, a name or a file that is none ends with 3, and the message says what would be right."""
    ended = little.run("simulate", *arguments)
    assert (ended.code, ended.out) == (3, "")
    assert message in ended.message


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*ASKED, "--expect", "allowed"), 0),
        ((*ASKED, "--expect", "denied"), 2),
        ((*ASKED, "--region", "us-east-1", "--expect", "denied"), 0),
        (("--account", "dev", "--principal", "role/X", "--action", "cloudtrail:StopLogging", "--expect", "denied"), 2),
        (("--account", "dev", "--principal", "role/X", "--action", "cloudtrail:StopLogging", "--resource", TRAIL, "--expect", "denied"), 0),
    ],
)  # fmt: skip
def test_an_expectation_is_a_check(little: Workplace, arguments: tuple[str, ...], code: int) -> None:
    """--expect makes a question a check: 2 unless every answer is certainly the one that is expected."""
    assert little.run("simulate", *arguments).code == code
