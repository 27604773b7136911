"""What the members of GuardDuty's administrator lack in one region, and how they get it.

Source: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetMemberDetectors.html,
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateMemberDetectors.html
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.port import Reader, Writer
from guardrails.errors import AwsError
from guardrails.guardduty.protection_plans import flat, nested

PER_CALL: Final = 50
ENABLED: Final = "Enabled"
MEMBERSHIP: Final = "membership"
"""What a difference names besides protection plans: that the account is a member at all."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An account that is to be a member: how we call it, its id, its e-mail."""

    name: str
    id: str
    email: str


def lacking(aws: Reader, detector: str, plans: Sequence[str], covered: Collection[Covered]) -> Iterator[Difference]:
    """Accounts that are no members, and members' plans of those named that are off; each as "dev/eu-west-1 S3_DATA_EVENTS".

    One call for fifty members to list them, one to see their plans.
    """
    listed = aws.items("guardduty", "list_members", "Members", DetectorId=detector, OnlyAssociated="false")
    relations = {member["AccountId"]: member["RelationshipStatus"] for member in listed}
    places = {account.id: f"{account.name}/{aws.region}" for account in covered}
    for identity, place in places.items():
        if (relation := relations.get(identity, ABSENT)) != ENABLED:
            yield Difference(f"{place} {MEMBERSHIP}", relation, ENABLED)
    for identity, features in _members(aws, detector, [each for each in places if relations.get(each) == ENABLED]):
        for plan in plans:
            if features.get(plan) == "DISABLED":
                yield Difference(f"{places[identity]} {plan}", "DISABLED", "ENABLED")


def mend(aws: Writer, detector: str, drift: Sequence[Difference], covered: Collection[Covered]) -> None:
    """Take in who is missing, and switch on what is off: one call for fifty members that lack the same.

    Raises: AwsError, when AWS leaves some of them out.
    """
    lacks: dict[str, list[str]] = defaultdict(list)
    for difference in drift:
        place, _, what = difference.property.rpartition(" ")
        lacks[place].append(what)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    emails = {account.id: account.email for account in covered}
    for account in covered:
        if missing := lacks.get(f"{account.name}/{aws.region}"):
            alike[tuple(sorted(missing))].append(account.id)
    for plans, identities in sorted(alike.items()):
        for some in _batches(sorted(identities)):
            if plans == (MEMBERSHIP,):
                details = [{"AccountId": identity, "Email": emails[identity]} for identity in some]
                _processed(aws, "create_members", DetectorId=detector, AccountDetails=details)
            else:
                on = dict.fromkeys([*(plan.split("/")[0] for plan in plans), *plans], "ENABLED")
                features = nested(on, "Status")
                _processed(aws, "update_member_detectors", DetectorId=detector, AccountIds=some, Features=features)


def _members(aws: Reader, detector: str, identities: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each member's protection plans, by the id of its account."""
    for some in _batches(identities):
        answer = aws.read("guardduty", "get_member_detectors", DetectorId=detector, AccountIds=some)
        for member in answer["MemberDataSourceConfigurations"]:
            yield member["AccountId"], flat(member.get("Features", ()), "Status")


def _processed(aws: Writer, operation: str, **params: Any) -> None:
    """Write for some members.

    Raises: AwsError, when AWS left some of them out, with its reason for the first.
    """
    left_out = aws.write("guardduty", operation, **params)["UnprocessedAccounts"]
    if left_out:
        message = f"{len(left_out)} accounts were left out; {left_out[0]['AccountId']}: {left_out[0]['Result']}"
        raise AwsError(f"guardduty:{operation}", "UnprocessedAccounts", message)


def _batches(identities: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(identities), PER_CALL):
        yield list(identities[start : start + PER_CALL])
