"""The instances of a stack set: which there are, which are not as the set declares, what drifted beneath them, and its repair.

AWS calls it no drift when somebody updates the stack of an instance through CloudFormation, past its set.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-drift.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from guardrails.cloudformation import drift
from guardrails.cloudformation.operations import (
    PASSES_SOON,
    PREFERENCES,
    TIMEOUT,
    UNDER_WAY,
    ended,
    failures_of,
    is_suspended,
    operate,
)
from guardrails.cloudformation.stacks import settled
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot
from guardrails.errors import AwsError

Instance = Mapping[str, Any]
AccountName = Callable[[str], str]
"""What we call the account with an id."""
AT_ONCE: Final = 8
GONE: Final = "(stack)"
"""What stands in the place of a logical id where the whole stack of an instance is gone."""


def instances(aws: Reader, stack_set: str) -> list[Instance]:
    """Every instance of the set, as ListStackInstances shows it."""
    return list(aws.items("cloudformation", "list_stack_instances", "Summaries", StackSetName=stack_set))


def place(instance: Instance, account_name: AccountName) -> str:
    """Where an instance is, in our words: "dev/eu-west-1"."""
    return f"{account_name(instance['Account'])}/{instance['Region']}"


def outdated(found: Sequence[Instance], account_name: AccountName) -> Iterator[str]:
    """What is not as declared; what is under way or in a suspended account is no difference that a run could mend."""
    for instance in found:
        detail = instance.get("StackInstanceStatus", {}).get("DetailedStatus", "")
        if instance["Status"] != "CURRENT" and detail not in UNDER_WAY and not is_suspended(detail):
            reason = instance.get("StatusReason") or detail
            yield f"{place(instance, account_name)}: {instance['Status']}: {reason}"


def active_accounts(aws: Reader) -> dict[str, set[str]]:
    """The ids of the active accounts, each with those of the root and the OUs above it, as far as AWS says them."""
    return {
        account["Id"]: {part for path in account.get("Paths", ()) for part in path.split("/")}
        for account in aws.items("organizations", "list_accounts", "Accounts")
        if (account.get("State") or account.get("Status")) == "ACTIVE"
    }


def instance_drift(
    aws: Reader, stack_set: str, type_name: str, account_name: AccountName
) -> Iterator[Difference | BlindSpot]:
    """What differs beneath the set's instances: one detection for all of them, one more look at each that drifted or failed."""
    asked = {"StackSetName": stack_set, "OperationPreferences": PREFERENCES}

    def begin() -> str | None:
        try:
            return str(aws.afresh().read("cloudformation", "detect_stack_set_drift", **asked)["OperationId"])
        except AwsError as error:
            if error.code in PASSES_SOON:
                return None
            raise

    what = f"drift detection of {stack_set}"
    identity = aws.wait_for(begin, what=what, every=5, timeout=TIMEOUT)
    aws.wait_for(lambda: ended(aws.afresh(), stack_set, identity), what=what, every=5, timeout=TIMEOUT)
    found = instances(aws.afresh(), stack_set)
    gone = _gone(aws, failures_of(aws.afresh(), stack_set, identity, account_name), found, account_name)
    for failure, is_gone in gone.items():
        if is_gone:
            yield Difference(f"{_place_of(failure)} {GONE}", ABSENT, "AWS::CloudFormation::Stack")
        else:
            yield BlindSpot(f"{type_name} {stack_set}", "", "", f"drift could not be detected in {failure}")
    drifted = [one for one in found if one.get("DriftStatus") == "DRIFTED"]

    def look(instance: Instance) -> list[Difference]:
        drifts = aws.items(
            "cloudformation",
            "list_stack_instance_resource_drifts",
            "Summaries",
            StackSetName=stack_set,
            StackInstanceAccount=instance["Account"],
            StackInstanceRegion=instance["Region"],
            StackInstanceResourceDriftStatuses=drift.DRIFTED,
            OperationId=identity,
        )
        return list(drift.differences(drifts, place(instance, account_name)))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for differences in threads.map(look, drifted):
            yield from differences


def _gone(
    aws: Reader, failures: Sequence[str], found: Sequence[Instance], account_name: AccountName
) -> dict[str, bool]:
    """Failures of a detection, each with whether it failed because somebody deleted the stack; False where nobody can tell."""
    places = {place(one, account_name): one for one in found}

    def look(failure: str) -> bool:
        instance = places.get(_place_of(failure), {})
        try:
            there = aws.at(account_name(instance["Account"]), instance["Region"])
            return settled(there, instance["StackId"]) is None
        except (AwsError, KeyError):
            return False

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(failures, threads.map(look, failures), strict=True))


def _place_of(failure: str) -> str:
    return failure.partition(": ")[0]


def let_go(
    aws: Writer, stack_set: str, differences: Sequence[Difference], root: str, account_name: AccountName
) -> Iterator[str]:
    """Take the instances out of the set whose stacks are gone, so that they can be made anew; gives the failures."""
    shown = drift.drifted_resources(differences)
    for instance in instances(aws, stack_set) if shown else ():
        if GONE in shown.get(place(instance, account_name), ()):
            targets = {"OrganizationalUnitIds": [root], "Accounts": [instance["Account"]]}
            request = {
                "DeploymentTargets": {**targets, "AccountFilterType": "INTERSECTION"},
                "Regions": [instance["Region"]],
                "RetainStacks": True,
            }
            yield from operate(aws, stack_set, "delete_stack_instances", request, account_name)


def reverted(
    aws: Writer, stack_set: str, differences: Sequence[Difference], account_name: AccountName
) -> Iterator[str]:
    """Bring the drifted stacks back to the set's template, each in its account; gives each failure as "account/region: reason"."""
    shown = {where: names for where, names in drift.drifted_resources(differences).items() if GONE not in names}
    if not shown:
        return
    chosen = [one for one in instances(aws, stack_set) if place(one, account_name) in shown]

    def mend(instance: Instance) -> str:
        here = place(instance, account_name)
        try:
            there = aws.at(account_name(instance["Account"]), instance["Region"])
            drift.deploy_over_drift(there, instance["StackId"], shown[here])
        except AwsError as error:
            return f"{here}: {error}"
        return ""

    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield from filter(None, threads.map(mend, chosen))
