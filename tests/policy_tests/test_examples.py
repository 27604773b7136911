from pathlib import Path

from guardrails.library.policy_files import read_policy
from guardrails.policy_tests.examples import results_of
from guardrails.policy_tests.expressions import facts_of
from tests.policy_tests.shop import SHOP

POLICY = """\
id: no-s3
title: T
description: D
severity: low
source: https://docs.aws.amazon.com/x
statements:
  - {Sid: One, Effect: Deny, Action: "s3:*", Resource: "*"}
examples:
  - name: denied
    request: {principal: root, action: s3:GetObject}
    expect: explicitDeny
  - name: wrong
    request: {principal: root, action: s3:GetObject}
    expect: allowed
"""


def test_examples_as_results(tmp_path: Path) -> None:
    """Each example that is wanted by its name is one question, with its line; a wrong one fails at what it expects."""
    file = tmp_path / "scp" / "no-s3.yaml"
    file.parent.mkdir()
    file.write_text(POLICY, encoding="utf-8")
    source = read_policy(file, "scp")
    right, wrong = results_of(source, facts_of(SHOP), lambda name: True)
    assert (right.name, right.file, right.line, right.questions, right.failures) == ("denied", str(file), 9, 1, ())
    (failure,) = wrong.failures
    assert failure.message == "expected allowed, got explicitDeny"
    assert failure.why == (f"organizational unit / no-s3 / One ({file}:7): denies it",)
    assert [result.name for result in results_of(source, facts_of(SHOP), lambda name: name == "wrong")] == ["wrong"]


def test_an_example_that_cannot_be_decided(tmp_path: Path) -> None:
    """What is wrong with a request is told as it is by `guardrails validate`."""
    file = tmp_path / "scp" / "no-s3.yaml"
    file.parent.mkdir()
    file.write_text(POLICY.replace("s3:GetObject", "s3:*", 1), encoding="utf-8")
    first, _ = results_of(read_policy(file, "scp"), facts_of(SHOP), lambda name: True)
    assert first.failures[0].message.startswith("the example 'denied' cannot be evaluated: 's3:*' is no action")
