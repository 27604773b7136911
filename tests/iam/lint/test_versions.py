"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html."""

from typing import Any

import pytest

from guardrails.iam.grammar import IDENTITY
from guardrails.iam.lint import lint
from guardrails.iam.linted import Linted
from tests.lint_cases import statement

OWN = statement("Allow", Action="s3:GetObject", Resource="arn:aws:s3:::home/${aws:username}/*")
OTHER = statement("Allow", Action="s3:GetObject", Resource="arn:aws:s3:::home/*")


@pytest.mark.parametrize(
    ("version", "statements", "count"),
    [
        ({"Version": "2012-10-17"}, [OWN], 0),
        ({"Version": "2008-10-17"}, [OTHER, OWN], 1),
        ({}, [OWN], 1),
        ({}, [OTHER], 0),
    ],
)
def test_variables_need_a_version(version: dict[str, str], statements: list[Any], count: int) -> None:
    """A policy variable in a document of the old version, or of none, is plain text, and told; without one, the old version is fine."""
    findings = lint(Linted({**version, "Statement": statements}, IDENTITY))
    assert [each.path[1] for each in findings if each.rule.id == "GR410"] == [len(statements) - 1] * count
