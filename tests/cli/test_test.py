"""test: the examples of policies, and tests/guardrails/*.yaml."""

import json
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.command_line import Workplace

TESTS = """\
tests:
  - name: nobody stops the trail
    principals: everyone
    except: trusted
    actions: cloudtrail:StopLogging
    resources: "{{ trail_arn }}"
    expect: denied
  - name: a pipeline deploys
    targets: {accounts: [prod]}
    principals: role/Pipeline
    actions: lambda:UpdateFunctionCode
    resources: "*"
    expect: allowed
"""


@pytest.fixture
def tested(workplace: Workplace) -> Workplace:
    """A workplace with the shipped controls and two tests that hold."""
    workplace.declare_everything()
    (workplace.folder / "tests/guardrails").mkdir(parents=True)
    workplace.write("tests/guardrails/t.yaml", TESTS)
    return workplace


def test_a_failure(tested: Workplace) -> None:
    """A test that does not hold ends with 2, and is told with its place, what was asked, and why; in 80 columns."""
    tested.edit("tests/guardrails/t.yaml", "except: trusted", "except: break-glass")
    ended = tested.run("test", "tests/guardrails/t.yaml")
    assert ended.code == 2
    assert ended.out.startswith(
        "FAILED tests/guardrails/t.yaml:2: nobody stops the trail\n  expected denied, got allowed: "
    )
    assert "protect-cloudtrail-and-guardduty" in ended.out
    assert ended.out.splitlines()[-1].startswith("1 of 2 tests failed. ")


def test_junit(tested: Workplace) -> None:
    """JUnit XML is written beside the text, into a folder that need not be there."""
    tested.edit("tests/guardrails/t.yaml", "expect: allowed", "expect: denied")
    assert tested.run("test", "tests", "--junit", "out/junit.xml").code == 2
    (suite,) = fromstring((tested.folder / "out/junit.xml").read_bytes())
    assert (suite.attrib["name"], suite.attrib["tests"], suite.attrib["failures"]) == (
        "tests/guardrails/t.yaml",
        "2",
        "1",
    )


def test_some_of_them(tested: Workplace) -> None:
    """-k takes what has the text in its name or file; a policy file stands for its examples."""
    ended = tested.run("test", "-k", "PIPELINE dep", "--output", "json")
    assert [test["name"] for test in ended.document["tests"]] == ["a pipeline deploys"]
    policy = tested.content / "policies/scp/root/deny-root-user.yaml"
    ended = tested.run("test", str(policy), "--output", "json")
    assert (ended.code, ended.document["tests"]) == (0, [])
    assert {Path(example["file"]) for example in ended.document["examples"]} == {policy}


def test_nothing_is_selected(tested: Workplace) -> None:
    """A text that no test has ends with 3: a job that tests nothing is not green."""
    ended = tested.run("test", "-k", "zebra")
    assert (ended.code, ended.out) == (3, "")
    assert "no test or example has 'zebra'" in ended.message


def test_no_folder(workplace: Workplace) -> None:
    """Without tests of one's own the examples are asked, and it is said."""
    ended = workplace.run("test", "-k", "deny-root-user")
    assert ended.code == 0
    assert "There is no tests/guardrails" in ended.message


def test_an_example_that_does_not_hold(tested: Workplace) -> None:
    """A wrong example ends with 2 as a test does, with its place in the policy file."""
    own = tested.with_own_content()
    text = (own.folder / "content/policies/scp/root/deny-root-user.yaml").read_text()
    own.write(
        "content/policies/scp/root/deny-root-user.yaml", text.replace("expect: allowed", "expect: explicitDeny", 1)
    )
    ended = own.run("test", "-k", "deny-root-user", "--output", "json")
    assert ended.code == 2
    (failed,) = (example for example in ended.document["examples"] if not example["passed"])
    assert failed["name"] == "a session of centralized root access works"


def test_a_wrong_file(tested: Workplace) -> None:
    """Problems of a file end with 3, each with its line and column, and nothing is asked."""
    tested.edit("tests/guardrails/t.yaml", "[prod]", "[prd]")
    ended = tested.run("test")
    assert (ended.code, ended.out) == (3, "")
    assert "tests/guardrails/t.yaml:9:26: there is no account 'prd' (did you mean 'prod'?)" in ended.message


def test_the_data(tested: Workplace) -> None:
    """The JSON says of each test where it stands and how much was asked."""
    document = json.loads(tested.run("test", "tests", "--output", "json").out)
    assert set(document) == {"passed", "summary", "tests", "examples"}
    first = document["tests"][0]
    assert (first["file"], first["line"], first["failures"]) == ("tests/guardrails/t.yaml", 2, [])
    assert first["questions"] > 20
