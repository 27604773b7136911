"""The customer managed configuration recorder of an account and region: one at most, with its recording mode.

moto keeps the recorder, and drops its recording mode and ARN.
Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from moto.config.models import ConfigRecorder, config_backends
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random

from guardrails.sandbox.aws_config.refusals import moto_refusals, unsupported, validation
from guardrails.sandbox.serving import lifecycle
from guardrails.sandbox.serving.callers import PARTITION
from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import FORWARD, Answer, operation
from guardrails.sandbox.serving.refusals import Refusal

ROLE: Final = re.compile(r"arn:aws:iam::\d{12}:role/.+")
SERVICE_LINKED: Final = ":role/aws-service-role/config.amazonaws.com/"
KNOWN: Final = frozenset({"name", "roleARN", "recordingGroup", "recordingMode"})
CONTINUOUS: Final[Mapping[str, Any]] = {"recordingFrequency": "CONTINUOUS", "recordingModeOverrides": []}

_MODES: Final[dict[tuple[str, str, str], Mapping[str, Any]]] = lifecycle.forgotten_on_reset({})
_IDS: Final[dict[tuple[str, str, str], str]] = lifecycle.forgotten_on_reset({})


@operation("config", "PutConfigurationRecorder")
def put_configuration_recorder(call: Call) -> Answer:
    """Make or change the recorder; a service-linked one is its service's, and is refused."""
    wanted = {"name": "default", **call.parameters["ConfigurationRecorder"]}
    if call.parameters.get("Tags") or set(wanted) - KNOWN:
        raise unsupported(f"tags of a recorder, nor {', '.join(sorted(set(wanted) - KNOWN)) or 'anything else new'}")
    if not ROLE.fullmatch(str(wanted.get("roleARN", ""))):
        message = "You have provided a null or empty Amazon Resource Name (ARN) for the IAM role assumed by AWS Config."
        raise Refusal("InvalidRoleException", message)
    _require_linked_role(call, str(wanted["roleARN"]))
    mode = _checked_mode(wanted.get("recordingMode"))
    with moto_refusals():
        config_backends[call.account_id][call.region].put_configuration_recorder(wanted)
    place = (call.account_id, call.region, str(wanted["name"]))
    _MODES[place] = mode
    _IDS.setdefault(place, mock_random.get_random_string(length=16, lower_case=True))
    return {}


@operation("config", "DescribeConfigurationRecorders")
def describe_configuration_recorders(call: Call) -> Answer:
    """Describe the recorder, by name when it is given."""
    return {"ConfigurationRecorders": [_described(call, each) for each in _asked(call)]}


@operation("config", "DescribeConfigurationRecorderStatus")
def describe_configuration_recorder_status(call: Call) -> Answer:
    """Whether the recorder records. A look: the delivery that was pending has succeeded."""
    return {"ConfigurationRecordersStatus": [_status(call, each) for each in _asked(call)]}


@operation("config", "DeleteConfigurationRecorder")
def delete_configuration_recorder(call: Call) -> Answer:
    """Delete the recorder; what it recorded stays."""
    _MODES.pop((call.account_id, call.region, str(call.parameters["ConfigurationRecorderName"])), None)
    return FORWARD


def is_there(account_id: str, region: str) -> bool:
    """Whether an account has a recorder in a region."""
    return bool(config_backends[account_id][region].recorders)


def _require_linked_role(call: Call, arn: str) -> None:
    """The service-linked role must exist: AWS Config does not make it by itself.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html
    """
    roles = iam_backends[call.account_id][PARTITION].roles.values()
    if SERVICE_LINKED in arn and all(role.arn != arn for role in roles):
        raise Refusal("InvalidRoleException", "The role does not exist in the account.")


def _asked(call: Call) -> list[ConfigRecorder]:
    if call.parameters.get("ServicePrincipal") or call.parameters.get("Arn"):
        raise unsupported("service-linked configuration recorders, nor a recorder named by its ARN")
    names = list(call.parameters.get("ConfigurationRecorderNames") or [])
    if len(names) > 1:
        raise validation("You can only specify one configuration recorder.")
    recorders = config_backends[call.account_id][call.region].recorders
    with moto_refusals():
        config_backends[call.account_id][call.region].describe_configuration_recorders(names)
    return [recorders[name] for name in names or recorders]


def _described(call: Call, recorder: ConfigRecorder) -> Mapping[str, Any]:
    shown = {name: value for name, value in recorder.to_dict().items() if name != "status"}
    mode = _MODES.get((call.account_id, call.region, recorder.name), CONTINUOUS)
    return {**shown, "arn": _arn(call, recorder), "recordingMode": mode, "recordingScope": "PAID"}


def _status(call: Call, recorder: ConfigRecorder) -> Mapping[str, Any]:
    shown = recorder.status.to_dict()
    if recorder.status.last_status == "PENDING":
        recorder.status.last_status = "Success"
        shown["lastStatus"] = "Pending"
    return {**shown, "arn": _arn(call, recorder)}


def _arn(call: Call, recorder: ConfigRecorder) -> str:
    identifier = _IDS.get((call.account_id, call.region, recorder.name), "moto")
    return f"arn:aws:config:{call.region}:{call.account_id}:configuration-recorder/{recorder.name}/{identifier}"


def _checked_mode(wanted: Mapping[str, Any] | None) -> Mapping[str, Any]:
    mode = {**CONTINUOUS, **(wanted or {})}
    overrides = mode.get("recordingModeOverrides") or []
    frequencies = [mode["recordingFrequency"], *(each.get("recordingFrequency") for each in overrides)]
    if any(each not in ("CONTINUOUS", "DAILY") for each in frequencies) or len(overrides) > 1:
        raise validation("The recording mode is not valid.")
    return mode
