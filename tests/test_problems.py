import pytest

from guardrails.errors import ConfigError, Problem
from guardrails.model import Source
from guardrails.problems import Problems, did_you_mean, nearest


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("Wrkloads", "did you mean 'Workloads'?"),
        ("workloads", "did you mean 'Workloads'?"),
        ("Prod", "did you mean 'Workloads/Prod'?"),
        ("Workloads/Prd", "did you mean 'Workloads/Prod'?"),
        ("Finance", ""),
        ("", ""),
    ],
)
def test_did_you_mean(name: str, answer: str) -> None:
    """The nearest name is offered, whatever its case and above it; none is offered when none is near."""
    assert did_you_mean(name, ["Root", "Security", "Workloads", "Workloads/Prod"]) == answer


def test_nearest() -> None:
    """The nearest name is proposed; when none is near, all are told."""
    assert nearest("prefx", ["prefix", "bucket"]) == "did you mean 'prefix'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert nearest("zzz", []) == ""


def test_raised_together() -> None:
    """All problems are raised at once, in the order of files and lines."""
    problems = Problems()
    problems.raise_if_any()
    problems.add(Source("b.yaml", 1, 1), "second")
    problems.add(Source("a.yaml", 9, 2), "first", "do this")
    with pytest.raises(ConfigError) as raised:
        problems.raise_if_any()
    assert raised.value.problems == (
        Problem("a.yaml", 9, 2, "first", "do this"),
        Problem("b.yaml", 1, 1, "second", ""),
    )
