"""GuardDuty's protection plans are those that AWS has."""

from typing import Any

import botocore.session

from guardrails.guardduty.protection_plans import ADDITIONAL, FEATURES


def test_every_plan_that_aws_has() -> None:
    """The plans, and what they do besides, are those that botocore lists for organizations: a new one is noticed."""
    model: Any = botocore.session.get_session().get_service_model("guardduty")
    assert set(FEATURES) == set(model.shape_for("OrgFeature").enum)
    additional = {name for names in ADDITIONAL.values() for name in names}
    assert additional == set(model.shape_for("OrgFeatureAdditionalConfiguration").enum)
