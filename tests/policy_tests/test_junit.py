from xml.etree.ElementTree import fromstring

from guardrails.policy_tests.junit import junit
from guardrails.policy_tests.results import Failure, Result

FAILED = Failure(
    "expected <denied>, got 'allowed' & \x1b",
    ("Root / p / S: \x00why",),
    "do it",
    2,
    ("dev", "prod"),
    ("root",),
    ("s3:*",),
)
RESULTS = (
    Result('a "name"', "tests/guardrails/a.yaml", 3, 4, (), 0.25),
    Result("b", "tests/guardrails/a.yaml", 9, 4, (FAILED, Failure("another")), 0.5),
    Result("c", "/far/away/p.yaml", 1, 1),
)


def test_junit() -> None:
    """Read back: a suite for each file with its counts and time, a case for each result with place and class."""
    root = fromstring(junit(RESULTS))
    assert (root.tag, root.attrib["tests"], root.attrib["failures"], root.attrib["time"]) == (
        "testsuites",
        "3",
        "1",
        "0.750",
    )
    first, second = root
    assert (first.attrib["name"], first.attrib["tests"], first.attrib["failures"]) == (
        "tests/guardrails/a.yaml",
        "2",
        "1",
    )
    assert first[0].attrib == {
        "name": 'a "name"',
        "classname": "tests.guardrails.a",
        "file": "tests/guardrails/a.yaml",
        "line": "3",
        "time": "0.250",
    }
    assert len(first[0]) == 0
    assert second[0].attrib["classname"] == "far.away.p"


def test_a_failure() -> None:
    """A failed case has one failure with every message; what XML cannot hold is replaced, and the rest comes through."""
    (failure,) = fromstring(junit(RESULTS))[0][1]
    assert failure.attrib["message"] == "expected <denied>, got 'allowed' & \N{REPLACEMENT CHARACTER}; another"
    assert (failure.text or "").splitlines()[0] == "tests/guardrails/a.yaml:9"
    assert (
        "accounts: dev, prod\nprincipal: root\naction: s3:*\nwhy: Root / p / S: \N{REPLACEMENT CHARACTER}why\ndo: do it"
        in (failure.text or "")
    )


def test_nothing() -> None:
    """Without any result it is a document still."""
    assert fromstring(junit([])).attrib["tests"] == "0"
