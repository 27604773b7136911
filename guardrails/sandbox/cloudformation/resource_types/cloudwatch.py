"""AWS::CloudWatch::Alarm."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends

from guardrails.sandbox.cloudformation.resource_types import (
    Place,
    Properties,
    Resource,
    ResourceFailed,
    ResourceType,
    own_tags,
    tag_list,
)

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ActionsEnabled": "actions_enabled",
        "AlarmActions": "alarm_actions",
        "AlarmDescription": "description",
        "ComparisonOperator": "comparison_operator",
        "DatapointsToAlarm": "datapoints_to_alarm",
        "EvaluateLowSampleCountPercentile": "evaluate_low_sample_count_percentile",
        "EvaluationPeriods": "evaluation_periods",
        "ExtendedStatistic": "extended_statistic",
        "InsufficientDataActions": "insufficient_data_actions",
        "MetricName": "metric_name",
        "Namespace": "namespace",
        "OKActions": "ok_actions",
        "Period": "period",
        "Statistic": "statistic",
        "Threshold": "threshold",
        "TreatMissingData": "treat_missing_data",
        "Unit": "unit",
    }
)
"""Property -> moto's field of the same meaning."""


def _backend(place: Place) -> CloudWatchBackend:
    return cloudwatch_backends[place.account][place.region]


class CloudWatchAlarm:
    """An alarm on one metric. Alarms on expressions are not applied.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
    """

    name = "AWS::CloudWatch::Alarm"
    applied = frozenset({*_FIELDS, "AlarmName", "Dimensions", "Tags"})

    def create(self, place: Place, properties: Properties) -> Resource:
        """Create the alarm; the name must be free, since putting it would change somebody else's."""
        name = properties.get("AlarmName") or place.generated_name(255)
        if name in _backend(place).alarms:
            raise ResourceFailed(f"{name} already exists")
        return self._put(place, name, properties)

    def update(self, place: Place, resource: Resource, properties: Properties) -> Resource:
        """Put the alarm again; it keeps its state."""
        return self._put(place, resource.physical_id, properties)

    def delete(self, place: Place, resource: Resource, properties: Properties) -> None:
        """Delete the alarm."""
        _backend(place).delete_alarms([resource.physical_id])

    def read(self, place: Place, resource: Resource) -> Properties | None:
        """The alarm's settings and tags."""
        backend = _backend(place)
        alarm = backend.alarms.get(resource.physical_id)
        if alarm is None:
            return None
        return {
            **{name: getattr(alarm, field) for name, field in _FIELDS.items()},
            "AlarmName": alarm.name,
            "Dimensions": [{"Name": one.name, "Value": one.value} for one in alarm.dimensions],
            "Tags": own_tags(backend.tagger.get_tag_dict_for_resource(alarm.alarm_arn)),
        }

    def _put(self, place: Place, name: str, properties: Properties) -> Resource:
        backend = _backend(place)
        before = backend.alarms.get(name)
        settings: dict[str, Any] = {field: properties.get(name) for name, field in _FIELDS.items()}
        settings["actions_enabled"] = properties.get("ActionsEnabled", True)
        settings["alarm_actions"] = properties.get("AlarmActions", [])
        alarm = backend.put_metric_alarm(name=name, dimensions=properties.get("Dimensions", []), **settings)
        _keep_state(alarm, before)
        backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        backend.tagger.tag_resource(alarm.alarm_arn, tag_list(place.all_tags(properties.get("Tags"))))
        return Resource(name, {"Arn": alarm.alarm_arn})


def _keep_state(alarm: Alarm, before: Alarm | None) -> None:
    """An alarm that nobody has evaluated yet has insufficient data; one that is put again stays as it is.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
    if before:
        alarm.history = before.history


TYPES: Final[tuple[ResourceType, ...]] = (CloudWatchAlarm(),)
