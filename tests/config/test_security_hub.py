"""What users say of Security Hub is checked while it is read: names of standards, ids of controls, reasons, parameters."""

from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.config.security_hub import SecurityHub

WHERE = {"name": "some", "targets": {"organizational_units": ["Workloads"]}}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"standards": ["cis-6.0"]}, "'cis-5.0'"),
        ({"disabled_controls": {"IAM.6": "no"}}, "'no' is not a reason"),
        ({"disabled_controls": ["IAM.6"]}, "valid dictionary"),
        ({"disabled_controls": {"CloudTrial.1": "A reason long enough"}}, "there is no control 'CloudTrial.1'"),
        ({"control_parameters": {"IAM.7": {"X": "NONE"}}}, "the type of 'NONE' is not plain"),
        ({"control_parameters": {"IAM.7": {"X": {"Text": "NONE"}}}}, "is one of Integer"),
        ({"policies": [{**WHERE, "name": "baseline"}]}, "the organization's own policy"),
        ({"policies": [{**WHERE, "enabled": False, "standards": ["fsbp"]}]}, "neither standards nor controls"),
        (
            {"policies": [{**WHERE, "enabled_controls": ["S3.1"], "disabled_controls": {"S3.2": "For no reason"}}]},
            "either controls are off, or only some are on",
        ),
    ],
)
def test_settings_refused(settings: dict[str, Any], message: str) -> None:
    """Unknown names, missing reasons and contradictions are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        SecurityHub.model_validate(settings)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        (14, {"Integer": 14}),
        (True, {"Boolean": True}),
        (0.5, {"Double": 0.5}),
        ({"EnumList": ["a", "b"]}, {"EnumList": ["a", "b"]}),
    ],
)
def test_values_of_parameters(written: object, typed: dict[str, Any]) -> None:
    """Numbers and truth values say their type themselves; other values bear it as AWS writes it."""
    settings = SecurityHub.model_validate({"control_parameters": {"IAM.7": {"X": written}}})
    assert settings.control_parameters == {"IAM.7": {"X": typed}}
