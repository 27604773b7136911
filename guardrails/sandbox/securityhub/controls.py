"""Controls of standards, on or off in an account. Known are those of the best practices, of resource tagging and of CIS 5.0.

Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchGetStandardsControlAssociations.html
"""

from collections.abc import Mapping
from typing import Any, Final

from guardrails.sandbox.securityhub import administration, hubs
from guardrails.sandbox.securityhub.hubs import Hub
from guardrails.sandbox.securityhub.refusals import invalid_input
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal
from guardrails.security_hub.security_controls import CIS_5_0, FSBP, RESOURCE_TAGGING
from guardrails.security_hub.standards import STANDARDS

CONTROLS: Final[Mapping[str, frozenset[str]]] = {
    STANDARDS["fsbp"]: FSBP,
    STANDARDS["resource-tagging"]: RESOURCE_TAGGING,
    STANDARDS["cis-5.0"]: CIS_5_0,
}
STATUSES: Final = ("ENABLED", "DISABLED")
MOST_IN_A_REQUEST: Final = 100


@operation("securityhub", "BatchGetStandardsControlAssociations")
def batch_get_standards_control_associations(call: Call) -> Answer:
    """Say of controls whether they are on in a standard; what is not enabled, or not in the standard, comes back unprocessed."""
    hub, asked = administration.require_hub(call), call.parameters["StandardsControlAssociationIds"]
    _check_number(len(asked))
    return {
        "StandardsControlAssociationDetails": [_described(hub, each) for each in asked if not _problem(hub, each)],
        "UnprocessedAssociations": [
            {"StandardsControlAssociationId": each, "ErrorCode": problem}
            for each in asked
            if (problem := _problem(hub, each))
        ],
    }


@operation("securityhub", "BatchUpdateStandardsControlAssociations")
def batch_update_standards_control_associations(call: Call) -> Answer:
    """Switch controls on or off in a standard; not in an account that is configured centrally.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/disable-controls-overview.html
    """
    hub, asked = administration.require_own(call), call.parameters["StandardsControlAssociationUpdates"]
    _check_number(len(asked))
    unprocessed = []
    for each in asked:
        if each["AssociationStatus"] not in STATUSES:
            raise invalid_input("Invalid parameter 'AssociationStatus'.")
        if problem := _problem(hub, each):
            unprocessed.append({"StandardsControlAssociationUpdate": each, "ErrorCode": problem})
            continue
        pair = _standard(hub, each), _control(each)
        (hub.disabled.discard if each["AssociationStatus"] == "ENABLED" else hub.disabled.add)(pair)
    return {"UnprocessedAssociationUpdates": unprocessed}


def _check_number(asked: int) -> None:
    if not 1 <= asked <= MOST_IN_A_REQUEST:
        raise invalid_input(f"Between 1 and {MOST_IN_A_REQUEST} associations can be named in a request.")


def _problem(hub: Hub, asked: Mapping[str, Any]) -> str | None:
    """Why nothing can be said of a control in a standard: the standard is not enabled, or has no such control.

    Raises:
        Refusal: the sandbox does not know which controls the standard has.
    """
    standard = hubs.standard_of(str(asked["StandardsArn"]), hub.region)
    if standard not in hub.subscriptions:
        return "RESOURCE_NOT_FOUND"
    if standard not in CONTROLS:
        raise Refusal("NotImplemented", f"The sandbox does not know which controls the standard {standard} has.")
    return None if _control(asked) in CONTROLS[standard] else "RESOURCE_NOT_FOUND"


def _standard(hub: Hub, asked: Mapping[str, Any]) -> str:
    return str(hubs.standard_of(str(asked["StandardsArn"]), hub.region))


def _control(asked: Mapping[str, Any]) -> str:
    """The id of a control, which may be named by its ARN."""
    return str(asked["SecurityControlId"]).rpartition("/")[2]


def _described(hub: Hub, asked: Mapping[str, Any]) -> Answer:
    control = _control(asked)
    return {
        "StandardsArn": asked["StandardsArn"],
        "SecurityControlId": control,
        "SecurityControlArn": f"arn:aws:securityhub:{hub.region}:{hub.account_id}:security-control/{control}",
        "AssociationStatus": "DISABLED" if (_standard(hub, asked), control) in hub.disabled else "ENABLED",
    }
