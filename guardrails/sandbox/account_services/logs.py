"""CloudWatch Logs where moto falls short: the key of a log group that exists, and metric filters put again.

Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/encrypt-log-data-kms.html
"""

from moto.logs.models import LogGroup, logs_backends

from guardrails.sandbox.serving.calls import Call
from guardrails.sandbox.serving.operations import Answer, operation
from guardrails.sandbox.serving.refusals import Refusal


@operation("logs", "AssociateKmsKey")
def associate_kms_key(call: Call) -> Answer:
    """Encrypt what a log group ingests from now on."""
    _asked(call).kms_key_id = call.parameters["kmsKeyId"]
    return {}


@operation("logs", "DisassociateKmsKey")
def disassociate_kms_key(call: Call) -> Answer:
    """Stop encrypting what a log group ingests with its key."""
    _asked(call).kms_key_id = None
    return {}


@operation("logs", "PutMetricFilter")
def put_metric_filter(call: Call) -> Answer:
    """Put a metric filter on a log group, in the place of the one of its name.

    Source: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
    """
    asked, group, backend = call.parameters, _asked(call), logs_backends[call.account_id][call.region]
    if len(asked["metricTransformations"]) != 1:
        raise Refusal("InvalidParameterException", "A metric filter has exactly one metric transformation.")
    backend.delete_metric_filter(asked["filterName"], group.name)
    backend.put_metric_filter(asked["filterName"], asked["filterPattern"], group.name, asked["metricTransformations"])
    return {}


def _asked(call: Call) -> LogGroup:
    name = call.parameters.get("logGroupName")
    if name is None:
        raise Refusal("InvalidParameterException", "The sandbox finds log groups by logGroupName only.")
    group = logs_backends[call.account_id][call.region].groups.get(name)
    if group is None:
        raise Refusal("ResourceNotFoundException", "The specified log group does not exist.")
    return group
