"""In which order policies decide, in one account and across two, and what the root user needs.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from typing import Any

import pytest

from guardrails.iam import ASSUMED, FULL, Level, Policies
from tests.specification.cases import (
    ACCOUNT,
    ALLOW,
    DENY,
    GET,
    NOTHING,
    OTHER,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    USER,
    decide,
    outcome,
    policy,
    rcp,
    resource,
    scp,
    statement,
    trust,
)

SCP_ALLOWS, SCP_SILENT = (Level("Root", (FULL,)),), (Level("Root", (scp(statement("Allow", "ec2:*")),)),)
BUCKET_ALLOWS = resource({"AWS": USER}, statement("Allow"))
BUCKET_ALLOWS_ROLE = resource({"AWS": ROLE}, statement("Allow"))
BUCKET_SILENT = resource({"AWS": "arn:aws:iam::333333333333:root"}, statement("Allow"))
BUCKET_DENIES = resource("*", statement("Deny"))
RCP_DENIES = (Level("Root", (rcp(statement("Deny", "s3:*")),)),)
EVERYTHING: dict[str, Any] = {
    "scps": SCP_ALLOWS,
    "identity": (ALLOW,),
    "boundary": ALLOW,
    "session": (ALLOW,),
    "resource": BUCKET_ALLOWS_ROLE,
}


@pytest.mark.parametrize(
    ("kind", "policies"),
    [
        ("resource control policy", {"rcps": RCP_DENIES}),
        ("service control policy", {"scps": (Level("Root", (FULL, scp(statement("Deny", "s3:*")))),)}),
        ("resource-based policy", {"resource": BUCKET_DENIES}),
        ("identity-based policy", {"identity": (ALLOW, DENY)}),
        ("permissions boundary", {"boundary": DENY}),
        ("session policy", {"session": (ALLOW, DENY)}),
    ],
)
def test_an_explicit_deny_anywhere_decides(kind: str, policies: dict[str, Any]) -> None:
    """A Deny in a policy of any kind is explicit, names that kind, and comes before whatever does not allow."""
    assert outcome(Policies(**EVERYTHING), SESSION) == "allowed"
    alone = decide(Policies(**{**EVERYTHING, **policies}), SESSION)
    assert (alone.outcome, [reason.policy_type for reason in alone.reasons]) == ("explicitDeny", [kind])
    nothing = {
        "scps": SCP_SILENT,
        "identity": (),
        "boundary": NOTHING,
        "session": (NOTHING,),
        "resource": BUCKET_SILENT,
    }
    assert outcome(Policies(**{**nothing, **policies}), SESSION) == "explicitDeny"


@pytest.mark.parametrize(
    ("kind", "policies"),
    [
        ("service control policy", {"scps": SCP_SILENT}),
        ("identity-based policy", {"identity": (NOTHING,)}),
        ("permissions boundary", {"boundary": NOTHING}),
        ("session policy", {"session": (NOTHING,)}),
    ],
)
def test_each_of_them_must_allow(kind: str, policies: dict[str, Any]) -> None:
    """Without a Deny, SCPs, identity policies, boundary and session policies must each allow; which does not is said."""
    alone = decide(Policies(**{**EVERYTHING, "resource": None, **policies}), SESSION)
    assert (alone.outcome, [reason.policy_type for reason in alone.reasons]) == ("implicitDeny", [kind])


@pytest.mark.parametrize(
    ("identity", "bucket", "found"),
    [
        pytest.param((ALLOW,), None, "allowed", id="the identity policy alone"),
        pytest.param((ALLOW,), BUCKET_SILENT, "allowed", id="the identity policy, and a bucket policy about others"),
        pytest.param((), BUCKET_ALLOWS, "allowed", id="the bucket policy alone"),
        pytest.param(
            (NOTHING,), BUCKET_ALLOWS, "allowed", id="the bucket policy, and an identity policy about other things"
        ),
        pytest.param((ALLOW,), BUCKET_ALLOWS, "allowed", id="both"),
        pytest.param((), None, "implicitDeny", id="neither, for there is none"),
        pytest.param((NOTHING,), BUCKET_SILENT, "implicitDeny", id="neither"),
        pytest.param((ALLOW,), BUCKET_DENIES, "explicitDeny", id="the bucket policy denies"),
        pytest.param((DENY,), BUCKET_ALLOWS, "explicitDeny", id="the identity policy denies"),
    ],
)
def test_in_one_account(identity: Any, bucket: Any, found: str) -> None:
    """In one account it is enough that the identity policy or the resource's policy allows."""
    assert outcome(Policies(identity=identity, resource=bucket), USER, resource_owner=ACCOUNT) == found


