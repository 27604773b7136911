"""Who administers stack sets: the management account, and the delegated administrators on its behalf.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-delegated-admin.html
"""

from guardrails.sandbox.cloudformation.stack_sets import records
from guardrails.sandbox.cloudformation.stack_sets.records import StackSet
from guardrails.sandbox.cloudformation.stacks import SERVICE, invalid
from guardrails.sandbox.organizations import organization, trusted_access
from guardrails.sandbox.organizations.organization import STACK_SETS_PRINCIPAL
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.refusals import Refusal


def owner(call: Call) -> str:
    """The account whose stack sets a request is about: the management account's, also for a delegated administrator.

    Raises:
        Refusal: the request acts as a delegated administrator, and its account is none.
    """
    if call.parameters.get("CallAs", "SELF") != "DELEGATED_ADMIN":
        return call.account_id
    if not _is_delegated(call.account_id):
        raise invalid("Account used is not a delegated administrator")
    return MANAGEMENT_ACCOUNT_ID


def require_administrator(call: Call) -> None:
    """Let only the administrators of an organization pass in which StackSets is activated.

    Raises:
        Refusal: the caller is none, or StackSets has no access to the organization.
    """
    if organization.backend().org is None or owner(call) != MANAGEMENT_ACCOUNT_ID:
        raise invalid(
            "You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set"
        )
    require_activated()


def require_activated() -> None:
    """Let only an organization pass in which StackSets is activated."""
    if not trusted_access.stack_sets_activated():
        raise invalid("You must enable organizations access to operate a service managed stack set")


def asked_set(call: Call) -> StackSet:
    """The active stack set that a request names.

    Raises:
        Refusal: there is none.
    """
    name = str(call.parameters["StackSetName"])
    found = records.find(owner(call), call.region, name)
    if found is None:
        raise Refusal("StackSetNotFoundException", f"StackSet {name} not found", status=404)
    return found


def is_about(call: Call | None, stack_set: StackSet) -> bool:
    """Whether a request is to StackSets, and about this set or about all of them."""
    if call is None or call.service != SERVICE:
        return False
    if call.operation == "ListStackSets":
        return True
    if "StackSetName" not in call.parameters or not stack_set.arn.startswith(_place(call)):
        return False
    return call.parameters["StackSetName"] in {stack_set.name, stack_set.id, stack_set.arn}


def _place(call: Call) -> str:
    account = MANAGEMENT_ACCOUNT_ID if call.parameters.get("CallAs") == "DELEGATED_ADMIN" else call.account_id
    return f"arn:aws:cloudformation:{call.region}:{account}:"


def _is_delegated(account_id: str) -> bool:
    return organization.backend().org is not None and account_id in organization.delegated_administrators(
        STACK_SETS_PRINCIPAL
    )
