"""What policies deny, one beside the other: which update lets go of something, which binds, and who takes over from whom."""

from dataclasses import replace
from typing import Any

import pytest

from guardrails.resources import ROOT_ADDRESS
from tests.resources.test_policy import LEAVING, SANDBOX, WORKLOADS


def denying(actions_: str | list[str]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": actions_, "Resource": "*"}]}


def elsewhere(*regions: str) -> dict[str, Any]:
    condition = {"StringNotEquals": {"aws:RequestedRegion": list(regions)}}
    return {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition},
    }


@pytest.mark.parametrize(
    ("before", "after", "less", "more"),
    [
        ({"content": elsewhere("eu-west-1")}, {"content": elsewhere("eu-west-1", "us-west-2")}, True, False),
        ({"content": elsewhere("eu-west-1", "us-west-2")}, {"content": elsewhere("eu-west-1")}, False, True),
        ({"content": elsewhere("eu-west-1")}, {"content": elsewhere("us-west-2")}, True, True),
        ({"content": denying("s3:*")}, {"content": denying("s3:Get*")}, True, False),
        ({"targets": (SANDBOX.address,)}, {"targets": (SANDBOX.address, WORKLOADS.address)}, False, True),
        ({"targets": (SANDBOX.address,)}, {"targets": (WORKLOADS.address,)}, True, True),
        ({"description": "Nobody leaves"}, {"description": "Nobody goes"}, False, False),
        (
            {"policy_type": "TAG_POLICY", "content": {"tags": 1}},
            {"policy_type": "TAG_POLICY", "content": {}},
            False,
            False,
        ),
    ],
)
def test_what_an_update_lets_go_of_and_binds(
    before: dict[str, Any], after: dict[str, Any], less: bool, more: bool
) -> None:
    """A policy denies less when a statement or a target is gone, and more when one is new; only SCPs and RCPs deny."""
    live, want = replace(LEAVING, **before), replace(LEAVING, **after)
    assert (live.denies_beyond([want]), want.denies_beyond([live])) == (less, more)


def allowing(*actions_: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions_), "Resource": "*"}]}


def test_an_allow_that_goes_denies() -> None:
    """Where nothing else lets people in, a statement that allows less denies more; that says who allows what, and denies nothing."""
    live, want = replace(LEAVING, content=allowing("s3:*", "ec2:*")), replace(LEAVING, content=allowing("s3:*"))
    assert (live.allows_beyond([want]), want.allows_beyond([live])) == (True, False)
    assert (live.denies_beyond([want]), want.denies_beyond([live])) == (False, False)


def test_others_may_deny_it_together() -> None:
    """What several others deny between them on a target is not denied beyond them; elsewhere it is."""
    both = replace(LEAVING, content=denying("s3:Get*"), targets=(SANDBOX.address, WORKLOADS.address))
    each = [replace(both, content=denying("s3:*"), targets=(target,)) for target in both.targets]
    assert not both.denies_beyond(each)
    assert both.denies_beyond(each[:1])


@pytest.mark.parametrize(
    ("coming", "takes"),
    [
        ({"content": denying("s3:Get*")}, True),
        ({"content": denying("s3:*"), "targets": (ROOT_ADDRESS,)}, True),
        ({"content": denying("s3:*"), "targets": (SANDBOX.address,)}, False),
        ({"content": denying("sqs:*")}, False),
        ({"content": denying("ec2:*")}, False),
        ({"content": denying("s3:*"), "policy_type": "RESOURCE_CONTROL_POLICY"}, False),
    ],
)
def test_who_takes_over_what_a_policy_no_longer_says(coming: dict[str, Any], takes: bool) -> None:
    """A policy of the same type that says some of it, on the same target or on the root; not what says what is kept anyway."""
    gone = replace(LEAVING, content=denying(["s3:*", "ec2:*"]))
    assert replace(LEAVING, name="coming", **coming).takes_over(gone, replace(gone, content=denying("ec2:*"))) is takes
