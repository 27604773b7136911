"""What policies and templates may know follows from the declared names; what only AWS knows is a reference to it."""

from dataclasses import replace
from pathlib import Path

import pytest

from guardrails.engine.resource import Directory, Ref, substitute
from guardrails.library import Library
from guardrails.model import Account
from guardrails.organization_facts import (
    account_id,
    landing_bucket,
    landing_key,
    landing_stack,
    log_archive_bucket,
    log_archive_stack,
    policy_facts,
    trail_arn,
    trail_name,
    trusted_principals,
    trusted_roles,
)
from guardrails.resources import ORGANIZATION, account_address
from tests.organization_line import FIRST_DAY

IDS = {"management": "111111111111", "log-archive": "222222222222", "security-tooling": "333333333333"}
DECLARED = replace(
    FIRST_DAY,
    deployer_roles=("Deployer", "Emergency"),
    break_glass_roles=("BreakGlass", "Emergency"),
    accounts=tuple(Account(name, name, f"{name}@example.com", "Root") for name in IDS),
)


@pytest.fixture
def names() -> Directory:
    """The ids as AWS has given them."""
    known = Directory()
    known.learn(ORGANIZATION, {"id": "o-acme000000"})
    for name, identity in IDS.items():
        known.learn(account_address(name), {"id": identity})
    return known


def test_an_account_id_is_a_reference() -> None:
    """An account that does not exist yet can be named in a policy: its id is the text of a reference to it."""
    assert account_id("log-archive") == str(Ref(account_address("log-archive"), "id"))


def test_names_once_the_ids_are_known(names: Directory) -> None:
    """The bucket's name and the trail's ARN are complete, and AWS's own, as soon as the account ids are known."""
    assert trail_name(DECLARED) == "acme-organization-trail"
    assert substitute(log_archive_bucket(DECLARED), names.known) == "acme-log-archive-222222222222-eu-west-1"
    assert (
        substitute(trail_arn(DECLARED), names.known)
        == "arn:aws:cloudtrail:eu-west-1:111111111111:trail/acme-organization-trail"
    )


def test_the_longest_bucket_name_fits(names: Directory) -> None:
    """With the longest prefix and the longest region name the bucket's name is still within S3's 63 characters."""
    longest = replace(DECLARED, prefix="a" * 20, home_region="ap-southeast-1")
    assert len(str(substitute(log_archive_bucket(longest), names.known))) <= 63


def test_the_stack_stands_in_the_log_archive() -> None:
    """The archive's stack is in the log archive account's home region; the management account has no name as a place."""
    stack = log_archive_stack(DECLARED)
    assert (stack.name, stack.account, stack.region) == ("acme-log-archive", "log-archive", "eu-west-1")
    assert log_archive_stack(replace(DECLARED, log_archive_account="management")).account == ""


def test_roles_that_no_guardrail_binds() -> None:
    """Deployers, break-glass, what the deployer assumes and what StackSets assume are trusted, each named once, in every account."""
    roles = ["Deployer", "Emergency", "BreakGlass", "OrganizationAccountAccessRole", "stacksets-exec-*"]
    assert trusted_roles(DECLARED) == roles
    assert trusted_principals(DECLARED) == [f"arn:*:iam::*:role/{role}" for role in roles]


def test_what_a_policy_may_know(names: Directory) -> None:
    """The facts are strings and lists of strings, and nothing in them is left open once the ids are known."""
    facts = substitute(policy_facts(DECLARED), names.known)
    assert facts == {
        "prefix": "acme",
        "home_region": "eu-west-1",
        "governed_regions": ["eu-west-1", "eu-central-1"],
        "organization_id": "o-acme000000",
        "management_account_id": "111111111111",
        "log_archive_account_id": "222222222222",
        "security_account_id": "333333333333",
        "log_archive_bucket": "acme-log-archive-222222222222-eu-west-1",
        "trail_name": "acme-organization-trail",
        "trail_arn": "arn:aws:cloudtrail:eu-west-1:111111111111:trail/acme-organization-trail",
        "deployer_roles": ["Deployer", "Emergency"],
        "break_glass_roles": ["BreakGlass", "Emergency"],
        "member_role": "OrganizationAccountAccessRole",
        "trusted_principals": trusted_principals(DECLARED),
    }


def test_every_shipped_policy_gets_by_with_them(repository: Path) -> None:
    """No shipped policy asks for a fact that does not exist."""
    policies = Library(repository).policies("scp")
    assert policies
    assert all(policy.render({}, policy_facts(DECLARED))["Statement"] for policy in policies.values())


def test_landing_buckets(names: Directory) -> None:
    """Landing buckets stand in the log archive account, one of each purpose and region; their key is known from their stack."""
    found = [
        substitute(landing_bucket(DECLARED, purpose, "eu-central-1"), names.known) for purpose in ("config", "waf")
    ]
    assert found == ["acme-config-logs-222222222222-eu-central-1", "aws-waf-logs-acme-222222222222-eu-central-1"]
    stack = landing_stack(DECLARED, "eu-central-1")
    assert (stack.name, stack.account, stack.region) == ("acme-log-landing", "log-archive", "eu-central-1")
    assert landing_key(DECLARED, "eu-central-1") == str(Ref(stack, "KeyArn"))
    longest = replace(DECLARED, prefix="a" * 20)
    assert len(str(substitute(landing_bucket(longest, "guardduty", "ap-southeast-1"), names.known))) <= 63
