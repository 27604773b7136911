"""Central root access: the management account, or IAM's delegated administrator, acts for the root users of members.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
"""

from typing import Final

from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

PRINCIPAL: Final = "iam.amazonaws.com"
CREDENTIALS: Final = "RootCredentialsManagement"
SESSIONS: Final = "RootSessions"

_ENABLED: Final[dict[str, bool]] = lifecycle.forgotten_on_reset({})


@operation("iam", "EnableOrganizationsRootCredentialsManagement")
def enable_credentials_management(call: Call) -> Answer:
    """Let root credentials of members be managed; the management account says so.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html
    """
    return _set(call, CREDENTIALS, enabled=True)


@operation("iam", "EnableOrganizationsRootSessions")
def enable_sessions(call: Call) -> Answer:
    """Let privileged tasks be done in members; the management account says so.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootSessions.html
    """
    return _set(call, SESSIONS, enabled=True)


@operation("iam", "DisableOrganizationsRootCredentialsManagement")
def disable_credentials_management(call: Call) -> Answer:
    """Let root credentials of members be managed no longer."""
    return _set(call, CREDENTIALS, enabled=False)


@operation("iam", "DisableOrganizationsRootSessions")
def disable_sessions(call: Call) -> Answer:
    """Let privileged tasks be done in members no longer."""
    return _set(call, SESSIONS, enabled=False)


@operation("iam", "ListOrganizationsFeatures")
def list_organizations_features(call: Call) -> Answer:
    """The features that are enabled.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """
    _check(call)
    return _shown()


def is_enabled(feature: str) -> bool:
    """Whether a feature is enabled, and IAM still trusted."""
    trusted = organization.backend().org is not None and PRINCIPAL in organization.trusted_principals()
    return trusted and feature in _ENABLED


def administers(account_id: str) -> bool:
    """Whether an account is the management account, or IAM's delegated administrator."""
    return account_id == MANAGEMENT_ACCOUNT_ID or account_id in organization.delegated_administrators(PRINCIPAL)


def _set(call: Call, feature: str, *, enabled: bool) -> Answer:
    _check(call)
    if enabled and call.account_id != MANAGEMENT_ACCOUNT_ID:
        message = "The account making the request is not the management account of the organization."
        raise Refusal("CallerIsNotManagementAccountException", message)
    if enabled:
        _ENABLED[feature] = True
    else:
        _ENABLED.pop(feature, None)
    return _shown()


def _check(call: Call) -> None:
    if organization.backend().org is None or organization.find_account(call.account_id) is None:
        raise Refusal("OrganizationNotFoundException", "No organization is associated with the account.")
    if not administers(call.account_id):
        message = "The account is neither the management account nor a delegated administrator for IAM."
        raise Refusal("AccountNotManagementOrDelegatedAdministratorException", message)
    if organization.organization().feature_set != "ALL":
        message = "The organization does not have all features enabled."
        raise Refusal("OrganizationNotInAllFeaturesModeException", message)
    if PRINCIPAL not in organization.trusted_principals():
        message = "Trusted access is not enabled for IAM in Organizations."
        raise Refusal("ServiceAccessNotEnabledException", message)


def _shown() -> Answer:
    return {"OrganizationId": organization.organization().id, "EnabledFeatures": sorted(_ENABLED)}
