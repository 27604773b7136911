"""What an organization policy declares comes true for every account it covers, before anybody looks.

Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-organization-policies-how-it-works.html
"""

from collections.abc import Mapping
from typing import Any

from moto.guardduty.models import Detector

from guardrails.sandbox.guardduty import detectors, enrolment, organization_policies
from guardrails.sandbox.guardduty.membership import REGIONS
from guardrails.sandbox.guardduty.protection_plans import EVERY
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.serving.calls import Call


def go_on(call: Call | None) -> None:
    """Before a request to GuardDuty in a region: enrol the accounts whose policy wants it there, and switch what it names."""
    if call is None or call.service != "guardduty" or not organization_policies.decide():
        return
    found = REGIONS.of(call.region)
    for account in organization.backend().accounts:
        wanted = organization_policies.block(account.id, call.region) if account.state == "ACTIVE" else {}
        if not _on(wanted.get("foundational", {})) or not enrolment.may_join(account.id):
            continue
        if found and account.id != found.administrator_id and account.id not in found.members:
            enrolment.join(found, account.id, call.region)
        _switch(enrolment.detector_of(account.id, call.region), wanted)


def _switch(detector: Detector, wanted: Mapping[str, Any]) -> None:
    detector.enabled = True
    for name in EVERY:
        if feature := wanted.get(name.lower()):
            additional = feature.get("additional_configuration", {})
            detectors.set_feature(
                detector, name, _on(feature), {each.upper(): _on(value) for each, value in additional.items()}
            )


def _on(feature: Mapping[str, Any]) -> bool:
    return feature.get("status") == "enabled"