@pytest.mark.parametrize(
    ("identity", "bucket", "found"),
    [
        pytest.param((ALLOW,), BUCKET_ALLOWS, "allowed", id="both"),
        pytest.param((ALLOW,), None, "implicitDeny", id="the identity policy alone"),
        pytest.param(
            (ALLOW,), BUCKET_SILENT, "implicitDeny", id="the identity policy, and a bucket policy about others"
        ),
        pytest.param((NOTHING,), BUCKET_ALLOWS, "implicitDeny", id="the bucket policy alone, though it names the user"),
        pytest.param(
            (), resource("*", statement("Allow")), "implicitDeny", id="the bucket policy alone, for everybody"
        ),
        pytest.param(
            (ALLOW,), resource({"AWS": ACCOUNT}, statement("Allow")), "allowed", id="both, by the account's number"
        ),
        pytest.param((ALLOW,), BUCKET_DENIES, "explicitDeny", id="the bucket policy denies"),
        pytest.param((DENY,), BUCKET_ALLOWS, "explicitDeny", id="the identity policy denies"),
        pytest.param(ASSUMED, BUCKET_ALLOWS, "allowed", id="the identity policy is assumed to"),
        pytest.param((ALLOW,), ASSUMED, "allowed", id="the bucket policy is assumed to"),
    ],
)
def test_across_accounts(identity: Any, bucket: Any, found: str) -> None:
    """Across accounts the principal's side and the resource's side must both allow."""
    assert outcome(Policies(identity=identity, resource=bucket), USER, resource_owner=OTHER) == found


@pytest.mark.parametrize("limit", [{"scps": SCP_SILENT}, {"boundary": NOTHING}, {"session": (NOTHING,)}])
def test_across_accounts_the_principals_side_is_limited(limit: dict[str, Any]) -> None:
    """SCP, boundary and session policy limit the principal's side, even when the other account names the session itself."""
    named = resource({"AWS": SESSION}, statement("Allow"))
    assert outcome(Policies(identity=(ALLOW,), resource=named), SESSION, resource_owner=OTHER) == "allowed"
    assert (
        outcome(Policies(identity=(ALLOW,), resource=named, **limit), SESSION, resource_owner=OTHER) == "implicitDeny"
    )


def test_across_accounts_the_resources_side_is_limited() -> None:
    """The RCPs of the account that owns the resource deny principals of other accounts."""
    policies = Policies(identity=(ALLOW,), resource=BUCKET_ALLOWS, rcps=RCP_DENIES)
    assert outcome(policies, USER, resource_owner=OTHER) == "explicitDeny"


@pytest.mark.parametrize("principal", [SERVICE, "anonymous"])
@pytest.mark.parametrize(
    ("bucket", "found"),
    [
        (resource("*", statement("Allow")), "allowed"),
        (BUCKET_SILENT, "implicitDeny"),
        (None, "implicitDeny"),
        (BUCKET_DENIES, "explicitDeny"),
    ],
)
def test_who_has_no_identity_policies(principal: str, bucket: Any, found: str) -> None:
    """For services and anonymous requests the resource's policy alone decides."""
    assert (
        outcome(Policies(scps=SCP_SILENT, identity=(), boundary=DENY, resource=bucket), principal, resource_owner=OTHER)
        == found
    )


ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/Target"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"


