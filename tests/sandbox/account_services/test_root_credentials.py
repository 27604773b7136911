"""Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html"""

from guardrails.sandbox.embedded import Embedded


def test_users_keep_their_own(sandbox: Embedded) -> None:
    """A user's password and keys are the user's, whoever asks by the user's name."""
    iam = sandbox.client("iam")
    iam.create_user(UserName="ada")
    iam.create_login_profile(UserName="ada", Password="some-Password-17")
    assert iam.get_login_profile(UserName="ada")["LoginProfile"]["UserName"] == "ada"
    iam.create_access_key(UserName="ada")
    assert len(iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]) == 1
