"""Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_a_password_policy_is_there_once_it_was_set(sandbox: Embedded, refused: Refused) -> None:
    """An account has no password policy of its own until one is set; updating it again replaces it as a whole."""
    iam = sandbox.client("iam")
    assert refused(iam.get_account_password_policy) == "NoSuchEntity"
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)
    iam.update_account_password_policy(MinimumPasswordLength=16)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["RequireSymbols"]) == (16, False)
    iam.delete_account_password_policy()
    assert refused(iam.delete_account_password_policy) == "NoSuchEntity"
