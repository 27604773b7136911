"""Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_an_alias_is_used_once(sandbox: Embedded, new_account: Callable[..., str], refused: Refused) -> None:
    """An account has one alias, which no other account has; what is deleted must be there."""
    iam, other = sandbox.client("iam"), sandbox.client("iam", account=new_account("one"))
    iam.create_account_alias(AccountAlias="first")
    iam.create_account_alias(AccountAlias="acme-management")
    assert iam.list_account_aliases()["AccountAliases"] == ["acme-management"]
    assert refused(other.create_account_alias, AccountAlias="acme-management") == "EntityAlreadyExists"
    assert refused(iam.create_account_alias, AccountAlias="Not-Lower") == "ValidationError"
    assert refused(iam.delete_account_alias, AccountAlias="first") == "NoSuchEntity"
    iam.delete_account_alias(AccountAlias="acme-management")
    other.create_account_alias(AccountAlias="acme-management")


def test_a_password_policy_is_there_once_it_was_set(sandbox: Embedded, refused: Refused) -> None:
    """An account has no password policy of its own until one is set; updating it again replaces it as a whole.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
    """
    iam = sandbox.client("iam")
    assert refused(iam.get_account_password_policy) == "NoSuchEntity"
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)
    iam.update_account_password_policy(MinimumPasswordLength=16)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["RequireSymbols"]) == (16, False)
    iam.delete_account_password_policy()
    assert refused(iam.delete_account_password_policy) == "NoSuchEntity"
