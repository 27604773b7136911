"""AWS's flow chart in plain truth values, and the evaluator, over every combination of policies that allow, say nothing, or deny.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from itertools import product
from typing import Any

import pytest

from guardrails.iam import FULL, Level, NamedPolicy, Policies
from tests.specification.cases import (
    ACCOUNT,
    ALLOW,
    DENY,
    FEDERATED,
    NOTHING,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    USER,
    outcome,
    rcp,
    resource,
    scp,
    statement,
)

SAID = {"allow": ALLOW, "nothing": NOTHING, "deny": DENY}
NAMES: dict[str, Any] = {
    "user": {"AWS": USER},
    "role": {"AWS": ROLE},
    "session": {"AWS": SESSION},
    "federated": {"AWS": FEDERATED},
    "account": {"AWS": ACCOUNT},
    "service": {"Service": SERVICE},
    "everybody": "*",
}
SPOKEN_OF = {
    USER: {"user", "account", "everybody"},
    ROLE: {"role", "account", "everybody"},
    SESSION: {"session", "role", "account", "everybody"},
    FEDERATED: {"federated", "account", "everybody"},
    ROOT: {"account", "everybody"},
    SERVICE: {"service", "everybody"},
    "anonymous": {"everybody"},
}
BUCKETS: dict[tuple[str, str], NamedPolicy | None] = {("", ""): None} | {
    (name, effect): resource(element, statement(effect.capitalize()))
    for (name, element), effect in product(NAMES.items(), ("allow", "deny"))
}
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"


def expected(
    who: str, same_account: bool, must_allow: bool, said: tuple[str, str, str], bucket: tuple[str, str]
) -> str:
    """The decision as AWS's pages tell it; `said` by identity policy, boundary and session policy ("": there is none)."""
    identity, boundary, session = said
    named, effect = bucket
    names_him = named in SPOKEN_OF[who]
    of_account = who not in (SERVICE, "anonymous")
    if effect == "deny" and names_him:
        return "explicitDeny"
    if not of_account:
        return "allowed" if names_him and effect == "allow" else "implicitDeny"
    if who == ROOT:
        identity, boundary, session = "allow", "", ""
    if who in (USER, ROLE):
        session = "" if who == USER else session
    if "deny" in (identity, boundary, session):
        return "explicitDeny"
    within_session = session == "allow" or (session == "" and who != FEDERATED)
    within = boundary in ("", "allow") and within_session
    by_identity = identity == "allow" and within
    by_resource = names_him and effect == "allow"
    if not same_account:
        return "allowed" if by_identity and by_resource else "implicitDeny"
    unlimited = by_resource and named in ("user", "session", "federated", "everybody")
    limited = by_resource and named == "role" and within
    delegated = by_identity and (not must_allow or (by_resource and named == "account"))
    return "allowed" if unlimited or limited or delegated else "implicitDeny"


@pytest.mark.parametrize("who", SPOKEN_OF)
def test_every_combination(who: str) -> None:
    """Identity policy, boundary, session policy and resource policy together decide as the flow chart says, in one account and across."""
    wrong = []
    for identity, boundary, session in product(SAID, ("", *SAID), ("", *SAID)):
        said = (identity, boundary, session)
        for name, bucket in BUCKETS.items():
            policies = Policies(
                identity=(SAID[identity],),
                boundary=SAID.get(boundary),
                session=(SAID[session],) if session else (),
                resource=bucket,
            )
            for owner, action in ((ACCOUNT, "s3:GetObject"), (OTHER, "s3:GetObject"), (ACCOUNT, "kms:Decrypt")):
                must_allow = action.startswith("kms") and bucket is not None
                found = outcome(policies, who, action, KEY if must_allow else "arn:aws:s3:::b/k", resource_owner=owner)
                if found != expected(who, owner == ACCOUNT, must_allow, said, name):
                    wrong.append((said, name, owner, action, found))
    assert wrong == []


SILENT, DENYING = scp(statement("Allow", "ec2:*")), scp(statement("Deny"))


@pytest.mark.parametrize("below", ["allowed", "implicitDeny", "explicitDeny"])
@pytest.mark.parametrize(
    ("level", "binds"), [((FULL,), "allowed"), ((SILENT,), "implicitDeny"), ((FULL, DENYING), "explicitDeny")]
)
@pytest.mark.parametrize("restricted", [False, True])
def test_organization_policies_come_on_top(below: str, level: Any, binds: str, restricted: bool) -> None:
    """RCPs and SCPs only take away: the worst of what they and the account's own policies say is the answer."""
    order = ["allowed", "implicitDeny", "explicitDeny"]
    own = {"allowed": ALLOW, "implicitDeny": NOTHING, "explicitDeny": DENY}[below]
    policies = Policies(
        scps=(Level("Root", (FULL,)), Level("Unit", level)),
        rcps=(Level("Root", (rcp(statement("Deny", "s3:*")),) if restricted else ()),),
        identity=(own,),
    )
    worst = max(below, binds, "explicitDeny" if restricted else "allowed", key=order.index)
    assert outcome(policies, ROLE, resource_owner=ACCOUNT) == worst
