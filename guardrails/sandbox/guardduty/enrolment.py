"""What happens to an account that becomes a member: a detector that runs, with the plans that the organization has chosen for it.

The management account is covered only once it has GuardDuty itself: the administrator cannot bring it in before its
service-linked role exists.
Source: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html
"""

from collections.abc import Iterable

from moto.guardduty.models import Detector, guardduty_backends

from guardrails.sandbox.guardduty import detectors, organization_policies
from guardrails.sandbox.guardduty.membership import RegionalAdministration
from guardrails.sandbox.organizations import organization
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID


def everybody(found: RegionalAdministration) -> Iterable[str]:
    """Every account that may be the administrator's member."""
    accounts = [account.id for account in organization.backend().accounts if account.state == "ACTIVE"]
    return [each for each in accounts if each != found.administrator_id and may_join(each)]


def may_join(account_id: str) -> bool:
    """Whether an account may be a member: an active account of the organization; the management account only with GuardDuty on."""
    if account_id == MANAGEMENT_ACCOUNT_ID:
        return any(store.detectors for store in guardduty_backends[account_id].values())
    return organization.is_active_member(account_id)


def join(found: RegionalAdministration, account_id: str, region: str) -> None:
    """Make an account a member with a detector that runs; a detector made for it has the plans that new members get, no others."""
    fresh = find_detector(account_id, region) is None
    detector = detector_of(account_id, region)
    detector.enabled = True
    if fresh:
        detector.features = []
    if fresh or account_id not in found.members:
        switch_on(found, detector, ("ALL", "NEW"))
    found.join(account_id)


def switch_on(found: RegionalAdministration, detector: Detector, reached: tuple[str, ...]) -> None:
    """Switch on the plans whose setting is one of `reached`; none where organization policies decide."""
    if organization_policies.decide():
        return
    for name, setting in found.features.items():
        additional = {each: True for each, value in setting.additional.items() if value in reached}
        if setting.auto_enable in reached:
            detectors.set_feature(detector, name, True, additional)


def find_detector(account_id: str, region: str) -> Detector | None:
    """An account's detector in a region, or None."""
    return next(iter(guardduty_backends[account_id][region].detectors.values()), None)


def detector_of(account_id: str, region: str) -> Detector:
    """An account's detector in a region, made when it has none."""
    return find_detector(account_id, region) or detectors.make_detector(account_id, region, True)
