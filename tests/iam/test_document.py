import json

import pytest

from guardrails.errors import ConfigError
from guardrails.iam.document import Statement, minified, parse

SCP = "SERVICE_CONTROL_POLICY"


def test_minified_is_the_same_document_without_white_space() -> None:
    """Only white space between tokens goes; characters stay themselves, and spaces inside values stay."""
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Condition": {"StringEquals": {"a:b": ["é x"]}}}]}
    text = minified(document)
    assert json.loads(text) == document
    assert text == '{"Version":"2012-10-17","Statement":[{"Sid":"A","Condition":{"StringEquals":{"a:b":["é x"]}}}]}'


def test_parse_takes_single_values_and_single_statements() -> None:
    """A statement alone, and an element with one value, mean the same as lists of one; a statement without Sid is counted."""
    statement = {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}
    assert parse({"Version": "2012-10-17", "Statement": statement}, SCP) == (
        Statement("statement 1", "Deny", not_actions=("iam:*",), not_resources=("arn:aws:s3:::x",)),
    )


def test_parse_tells_every_flaw() -> None:
    """A document with flaws is refused with all of them."""
    with pytest.raises(ConfigError) as refused:
        parse({"Version": "x", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "x"}]}, SCP)
    assert [problem.message.partition(":")[0] for problem in refused.value.problems] == [
        "Statement 1, Resource",
        "Version",
    ]
