"""Declared exceptions become conditions that let exactly those alone whom they name; what cannot be meant is refused where it stands."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guardrails import config
from guardrails.controls.organization_policies import CONTROL as ORGANIZATION_POLICIES
from guardrails.controls.service_control_policies import CONTROL as SERVICE_CONTROL_POLICIES
from guardrails.engine.resource import Ref
from guardrails.errors import ConfigError
from guardrails.iam import FULL, RESOURCE_CONTROL, Level, NamedPolicy, Policies, Request, evaluate
from guardrails.library import Library
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.model import Account, Organization, Source, Targets
from guardrails.organization_facts import policy_facts
from guardrails.placeholders import placeholder, with_placeholders
from guardrails.policy_exceptions import PolicyException, excepted
from guardrails.resources import account_address
from guardrails.resources.policy import Policy
from tests.organization_line import FIRST_DAY

ORGANIZATION = replace(
    FIRST_DAY,
    accounts=tuple(Account(name, name, f"{name}@example.com", "Root") for name in ("management", "prod", "dev")),
)
DEV = placeholder(Ref(account_address("dev")))
PROD = placeholder(Ref(account_address("prod")))
EVERYWHERE = Targets()


@pytest.fixture(scope="module")
def library() -> Library:
    """The content that ships."""
    return Library(Path(__file__).parents[1])


def exception(line: int = 1, **given: Any) -> PolicyException:
    made = PolicyException(**{"reason": "a reason", "owner": "somebody", "expires": "2027-01-31", **given})
    made.stand_at(Source("controls.yaml", line, 5))
    return made


def source_of(library: Library, policy: str) -> AuthorizationPolicy:
    found = library.policy("rcp" if policy == "require-tls" else "scp", policy)
    assert isinstance(found, AuthorizationPolicy)
    return found


def narrowed(library: Library, policy: str, *exceptions: PolicyException, targets: Targets = EVERYWHERE) -> Any:
    """The document of a policy with exceptions, ids filled in."""
    source = source_of(library, policy)
    document = source.render({}, policy_facts(ORGANIZATION))
    return with_placeholders(excepted(document, source, exceptions, ORGANIZATION, targets))


def denied(document: Mapping[str, Any], principal: str, action: str = "ec2:RunInstances") -> bool:
    policy = NamedPolicy("policy", document)
    policies = Policies(scps=(Level("Root", (FULL, policy)),))
    return evaluate(Request(principal, action, region="us-west-2"), policies).outcome == "explicitDeny"


@pytest.mark.parametrize(
    ("given", "alone", "bound"),
    [
        (
            {"principal": "role/CI-*"},
            [f"arn:aws:iam::{DEV}:role/CI-Deploy", f"arn:aws:iam::{PROD}:role/CI-Test"],
            [f"arn:aws:iam::{DEV}:role/Developer", f"arn:aws:iam::{DEV}:user/CI-x", f"arn:aws:iam::{DEV}:root"],
        ),
        (
            {"account": "dev"},
            [f"arn:aws:iam::{DEV}:role/CI-Deploy", f"arn:aws:iam::{DEV}:root"],
            [f"arn:aws:iam::{PROD}:role/CI-Deploy"],
        ),
        (
            {"principal": "role/CI-*", "account": "dev"},
            [f"arn:aws:iam::{DEV}:role/CI-Deploy"],
            [f"arn:aws:iam::{PROD}:role/CI-Deploy", f"arn:aws:iam::{DEV}:role/Developer"],
        ),
        (
            {"principal": f"arn:aws:iam::{PROD}:user/kim"},
            [f"arn:aws:iam::{PROD}:user/kim"],
            [f"arn:aws:iam::{DEV}:user/kim", f"arn:aws:iam::{PROD}:user/kimberly"],
        ),
        (
            {"principal": "role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*"},
            [f"arn:aws:iam::{DEV}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_1f"],
            [f"arn:aws:iam::{DEV}:role/AWSReservedSSO_Admin_1f"],
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_who_is_let_alone(library: Library, given: Any, alone: list[str], bound: list[str]) -> None:
    """Whom the exception names may do what the policy denies, everybody else may not; without it nobody may."""
    plain, document = (narrowed(library, "deny-other-regions", *each) for each in ((), (exception(**given),)))
    assert [who for who in alone if denied(document, who)] == []
    assert [who for who in bound if not denied(document, who)] == []
    assert all(denied(plain, who) for who in [*alone, *bound])


def test_two_exceptions_are_two(library: Library) -> None:
    """Of several exceptions each lets somebody alone; the trusted roles stay so too."""
    document = narrowed(library, "deny-other-regions", exception(principal="role/CI"), exception(account="prod"))
    assert not denied(document, f"arn:aws:iam::{DEV}:role/CI")
    assert not denied(document, f"arn:aws:iam::{PROD}:role/Developer")
    assert not denied(document, f"arn:aws:iam::{DEV}:role/BreakGlass")
    assert denied(document, f"arn:aws:iam::{DEV}:role/Developer")


def test_only_from_some_statements(library: Library) -> None:
    """An exception from one statement leaves the others as they are."""
    source = library.policy("scp", "protect-cloudtrail-and-guardduty")
    assert isinstance(source, AuthorizationPolicy)
    first, *others = (str(statement["Sid"]) for statement in source.statements)
    plain = narrowed(library, source.id)
    document = narrowed(library, source.id, exception(account="dev", statements=(first,)))
    changed = [s["Sid"] for s, t in zip(document["Statement"], plain["Statement"], strict=True) if s != t]
    assert others
    assert changed == [first]


@pytest.mark.parametrize(
    ("given", "alone"),
    [
        ({"principal": "role/Legacy", "account": "dev"}, True),
        ({"principal": f"arn:aws:iam::{DEV}:role/Legacy"}, True),
        ({"account": "prod"}, True),
        ({"account": "dev"}, False),
    ],
)
def test_a_resource_control_policy(library: Library, given: Any, alone: bool) -> None:
    """A principal is let alone with its account, whosever the resource is; an account alone is the one that owns the resource."""
    document = narrowed(library, "require-tls", exception(**given))
    policies = Policies(rcps=(Level("Root", (NamedPolicy("require-tls", document, RESOURCE_CONTROL),)),))
    context = {"aws:SecureTransport": "false"}
    arn = "arn:aws:s3:::b/k"
    asked = Request(f"arn:aws:iam::{DEV}:role/Legacy", "s3:GetObject", arn, context, resource_owner=PROD)
    stranger = replace(asked, principal_arn="arn:aws:iam::999999999999:role/Legacy")
    outcomes = [evaluate(request, policies).outcome for request in (asked, stranger)]
    assert outcomes == [
        "allowed" if alone else "explicitDeny",
        "allowed" if given == {"account": "prod"} else "explicitDeny",
    ]


@pytest.mark.parametrize(
    ("policy", "given", "problem"),
    [
        ("deny-other-regions", {"principal": "role/BreakGlass"}, "role/BreakGlass is let alone already"),
        ("deny-other-regions", {"principal": "role/stacksets-exec-a*"}, "role/stacksets-exec-a* is let alone already"),
        ("deny-other-regions", {"principal": "role/BreakGlass", "account": "dev"},
         "role/BreakGlass in the account dev is let alone already"),
        ("protect-log-archive", {"principal": "role/acme-log-x", "statements": ("ProtectReplicas",)},
         "role/acme-log-x is let alone already"),
        ("deny-root-user", {"principal": "role/CI"}, "role/CI is let alone already (remove the exception)"),
        ("deny-other-regions", {"principal": "role/aws-service-role/x"}, "no policy binds service-linked roles"),
        ("deny-root-user", {"account": "management"}, "no policy binds the management account"),
        ("require-tls", {"account": "management"}, "no policy binds the management account"),
        ("deny-root-user", {"account": "prod"}, "it does not hold in the account prod here"),
        ("require-tls", {"account": "prod"}, "it does not hold in the account prod here"),
        ("deny-root-user", {"account": "dev", "statements": ("DenyRoot",)}, "it has no statement 'DenyRoot' (did you"),
        ("require-tls", {"principal": "role/CI"}, "anybody outside can name a role as 'role/CI' does (name the account"),
        ("require-tls", {"principal": "arn:aws:iam::*:role/CI"}, "anybody outside can name a role"),
    ],
)  # fmt: skip
def test_what_changes_nothing_or_too_much(library: Library, policy: str, given: Any, problem: str) -> None:
    """Somebody who is let alone anyway, and whom an RCP could not tell from a stranger: refused where it stands."""
    with pytest.raises(ConfigError) as refused:
        narrowed(library, policy, exception(**given), targets=Targets(accounts=("dev", "management")))
    (found,) = refused.value.problems
    assert str(found).startswith(f"controls.yaml:1:5: {policy}: {problem}")


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({}, {}, True),
        ({"statements": ("DenyOtherRegions",)}, {}, True),
        ({}, {"account": "dev"}, False),
        ({}, {"principal": "role/CD"}, False),
    ],
)
def test_two_that_say_the_same(library: Library, one: Any, other: Any, twice: bool) -> None:
    """Two exceptions of one principal from one statement are refused at the second, which names the line of the first."""
    pair = [exception(2, **{"principal": "role/CI", **one}), exception(3, **{"principal": "role/CI", **other})]
    if not twice:
        narrowed(library, "deny-other-regions", *pair)
        return
    with pytest.raises(ConfigError) as refused:
        narrowed(library, "deny-other-regions", *pair)
    expected = "controls.yaml:3:5: deny-other-regions: role/CI is excepted already (on line 2: keep one of the two)"
    assert str(refused.value) == expected


def test_an_allow_has_no_exceptions(library: Library) -> None:
    """A statement that allows is refused, unless the exception names others."""
    source = replace(source_of(library, "deny-root-user"), exempt_reason="for this test")
    allow = {"Sid": "Allow", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    deny = {"Sid": "Deny", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allow, deny]}
    made = excepted(document, source, [exception(account="dev", statements=("Deny",))], ORGANIZATION, EVERYWHERE)
    assert made["Statement"][0] == allow
    assert made["Statement"][1] != deny
    with pytest.raises(ConfigError, match="the statement Allow allows, and only denials have exceptions"):
        excepted(document, source, [exception(account="dev")], ORGANIZATION, EVERYWHERE)


CONTROLS = """\
service-control-policies:
  policies:
    - policy: deny-other-regions
      exceptions:
        - {scp}
