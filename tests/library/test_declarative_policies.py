"""Declarative policies of the library: rendered, checked, and what becomes effective of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guardrails.errors import ConfigError
from guardrails.library.declarative_policies import DeclarativePolicy
from guardrails.library.examples import check
from guardrails.library.policy_files import read_policy

GOOD = """\
id: good
title: A title
description: A description.
severity: low
source: https://docs.aws.amazon.com/x
parameters:
  values: {type: list, description: Which., default: [a, b]}
  limit: {type: integer, description: How many., default: 3}
content:
  tags:
    Cost:
      tag_key: {"@@assign": Cost}
      tag_value: {"@@assign": "{{ values }}"}
examples:
  - name: first
    parameters: {values: [c]}
    below: {tags: {Cost: {tag_value: {"@@append": ["{{ limit }}"]}}}}
    effective: {tags: {Cost: {tag_key: Cost, tag_value: [c, "3"]}}}
"""


def read(tmp_path: Path, text: str = GOOD) -> DeclarativePolicy:
    file = tmp_path / "good.yaml"
    file.write_text(text, encoding="utf-8")
    policy = read_policy(file, "tag")
    assert isinstance(policy, DeclarativePolicy)
    return policy


def problems(tmp_path: Path, text: str, facts: Mapping[str, Any]) -> list[str]:
    try:
        policy = read(tmp_path, text)
        policy.render({}, facts)
        found = list(check(policy, facts))
    except ConfigError as error:
        found = list(error.problems)
    return [str(problem).replace(str(tmp_path / "good.yaml"), "good.yaml") for problem in found]


def test_a_good_file(tmp_path: Path) -> None:
    """Expressions are evaluated in the content and in the examples, and the effective policy is what the example says."""
    policy = read(tmp_path)
    assert policy.render({"values": ["x"]}, {})["tags"]["Cost"]["tag_value"] == {"@@assign": ["x"]}
    assert list(check(policy, {})) == []
    assert policy.example_names == ("first",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("content:", "statements: []\ncontent:", "good.yaml:9:1: unknown key 'statements' (known keys: content, description"),
        ("severity: low", "severity: low\nexempt: false", "good.yaml:5:1: unknown key 'exempt' (known keys: content"),
        ("{{ values }}", "{% if x %}y{% endif %}", "good.yaml:13:31: only {{ expressions }} may stand in a text"),
        ("{{ values }}", "{{ value }}", "good.yaml:13:31: there is no parameter or fact 'value' (did you mean 'values'?)"),
        ("tag_value: {", "tag_values: {", "good.yaml:13:19: unknown key 'tag_values' (known are tag_key, tag_value,"),
        ("{{ values }}", "x*x*", "good.yaml:13:31: 'tag_value' takes a list of values"),
        ("    effective:", "    effektive:", "good.yaml:18:5: unknown key 'effektive' (did you mean 'effective'?)"),
        ('tag_value: [c, "3"]', "tag_value: [c]",
         "good.yaml:18:16: the example 'first' is effective otherwise than it says (it is {'tags': {"),
        ('"@@append": ["{{ limit }}"]', '"@@append": "x"', "good.yaml:17:51: @@append takes a list"),
    ],
)  # fmt: skip
def test_wrong_files(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """What is wrong is told with file, line and column, before AWS sees it."""
    found = problems(tmp_path, GOOD.replace(old, new, 1), {})
    assert [each for each in found if each.startswith(problem)], found


def test_it_excludes_nobody(tmp_path: Path) -> None:
    """A declarative policy has no conditions: an exclusion is refused, with what to do instead."""
    policy = replace(read(tmp_path), id="p")
    document = policy.render({}, {})
    assert policy.without(document, [], []) == document
    for paths, accounts in ((["o-x/*"], []), ([], ["111111111111"])):
        with pytest.raises(ConfigError, match="has no conditions, and so no exclusions"):
            policy.without(document, paths, list[str](accounts))
