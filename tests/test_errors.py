"""Every error on purpose: its exit code, and the sentence a person reads."""

import pytest

from guardrails import errors
from guardrails.errors import (
    AccountAbsent,
    AwsAccessDenied,
    AwsError,
    ConfigError,
    GuardrailsError,
    Problem,
    RegionDisabled,
    UnsafePlan,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("GuardrailsError", 1),
        ("ConfigError", 3),
        ("CatalogError", 3),
        ("AwsError", 4),
        ("AwsAccessDenied", 4),
        ("AccountAbsent", 4),
        ("RegionDisabled", 4),
        ("PlanError", 6),
        ("UnsafePlan", 6),
        ("IncompletePlan", 6),
        ("StalePlan", 6),
        ("LockHeld", 6),
        ("SandboxError", 1),
    ],
)
def test_exit_codes(kind: str, code: int) -> None:
    """Each error ends a command with the exit code of its family."""
    assert getattr(errors, kind).exit_code == code
    assert issubclass(getattr(errors, kind), GuardrailsError)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.yaml", 3, 7, "is wrong", "do it right"), "a.yaml:3:7: is wrong (do it right)"),
        (Problem("a.yaml", 3, 7, "is wrong"), "a.yaml:3:7: is wrong"),
        (Problem("a.yaml", 0, 0, "is wrong"), "a.yaml: is wrong"),
        (Problem("", 0, 0, "is wrong", "do it right"), "is wrong (do it right)"),
    ],
)
def test_a_problem_reads_well(problem: Problem, text: str) -> None:
    """A problem says where, what, and what to do, as far as that is known."""
    assert str(problem) == text


def test_all_problems_at_once() -> None:
    """A configuration error holds each problem once, in the order of the files."""
    first, second = Problem("a.yaml", 1, 1, "x"), Problem("b.yaml", 1, 1, "y")
    error = ConfigError([second, first, second])
    assert error.problems == (first, second)
    assert str(error) == "a.yaml:1:1: x\nb.yaml:1:1: y"


def test_how_to_accept() -> None:
    """An unsafe plan says of each limit how to accept it."""
    error = UnsafePlan([("deletions", "6 would go"), ("account-protection", "prod moves")])
    assert str(error).splitlines() == [
        "deletions: 6 would go (accept with --accept deletions)",
        "account-protection: prod moves (accept with --accept account-protection)",
    ]


@pytest.mark.parametrize(
    ("account", "region", "place"),
    [("", "", ""), ("prod", "", " in prod"), ("", "eu-west-1", " in eu-west-1"), ("prod", "r", " in prod/r")],
)
def test_an_aws_error_says_where(account: str, region: str, place: str) -> None:
    """An AWS error names operation, place, code and AWS's words; so do its kinds."""
    for kind in (AwsError, AwsAccessDenied, AccountAbsent, RegionDisabled):
        error = kind("s3:list_buckets", "Denied", "no", account=account, region=region)
        assert str(error) == f"s3:list_buckets{place}: Denied: no"