organization-policies:
  policies:
    - kind: tag
      policy: environment-and-owner
      exceptions: [{tag}]
"""
GOOD = "{principal: role/CI-*, reason: a reason, owner: somebody, expires: 2027-01-31}"


def compiled(tmp_path: Path, repository: Path, controls: str) -> tuple[list[str], dict[str, Policy]]:
    """What is wrong with a controls.yaml beside the rest of the configuration that ships; else the policies that follow."""
    folder = shutil.copytree(repository / "config", tmp_path / "config")
    (folder / "controls.yaml").write_text(controls, encoding="utf-8")
    known = {control.id: control for control in (SERVICE_CONTROL_POLICIES, ORGANIZATION_POLICIES)}
    problems: list[str] = []
    policies: dict[str, Policy] = {}
    try:
        organization: Organization = config.load(folder, {name: each.settings for name, each in known.items()})
        for each in organization.controls:
            items = known[each.id].resources(organization, Library(repository), each.settings)
            policies |= {item.name: item for item in items if isinstance(item, Policy)}
    except ConfigError as error:
        problems = [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    return problems, policies


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("role/CI-*", "CI-*", "5:23: 'CI-*' is no pattern of principals (write role/Name or user/Name"),
        ("role/CI-*", '"*"', "5:23: '*' is no pattern of principals"),
        ("role/CI-*", "role/*", "5:23: 'role/*' is everybody (name who needs it"),
        ("role/CI-*", "user/*?/*", "5:23: 'user/*?/*' is everybody"),
        ("role/CI-*", "'arn:aws:iam::1?:role/X'", "5:23: 'arn:aws:iam::1?:role/X' is of no account"),
        ("role/CI-*", "'arn:aws:iam::*:role/*'", "5:23: 'arn:aws:iam::*:role/*' is everybody"),
        ("role/CI-*", "'arn:aws:sts::111111111111:assumed-role/a/b'", "5:23: 'arn:aws:sts::111111111111:assumed-role/a/b' is no"),
        ("role/CI-*", "'arn:aws:iam::*:role/a', account: dev", "5:11: an ARN names its account itself (write role/a beside"),
        ("principal: role/CI-*, ", "", "5:11: an exception names a principal, an account, or both"),
        ("principal: role/CI-*", "account: development", "5:21: there is no account 'development'"),
        ("reason: a reason, ", "", "5:11: 'reason' is missing"),
        ("a reason", "''", "5:42: 'reason' should have at least 1 character"),
        ("owner: somebody, ", "", "5:11: 'owner' is missing"),
        ("2027-01-31", "2027-02-30", "5:78: '2027-02-30' is not a day"),
        ("2027-01-31", "20270131", "5:78: 20270131 is not a day (write it as year-month-day: 2027-01-31)"),
        (", expires: 2027-01-31", "", "5:11: 'expires' is missing"),
        ("expires", "until", "5:69: unknown key 'until'"),
    ],
)  # fmt: skip
def test_what_is_written_wrongly(tmp_path: Path, repository: Path, old: str, new: str, problem: str) -> None:
    """Each mistake is told at its line and column."""
    assert GOOD.count(old) == 1
    problems, _ = compiled(tmp_path, repository, CONTROLS.format(scp=GOOD.replace(old, new), tag=""))
    assert any(found.startswith(f"controls.yaml:{problem}") for found in problems), problems


def test_where_they_stand(tmp_path: Path, repository: Path) -> None:
    """An exception of a service control policy is in its conditions; a kind without conditions refuses it, at its place."""
    problems, policies = compiled(tmp_path, repository, CONTROLS.format(scp=GOOD, tag=""))
    assert problems == []
    (statement,) = policies["deny-other-regions"].content["Statement"]
    assert statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"][-1] == "arn:*:iam::*:role/CI-*"


def test_a_kind_without_conditions(tmp_path: Path, repository: Path) -> None:
    """An exception of a policy that has no conditions is refused at its place."""
    problems, _ = compiled(tmp_path, repository, CONTROLS.format(scp=GOOD, tag=GOOD))
    (problem,) = problems
    assert problem.startswith("controls.yaml:10:20: environment-and-owner: a policy of the kind tag has no conditions")


def test_who_in_words() -> None:
    """It is told who an exception is for, and its ARN keeps the account's id as a late value."""
    both = exception(principal="role/CI", account="dev")
    assert [each.who for each in (both, exception(account="dev"), exception(principal="role/CI"))] == [
        "role/CI in the account dev",
        "the account dev",
        "role/CI",
    ]
    assert both.expires == date(2027, 1, 31)
    assert both.arn == f"arn:*:iam::{Ref(account_address('dev'))}:role/CI"
