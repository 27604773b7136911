"""What identity, boundary, session and resource policies give together.

LOGIC: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
CROSS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
KMS: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from typing import Any

import pytest

from guardrails.iam import ASSUMED, IDENTITY, RESOURCE, TRUST, NamedPolicy, Policies, Request, evaluate

MINE, OTHERS = "111111111111", "222222222222"
ROLE = f"arn:aws:iam::{MINE}:role/Admin"
SESSION = f"arn:aws:sts::{MINE}:assumed-role/Admin/kim"
USER = f"arn:aws:iam::{MINE}:user/kim"
ROOT = f"arn:aws:iam::{MINE}:root"
QUEUE, THEIR_QUEUE = f"arn:aws:sqs:eu-west-1:{MINE}:queue", f"arn:aws:sqs:eu-west-1:{OTHERS}:queue"
KEY = f"arn:aws:kms:eu-west-1:{MINE}:key/1"


def identity(action: str) -> NamedPolicy:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return NamedPolicy("identity", {"Version": "2012-10-17", "Statement": statement}, IDENTITY)


def resource(principal: Any, action: str = "*", kind: str = RESOURCE) -> NamedPolicy:
    where = {} if kind == TRUST else {"Resource": "*"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **where}
    return NamedPolicy("resource", {"Version": "2012-10-17", "Statement": statement}, kind)


ALL, NOTHING = (identity("*"),), (identity("s3:ListAllMyBuckets"),)
LIMIT = identity("s3:*")
SEND, DECRYPT, ASSUME = "sqs:SendMessage", "kms:Decrypt", "sts:AssumeRole"


@pytest.mark.parametrize(
    ("who", "policies", "outcome"),
    [
        (ROLE, Policies(identity=ALL), "allowed"),
        (ROLE, Policies(identity=NOTHING), "implicitDeny"),
        (ROLE, Policies(identity=ALL, boundary=LIMIT), "implicitDeny"),
        (SESSION, Policies(identity=ALL, session=(LIMIT,)), "implicitDeny"),
        (USER, Policies(identity=ALL, session=(LIMIT,)), "allowed"),
        (ROOT, Policies(identity=NOTHING, boundary=LIMIT, session=(LIMIT,)), "allowed"),
        (ROLE, Policies(identity=NOTHING, resource=resource({"AWS": ROLE})), "allowed"),
        (ROLE, Policies(identity=NOTHING, resource=resource({"AWS": MINE})), "implicitDeny"),
        (ROLE, Policies(identity=ALL, resource=resource({"AWS": OTHERS})), "allowed"),
        (ROLE, Policies(identity=NOTHING, boundary=LIMIT, resource=resource({"AWS": ROLE})), "implicitDeny"),
        (SESSION, Policies(identity=NOTHING, session=(LIMIT,), resource=resource({"AWS": ROLE})), "implicitDeny"),
        (SESSION, Policies(identity=NOTHING, session=(LIMIT,), resource=resource({"AWS": SESSION})), "allowed"),
        (SESSION, Policies(identity=NOTHING, boundary=LIMIT, resource=resource({"AWS": SESSION})), "allowed"),
        (USER, Policies(identity=NOTHING, boundary=LIMIT, resource=resource({"AWS": USER})), "allowed"),
        ("anonymous", Policies(resource=resource("*")), "allowed"),
        ("anonymous", Policies(resource=resource({"AWS": MINE})), "implicitDeny"),
        ("sns.amazonaws.com", Policies(resource=resource({"Service": "sns.amazonaws.com"})), "allowed"),
        ("sns.amazonaws.com", Policies(resource=None), "implicitDeny"),
    ],
)
def test_one_account(who: str, policies: Policies, outcome: str) -> None:
    """LOGIC: in one account either side is enough; who is named how decides what boundary and session limit."""
    assert evaluate(Request(who, SEND, QUEUE), policies).outcome == outcome


@pytest.mark.parametrize(
    ("who", "policies", "outcome"),
    [
        (ROLE, Policies(identity=ALL, resource=resource({"AWS": MINE})), "allowed"),
        (ROLE, Policies(identity=NOTHING, resource=resource({"AWS": ROLE})), "implicitDeny"),
        (ROLE, Policies(identity=ALL, resource=resource({"AWS": OTHERS})), "implicitDeny"),
        (ROLE, Policies(identity=ALL, resource=None), "implicitDeny"),
        (ROLE, Policies(identity=ALL), "allowed"),
        (SESSION, Policies(identity=ALL, session=(LIMIT,), resource=resource({"AWS": SESSION})), "implicitDeny"),
        (ROOT, Policies(resource=resource({"AWS": ROOT})), "allowed"),
        (ROOT, Policies(resource=None), "implicitDeny"),
    ],
)
def test_two_accounts(who: str, policies: Policies, outcome: str) -> None:
    """CROSS: across accounts both sides must allow, whoever is named how."""
    assert evaluate(Request(who, SEND, THEIR_QUEUE), policies).outcome == outcome


@pytest.mark.parametrize(
    ("action", "policies", "outcome"),
    [
        (DECRYPT, Policies(identity=ALL, resource=resource({"AWS": MINE})), "allowed"),
        (DECRYPT, Policies(identity=NOTHING, resource=resource({"AWS": MINE})), "implicitDeny"),
        (DECRYPT, Policies(identity=ALL, resource=resource({"AWS": USER})), "implicitDeny"),
        (DECRYPT, Policies(identity=NOTHING, resource=resource({"AWS": ROLE})), "allowed"),
        (ASSUME, Policies(identity=ALL, resource=resource({"AWS": MINE}, kind=TRUST)), "allowed"),
        (ASSUME, Policies(identity=NOTHING, resource=resource({"AWS": ROLE}, kind=TRUST)), "allowed"),
        (ASSUME, Policies(identity=ALL, resource=resource({"AWS": OTHERS}, kind=TRUST)), "implicitDeny"),
    ],
)
def test_key_policies_and_trust_policies_must_allow(action: str, policies: Policies, outcome: str) -> None:
    """KMS: identity policies alone open no key and no role; naming the account leaves it to them."""
    assert evaluate(Request(ROLE, action, KEY), policies).outcome == outcome


def test_what_is_assumed_is_told() -> None:
    """An answer "allowed" names the policies that were not known; one that does not rest on them names none."""
    same, across = Request(ROLE, SEND, QUEUE), Request(ROLE, SEND, THEIR_QUEUE)
    assert evaluate(same, Policies()).assumed == ("the identity-based policies",)
    assert evaluate(across, Policies(identity=ALL)).assumed == ("the resource-based policy",)
    assert evaluate(same, Policies(identity=ASSUMED, resource=resource({"AWS": ROLE}))).assumed == ()
    assert evaluate(Request(ROOT, SEND, QUEUE), Policies()).assumed == ()


def test_what_is_lacking_is_told() -> None:
    """An implicit Deny names each kind of policy that would have to allow."""
    policies = Policies(identity=NOTHING, boundary=LIMIT, resource=None)
    told = [reason.policy_type for reason in evaluate(Request(ROLE, SEND, THEIR_QUEUE), policies).reasons]
    assert told == ["identity-based policy", "permissions boundary", "resource-based policy"]
