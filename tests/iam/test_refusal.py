from guardrails.errors import GuardrailsError
from guardrails.iam.refusal import UnsupportedPolicy


def test_a_refusal_says_what_and_what_to_do() -> None:
    """A refusal is an error for users, with the exit code of configuration errors and a suggestion where there is one."""
    refusal = UnsupportedPolicy("unknown operator", "use another")
    assert isinstance(refusal, GuardrailsError)
    assert refusal.exit_code == 3
    assert str(refusal) == "unknown operator (use another)"
    assert str(UnsupportedPolicy("unknown operator")) == "unknown operator"