@pytest.mark.parametrize(
    ("identity", "trusted", "found"),
    [
        pytest.param((ALLOW,), {"AWS": ROLE}, "allowed", id="trust names the role"),
        pytest.param((), {"AWS": ROLE}, "allowed", id="trust names the role: no identity policy is needed"),
        pytest.param(
            (ALLOW,), {"AWS": OTHER}, "implicitDeny", id="trust names another: identity policies do not suffice"
        ),
        pytest.param((ALLOW,), {"AWS": ACCOUNT}, "allowed", id="trust names the account: identity policies decide"),
        pytest.param((), {"AWS": ACCOUNT}, "implicitDeny", id="trust names the account, and no identity policy allows"),
        pytest.param((DENY,), {"AWS": ROLE}, "explicitDeny", id="the identity policy denies"),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(identity: Any, trusted: Any, found: str) -> None:
    """In one account too, a trust policy must allow; the account in it leaves it to identity policies."""
    assert outcome(Policies(identity=identity, resource=trust(trusted)), ROLE, "sts:AssumeRole", ROLE_ARN) == found


@pytest.mark.parametrize(
    ("identity", "named", "found"),
    [
        pytest.param((ALLOW,), {"AWS": ROLE}, "allowed", id="the key policy names the role"),
        pytest.param((), {"AWS": ROLE}, "allowed", id="it does, and there is no identity policy"),
        pytest.param((ALLOW,), {"AWS": OTHER}, "implicitDeny", id="it names another: identity policies do not suffice"),
        pytest.param(
            (ALLOW,),
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "allowed",
            id="it names the account: identity policies decide",
        ),
        pytest.param(
            (NOTHING,), {"AWS": ACCOUNT}, "implicitDeny", id="it names the account, and no identity policy allows"
        ),
    ],
)
def test_a_key_is_used_by_whom_its_policy_allows(identity: Any, named: Any, found: str) -> None:
    """A key policy must allow; with the account's principal it delegates to identity policies."""
    assert (
        outcome(
            Policies(identity=identity, resource=resource(named, statement("Allow", "kms:*"))), ROLE, "kms:Decrypt", KEY
        )
        == found
    )


ROOT_OF_OTHER = f"arn:aws:iam::{OTHER}:root"


@pytest.mark.parametrize(
    ("policies", "principal", "action", "found"),
    [
        pytest.param(Policies(identity=(), resource=None), ROOT, GET, "allowed", id="root needs no policy"),
        pytest.param(Policies(identity=(), resource=BUCKET_SILENT), ROOT, GET, "allowed", id="nor one of the bucket"),
        pytest.param(Policies(scps=SCP_SILENT, identity=()), ROOT, GET, "implicitDeny", id="SCPs must allow root"),
        pytest.param(Policies(rcps=RCP_DENIES, identity=()), ROOT, GET, "explicitDeny", id="RCPs deny root"),
        pytest.param(
            Policies(identity=(), resource=BUCKET_DENIES), ROOT, GET, "explicitDeny", id="bucket policies deny root"
        ),
        pytest.param(
            Policies(identity=(), resource=BUCKET_SILENT),
            ROOT_OF_OTHER,
            GET,
            "implicitDeny",
            id="another root is allowed by the bucket or not",
        ),
        pytest.param(
            Policies(identity=(), resource=resource({"AWS": OTHER}, statement("Allow"))),
            ROOT_OF_OTHER,
            GET,
            "allowed",
            id="and is, when it names it",
        ),
        pytest.param(
            Policies(identity=(), resource=resource({"AWS": ROLE}, statement("Allow"))),
            ROOT,
            "kms:Decrypt",
            "implicitDeny",
            id="a key policy must name root's account",
        ),
    ],
)
def test_the_root_user(policies: Policies, principal: str, action: str, found: str) -> None:
    """The root user is allowed by default in its account; SCPs, RCPs and resource policies bind it all the same."""
    assert (
        outcome(
            policies,
            principal,
            action,
            KEY if action.startswith("kms") else "arn:aws:s3:::bucket/key",
            resource_owner=ACCOUNT,
        )
        == found
    )


@pytest.mark.parametrize("principal", [ROLE, ROOT, USER, SESSION])
def test_everybody_may_ask_who_he_is(principal: str) -> None:
    """sts:GetCallerIdentity needs no permission, and no policy takes it away.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    denied = policy("SERVICE_CONTROL_POLICY", statement("Deny"))
    policies = Policies(scps=(Level("Root", (denied,)),), identity=(DENY,), boundary=DENY, session=(DENY,))
    assert outcome(policies, principal, "sts:GetCallerIdentity", "*") == "allowed"
