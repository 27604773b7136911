"""The root user's credentials in an account: a password or none; access keys and MFA devices there are none.

A member made while root credentials are managed centrally has no password; one made before has.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
"""

from datetime import UTC, datetime
from typing import Final

from moto.iam.models import AccountSummary, iam_backends

from guardrails.sandbox.account_services import root_access
from guardrails.sandbox.organizations import placement
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

_WITHOUT_PASSWORD: Final[dict[str, bool]] = lifecycle.forgotten_on_reset({})


@operation("iam", "GetLoginProfile")
def get_login_profile(call: Call) -> Answer:
    """Whether root has a password, when root asks about itself."""
    if not _about_root(call):
        return FORWARD
    if call.account_id in _WITHOUT_PASSWORD:
        raise _no_password()
    return _profile()


@operation("iam", "CreateLoginProfile")
def create_login_profile(call: Call) -> Answer:
    """Let root have a password again, which its owner sets by way of the e-mail address.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
    """
    if not _about_root(call):
        return FORWARD
    if call.account_id not in _WITHOUT_PASSWORD:
        raise Refusal("EntityAlreadyExists", "Login Profile for the root user already exists.", status=409)
    del _WITHOUT_PASSWORD[call.account_id]
    return _profile()


@operation("iam", "DeleteLoginProfile")
def delete_login_profile(call: Call) -> Answer:
    """Take root's password away."""
    if not _about_root(call):
        return FORWARD
    if call.account_id in _WITHOUT_PASSWORD:
        raise _no_password()
    _WITHOUT_PASSWORD[call.account_id] = True
    return {}


@operation("iam", "ListAccessKeys")
def list_access_keys(call: Call) -> Answer:
    """Root has none."""
    return {"AccessKeyMetadata": [], "IsTruncated": False} if _about_root(call) else FORWARD


@operation("iam", "ListMFADevices")
def list_mfa_devices(call: Call) -> Answer:
    """Root has none."""
    return {"MFADevices": [], "IsTruncated": False} if _about_root(call) else FORWARD


@operation("iam", "ListSigningCertificates")
def list_signing_certificates(call: Call) -> Answer:
    """Root has none."""
    return {"Certificates": [], "IsTruncated": False} if _about_root(call) else FORWARD


@operation("iam", "GetAccountSummary")
def get_account_summary(call: Call) -> Answer:
    """Count what is in the account, and say whether root has a password.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    """
    counted = AccountSummary(iam_backends[call.account_id][PARTITION]).summary_map
    return {"SummaryMap": {**counted, "AccountPasswordPresent": int(call.account_id not in _WITHOUT_PASSWORD)}}


def _about_root(call: Call) -> bool:
    return "UserName" not in call.parameters and call.caller.arn.endswith(":root")


def _profile() -> Answer:
    return {"LoginProfile": {"UserName": "root", "CreateDate": datetime.now(UTC), "PasswordResetRequired": False}}


def _no_password() -> Refusal:
    return Refusal("NoSuchEntity", "Login Profile for the root user cannot be found.", status=404)


def _account_placed(account_id: str, old_parent_id: str | None, new_parent_id: str | None) -> None:
    if old_parent_id is None and root_access.is_enabled(root_access.CREDENTIALS):
        _WITHOUT_PASSWORD[account_id] = True


def install() -> None:
    """Hear of new accounts."""
    placement.on_account_placed(_account_placed)
