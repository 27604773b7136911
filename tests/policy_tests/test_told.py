from guardrails.policy_tests.results import Failure, Result
from guardrails.policy_tests.told import as_data, in_words

GOOD = Result("good", "a.yaml", 1, 3)
FAILURE = Failure(
    "expected denied, got allowed",
    (
        "Root / p / S (policies/scp/logging/p.yaml:10): denies only where aws:PrincipalArn 'arn:aws:iam::111111111111:role/X' is like 'y'",
    ),
    "do",
    2,
    accounts=("dev",),
    actions=tuple(f"ec2:Act{number}" for number in range(10)),
)
BAD = Result("bad", "a.yaml", 9, 30, (FAILURE,))


def test_in_words() -> None:
    """Only failures are told in detail, in 80 columns; long lists are cut; the last line counts."""
    text = in_words([GOOD, BAD], [GOOD], 0.42)
    lines = text.splitlines()
    assert lines[0] == "FAILED a.yaml:9: bad"
    assert lines[1] == "  expected denied, got allowed: 2 of 30 questions"
    assert lines[2] == "    account     dev"
    assert lines[3].startswith("    actions     ec2:Act0, ")
    assert "ec2:Act7, 2 more" in text
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "1 of 2 tests failed; 1 example of policies passed. 36 questions, 0.4 s."


def test_all_is_well() -> None:
    """Without a failure one line is enough."""
    assert in_words([GOOD], [], 0.04) == "1 test passed. 3 questions, 0.0 s."


def test_as_data() -> None:
    """Every result is in the data, with every name."""
    data = as_data([GOOD, BAD], [GOOD])
    assert (data["passed"], data["summary"]["tests"]) == (False, {"passed": 1, "failed": 1})
    assert len(data["tests"][1]["failures"][0]["actions"]) == 10
    assert as_data([GOOD], [])["passed"] is True
