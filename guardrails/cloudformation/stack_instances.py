"""The instances of a stack set: which there are, which are not as the set declares, what drifted beneath them, and its repair.

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
)
from guardrails.engine.difference import Difference
from guardrails.engine.port import Reader, Writer
from guardrails.engine.resource import BlindSpot
from guardrails.errors import AwsError

Instance = Mapping[str, Any]
AccountName = Callable[[str], str]
"""What we call the account with an id."""
AT_ONCE: Final = 8


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
    """What differs beneath the set's instances: one detection for all of them, one more look at each that drifted."""
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
    for failure in failures_of(aws.afresh(), stack_set, identity, account_name):
        yield BlindSpot(f"{type_name} {stack_set}", "", "", f"drift could not be detected in {failure}")
    drifted = [one for one in instances(aws.afresh(), stack_set) if one.get("DriftStatus") == "DRIFTED"]

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
        for found in threads.map(look, drifted):
            yield from found


def reverted(
    aws: Writer, stack_set: str, differences: Sequence[Difference], account_name: AccountName
) -> Iterator[str]:
    """Bring the drifted stacks back to the set's template, each in its account; gives each failure as "account/region: reason"."""
    shown = drift.drifted_resources(differences)
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
