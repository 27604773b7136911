import pytest

from guardrails.policy_tests.principals import principals_in
from tests.policy_tests.shop import SHOP, organized

EXECUTION = "role/stacksets-exec-0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["deployer"], ["role/Deployer", "role/Member"]),
        (["break-glass", "role/BreakGlass"], ["role/BreakGlass"]),
        (["trusted"], ["role/Deployer", "role/Member", "role/BreakGlass", EXECUTION]),
        (
            ["everyone"],
            [
                "root",
                "role/Administrator",
                "role/Deployer",
                "role/BreakGlass",
                "role/Member",
                EXECUTION,
                "user/Somebody",
            ],
        ),
        (["root", "role/X"], ["root", "role/X"]),
    ],
)
def test_what_the_words_stand_for(names: list[str], expected: list[str]) -> None:
    """A word stands for these principals of an account; anything else for itself."""
    assert principals_in(SHOP, organized().hierarchy.account("dev"), names) == expected
