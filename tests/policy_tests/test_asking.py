from pathlib import Path
from typing import Any

import pytest

from guardrails.policy_tests.results import Result
from guardrails.resources import account_address
from tests.policy_tests.shop import GUARD, asked, organized

TRAILS = """\
  - name: trails stay
    targets: {organizational_units: [Work]}
    principals: [root, role/Somebody]
    actions: [cloudtrail:StopLogging, cloudtrail:DeleteTrail]
    resources: "arn:aws:cloudtrail:{{ region }}:{{ account_id }}:trail/x"
    expect: denied
"""
TEAM = {"Sid": "Team", "Effect": "Deny", "Action": "ec2:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}  # fmt: skip
BUCKET = {"Sid": "Bucket", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::kept/*"}


def result(folder: Path, text: str, *statements: dict[str, Any]) -> Result:
    """What becomes of the one test with this text."""
    (found,) = asked(folder, text, organized(*statements))
    return found


def test_every_combination_is_asked(tmp_path: Path) -> None:
    """Three accounts, two principals, two actions and a resource in each of two regions are 24 questions; all are denied."""
    found = result(tmp_path, TRAILS)
    assert (found.failures, found.questions, found.line, found.file) == ((), 24, 2, str(tmp_path / "t.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "questions"),
    [
        ("{organizational_units: [Work]}", "{}", 40),  # five members; the management account only by its name
        ("{organizational_units: [Work]}", "{accounts: [management, dev]}", 16),
        ("cloudtrail:DeleteTrail]", "cloudtrail:StopLogg*]", 12),  # each action once
        ("{{ region }}", "eu-west-1", 12),  # the resource says where
        ("[root, role/Somebody]", "[break-glass, stack-sets, trusted]", 48),  # three accounts, four roles
        ("expect: denied", "regions: [us-east-1]\n    expect: denied", 12),
        ("expect: denied", "except: root\n    expect: denied", 12),
    ],
)
def test_how_many_questions(tmp_path: Path, old: str, new: str, questions: int) -> None:
    """What is selected otherwise makes so many questions."""
    assert result(tmp_path, TRAILS.replace(old, new)).questions == questions


def test_an_answer_that_is_not_as_expected(tmp_path: Path) -> None:
    """One failure tells all questions that went wrong alike, and which condition lets them pass."""
    found = result(tmp_path, TRAILS.replace("[root, role/Somebody]", "[root, break-glass]"))
    (failure,) = found.failures
    assert (failure.message, failure.questions) == ("expected denied, got allowed", 12)
    assert failure.accounts == ("dev", "prod", "lab")
    assert failure.principals == ("role/BreakGlass",)
    assert failure.actions == ("cloudtrail:StopLogging", "cloudtrail:DeleteTrail")
    assert failure.why[0].startswith(
        "Root / guard / Guard (policies/scp/logging/trails.yaml:10): denies only where aws:PrincipalArn"
    )


def test_what_was_to_stay_possible(tmp_path: Path) -> None:
    """What denies it is told with its statement, file and line."""
    (failure,) = result(tmp_path, TRAILS.replace("denied", "allowed")).failures
    assert failure.message == "expected allowed, got explicitDeny"
    assert failure.why == ("Root / guard / Guard (policies/scp/logging/trails.yaml:10): denies it",)


@pytest.mark.parametrize(("policy", "passes"), [("trails", True), ("others", False)])
def test_the_policy_that_denies(tmp_path: Path, policy: str, *, passes: bool) -> None:
    """`by` names a policy by its file, whatever it is called in AWS; another one's denial is not enough."""
    found = result(tmp_path, TRAILS + f"    by: {policy}\n")
    assert bool(found.failures) is not passes
    assert passes or found.failures[0].message == "expected a denial by others, which denies nothing here"


RUN = """\
  - name: x
    targets: {accounts: [dev]}
    principals: role/Somebody
    actions: ec2:RunInstances
    resources: "*"
    expect: allowed
"""


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("", "expected allowed, but the answer (allowed) hangs on aws:principaltag/team"),
        ("    context: {aws:PrincipalTag/team: null}\n", ""),
        ("    context: {aws:PrincipalTag/team: blue}\n", ""),
        ("    context: {aws:PrincipalTag/team: red}\n", "expected allowed, got explicitDeny"),
        ("    depends: aws:PrincipalTag/Team\n", ""),
        ("    depends: aws:PrincipalTag/color\n", "expected allowed, but the answer (allowed) hangs on"),
    ],
)
def test_a_condition_key(tmp_path: Path, more: str, message: str) -> None:
    """An answer that hangs on a key fails, unless the test gives it, be it as absent, or says that it may."""
    failures = result(tmp_path, RUN + more, TEAM).failures
    assert [failure.message.startswith(message) for failure in failures] == [True] * bool(message)


def test_the_missing_key_is_told(tmp_path: Path) -> None:
    """Which statement asks for the key, and what to do, is told."""
    (failure,) = result(tmp_path, RUN, TEAM).failures
    assert failure.why == ("Root / guard / Team (policies/scp/logging/trails.yaml:10): asks for it",)
    assert failure.do == "give aws:principaltag/team under context; null where the request certainly lacks it"


def test_resources_that_only_policies_name(tmp_path: Path) -> None:
    """Without resources a test asks about each that a policy names for the action, and about every other."""
    text = RUN.replace("ec2:RunInstances", "s3:PutObject").replace('    resources: "*"\n', "")
    (failure,) = result(tmp_path, text, BUCKET).failures
    assert failure.resources == ("arn:aws:s3:::kept/*",)
    (failure,) = result(tmp_path, text.replace("allowed", "denied"), BUCKET).failures
    assert failure.resources == ("every other resource",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{accounts: [dev]}", "{organizational_units: [Empty]}", "nothing was asked: no account stands there"),
        ("principals: role/Somebody", "principals: root\n    except: root", "nothing was asked: except leaves nobody"),
        (
            "role/Somebody",
            "permission-set/Developer",
            "the permission set Developer is not assigned there",
        ),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A selection that selects nothing fails, and so does a permission set where it is not assigned."""
    (failure,) = result(tmp_path, RUN.replace(old, new)).failures
    assert failure.message.startswith(message)


@pytest.mark.parametrize(
    ("principal", "more", "outcome"),
    [
        ("arn:aws:iam::{{ account_ids['prod'] }}:role/X", "", "explicitDeny"),
        ("arn:aws:iam::999999999999:role/X", "", "allowed"),  # our SCPs do not bind strangers
        ("role/X", "    resource_account: prod\n", "explicitDeny"),
        ("cloudtrail.amazonaws.com", "", "allowed"),
    ],
)
def test_principals_from_elsewhere(tmp_path: Path, principal: str, more: str, outcome: str) -> None:
    """A principal of another account is under that account's policies; a service, or a stranger, under none."""
    text = RUN.replace("role/Somebody", f'"{principal}"').replace("ec2:RunInstances", "cloudtrail:StopLogging")
    assert result(tmp_path, text.replace("expect: allowed", f"expect: {outcome}") + more, GUARD).failures == ()


def test_an_account_that_a_policy_names(tmp_path: Path) -> None:
    """Accounts that a policy tells apart by their ids are asked one by one, and answer differently."""
    text = RUN.replace("[dev]", "[dev, prod]").replace("ec2:RunInstances", "ec2:StopInstances")
    prod = organized().facts["account_ids"]["prod"]
    only = {**TEAM, "Condition": {"StringEquals": {"aws:PrincipalAccount": prod}}}
    (failure,) = result(tmp_path, text, only).failures
    assert failure.accounts == ("prod",)


def test_policies_of_one_account(tmp_path: Path) -> None:
    """A policy that is attached to one account denies there only."""
    (found,) = asked(tmp_path, TRAILS, organized(targets=[account_address("dev")]))
    (failure,) = found.failures
    assert (failure.accounts, failure.questions) == (("prod", "lab"), 16)


def test_global_services_have_one_region(tmp_path: Path) -> None:
    """A request to IAM goes to us-east-1 from wherever, so it is asked once."""
    elsewhere = {**TEAM, "Action": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}}
    found = result(tmp_path, RUN.replace("ec2:RunInstances", "iam:CreateUser"), elsewhere)
    assert (found.failures, found.questions) == ((), 1)


def test_the_management_account(tmp_path: Path) -> None:
    """Named, it is asked; the failure says why nothing is denied there, and names no policy that would not bind it anyway."""
    (failure,) = result(tmp_path, TRAILS.replace("{organizational_units: [Work]}", "{accounts: [management]}")).failures
    assert (failure.message, failure.questions) == ("expected denied, got allowed", 8)
    assert failure.why == ("service control policies do not bind the management account",)


def test_an_action_that_only_one_statement_names(tmp_path: Path) -> None:
    """Of the statements that do not deny those come first that name the action, and of which only a condition does not hold."""
    everything = {"Sid": "All", "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::x"}
    named = {**GUARD, "Sid": "Other", "Resource": "arn:aws:cloudtrail:*:*:trail/other"}
    (failure,) = result(
        tmp_path, TRAILS.replace("[root, role/Somebody]", "break-glass"), everything, named, GUARD
    ).failures
    assert [reason.partition(" (")[0] for reason in failure.why] == [
        "Root / guard / Other",
        "Root / guard / Guard",
        "Root / guard / All",
    ]
    assert "denies only where aws:PrincipalArn" in failure.why[0]
    assert failure.why[2].endswith("denies it of other resources")
