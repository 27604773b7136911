import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.errors import ConfigError
from guardrails.library.authorization_policies import AuthorizationPolicy
from guardrails.library.examples import check
from guardrails.library.policy_files import read_policy

GOOD = """\
id: good
title: A title
description: A description.
severity: low
source: https://docs.aws.amazon.com/x
parameters:
  bucket:
    type: string
    description: Which.
    default: logs
    pattern: "[a-z]+"
statements:
  - Sid: One
    Effect: Deny
    Action: s3:*
    Resource: "arn:aws:s3:::{{ bucket }}"
examples:
  - name: first
    request: {principal: root, action: s3:GetObject}
    expect: allowed
"""


def read(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "good.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        read_policy(file, "scp")
    except ConfigError as error:
        return [str(problem).replace(str(file), "good.yaml") for problem in error.problems]
    return []


def test_a_good_file(tmp_path: Path) -> None:
    """A file comes out as it was written, with defaults for what was left out."""
    assert read(tmp_path, GOOD) == []
    policy = read_policy(tmp_path / "good.yaml", "scp")
    assert isinstance(policy, AuthorizationPolicy)
    assert (policy.id, policy.title, policy.exempt_reason, dict(policy.frameworks)) == ("good", "A title", "", {})
    assert policy.parameters["bucket"].default == "logs"
    assert policy.examples[0].expect == "allowed"
    assert policy.marks["statements", 0, "Resource"] == (16, 15)


def test_scalars_stay_what_was_written(tmp_path: Path) -> None:
    """Account ids, versions, decimal numbers and the operator `Null` come out as text, as they were written."""
    block = "{Null: {'aws:x': 'true'}, StringEquals: {'aws:y': [012345678901, 1.10, 2012-10-17]}, NumericLessThan: {'a:b': 1.5}}"
    text = GOOD.replace("Effect: Deny", f"Effect: Deny\n    Condition: {block}")
    text = text.replace("severity: low", "severity: low\nframeworks: {CIS: [1.7, 2, '1.10']}")
    assert read(tmp_path, text) == []
    policy = read_policy(tmp_path / "good.yaml", "scp")
    assert dict(policy.frameworks) == {"CIS": ("1.7", "2", "1.10")}
    assert policy.render({}, {"trusted_principals": []})["Statement"][0]["Condition"] == {
        "Null": {"aws:x": "true"},
        "StringEquals": {"aws:y": ["012345678901", "1.10", "2012-10-17"]},
        "NumericLessThan": {"a:b": "1.5"},
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: good", "id: bad", "good.yaml:1:5: id is 'bad' (it is the file's name, 'good')"),
        ("title: A title\n", "", "good.yaml:1:1: 'title' is missing"),
        ("title: A title", "titel: A title", "good.yaml:2:1: unknown key 'titel' (did you mean 'title'?)"),
        ("title: A title", "title: 5", "good.yaml:2:8: 'title' should be text, not a number (put it in quotes)"),
        ("severity: low", "severity: huge", "good.yaml:4:11: 'severity' is 'huge', but should be 'low', 'medium', 'high' or 'critical'"),
        ("https://docs", "http://docs", "good.yaml:5:9: 'http://docs.aws.amazon.com/x' is not the https address of a page"),
        ("type: string", "type: text", "good.yaml:8:11: 'type' is 'text', but should be 'string', 'list', 'integer' or 'boolean'"),
        ("    description: Which.\n", "", "good.yaml:7:3: 'description' is missing"),
        ("default: logs", "default: [logs]", "good.yaml:10:14: default should be text, not ['logs']"),
        ("default: logs", "default: LOGS", "good.yaml:10:14: default is 'LOGS', which does not match [a-z]+"),
        ('"[a-z]+"', '"[a-z"', "good.yaml:11:14: pattern is not a regular expression: unterminated character set at position 0"),
        ("  bucket:\n", "  Bucket:\n", "good.yaml:7:3: 'Bucket' is not a parameter's name: it is in snake_case"),
        ("  - Sid: One\n    Effect", "  - Effect", "good.yaml:13:5: 'Sid' is missing (name every statement: reports point at it)"),
        ("{{ bucket }}", "{% if x %}y{% endif %}", "good.yaml:16:15: only {{ expressions }} may stand in a text, no {% blocks %}"),
        ('Resource: "arn', '"{{ bucket }}": "arn', "good.yaml:16:5: an expression cannot stand in a key"),
        ("expect: allowed", "expect: allow",
         "good.yaml:20:13: 'expect' is 'allow', but should be 'allowed', 'explicitDeny' or 'implicitDeny' (did you mean 'allowed'?)"),
        ("principal: root, ", "", "good.yaml:19:5: 'principal' is missing"),
        ("action: s3:GetObject", "action: s3:GetObject, acton: x", "good.yaml:19:54: unknown key 'acton' (did you mean 'action'?)"),
        ("severity: low", "severity: low\nexempt: false", "good.yaml:5:9: exempt: false needs a written exempt_reason"),
        ("severity: low", "severity: low\nexempt_reason: x", "good.yaml:5:16: exempt_reason stands only beside exempt: false"),
        ("title: A title", "title: ' '", "good.yaml:2:8: 'title' should have at least 1 characters"),
        ("{principal: root, ", "{principal: root, context: {a: [1, [2]]}, ",
         "good.yaml:19:45: the value of a context key is text, a list of texts, or null: the request certainly lacks it"),
        ("severity: low", "severity: low\nexempt: 5", "good.yaml:5:9: 'exempt' should be true or false"),
        ("severity: low", "severity: low\nframeworks: [CIS]",
         "good.yaml:5:13: 'frameworks' should be a mapping (key: value)"),
        ("severity: low", "severity: low\nframeworks: {CIS: 1.7}", "good.yaml:5:19: 'CIS' should be a list (write [1.7])"),
    ],
)  # fmt: skip
def test_a_flaw(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Each flaw is told with its line, its column and, where there is one, the nearest right name."""
    assert old in GOOD
    assert problem in read(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize("key", ["parameters", "statements", "examples"])
@pytest.mark.parametrize("value", ["5", "[]", "[5]", "x"])
def test_wrong_shapes(tmp_path: Path, key: str, value: str) -> None:
    """Whatever stands where entries should stand is told, never an error of another kind."""
    head, _, _ = GOOD.partition(f"{key}:")
    assert read(tmp_path, f"{head}{key}: {value}\n")


def test_all_at_once(tmp_path: Path) -> None:
    """Several flaws of one file come together, whatever finds them: YAML, the shape, an expression."""
    text = GOOD.replace("severity: low", "severity: x\nseverity: low").replace("expect: allowed", "expect: x")
    found = read(tmp_path, text.replace("{{ bucket }}", "{{ }}"))
    assert [problem.split(" ")[0] for problem in found] == [
        "good.yaml:4:11:",
        "good.yaml:5:1:",
        "good.yaml:17:15:",
        "good.yaml:21:13:",
    ]


@pytest.mark.parametrize("text", ["[]", "5", "- a", "x"])
def test_no_mapping(tmp_path: Path, text: str) -> None:
    """A file that is no mapping is refused as such."""
    assert read(tmp_path, text) == ["good.yaml:1:1: this should be a mapping (key: value)"]


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["{{", "{{ x }}", "Allow", "*", "root"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def paths(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, item in entries for path in ((*at, key), *paths(item, (*at, key)))]


WHOLE = yaml.safe_load(GOOD.replace("expect: allowed", "expect: explicitDeny"))
WHOLE["statements"][0]["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
WHOLE["examples"][0]["request"].update(resource="arn:aws:s3:::logs", context={"a:b": ["c"]})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(paths(WHOLE)), JUNK)
def test_whatever_stands_anywhere(tmp_path: Path, path: tuple[str | int, ...], junk: Any) -> None:
    """Whatever stands in place of any part of a file, it is understood or it is a configuration error, never one of another kind."""
    data = copy.deepcopy(WHOLE)
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = junk
    file = tmp_path / "good.yaml"
    file.write_text(json.dumps(data), encoding="utf-8")
    try:
        policy = read_policy(file, "scp")
        policy.render({}, {"trusted_principals": ["arn:*:iam::*:role/Deployer"]})
    except ConfigError:
        return
    assert all(problem.message for problem in check(policy, {"trusted_principals": ["arn:*:iam::*:role/Deployer"]}))


def test_findings_that_a_file_accepts(tmp_path: Path) -> None:
    """What of the linter's findings a file accepts has a reason; an empty one is none."""
    assert read(tmp_path, GOOD.replace("statements:", "lint: {GR203: New this week.}\nstatements:")) == []
    policy = read_policy(tmp_path / "good.yaml", "scp")
    assert isinstance(policy, AuthorizationPolicy)
    assert policy.accepted == {"GR203": "New this week."}
    (problem,) = read(tmp_path, GOOD.replace("statements:", 'lint: {GR203: " "}\nstatements:'))
    assert problem.startswith("good.yaml:12:15: ")
