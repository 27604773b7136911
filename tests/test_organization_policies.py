"""Policies of every kind on the sandbox, by the whole line: what is declared is effective, read with plain boto3; then switched off."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.iam.models import AccessKey, iam_backends

from guardrails import pipeline
from guardrails.aws.connection import Connection, connect
from guardrails.controls.organization_policies import OrganizationPolicies
from guardrails.engine import run
from guardrails.engine.plan import Plan
from guardrails.engine.safety import violations
from guardrails.library import Library
from guardrails.limits import limits_of
from guardrails.model import Account, ControlDeclaration, OrganizationalUnit
from guardrails.sandbox.embedded import Embedded
from guardrails.sandbox.running import MANAGEMENT_ACCOUNT_ID
from guardrails.sandbox.serving import callers
from guardrails.sandbox.serving.callers import Caller
from tests.organization_line import FIRST_DAY, endpoint_of

pytestmark = pytest.mark.whole_baseline

STRANGER, KEY = "999999999999", "AKIASTRANGER"
DECLARED = [
    {"kind": "rcp", "policy": "organization-principals-only"},
    {"kind": "declarative", "policy": "instance-metadata"},
    {"kind": "tag", "policy": "environment-and-owner"},
    {"kind": "backup", "policy": "daily-and-monthly"},
    {"kind": "ai-opt-out", "policy": "opt-out-everywhere"},
    {"kind": "s3", "policy": "block-public-access"},
]
LOOSER = {
    "kind": "declarative",
    "policy": "instance-metadata",
    "name": "no-containers-here",
    "parameters": {"hop_limit": 1},
    "targets": {"organizational_units": ["Lab"]},
}
EFFECTIVE: dict[str, dict[str, Any]] = {
    "TAG_POLICY": {"Owner": {"tag_key": "Owner"}},
    "AISERVICES_OPT_OUT_POLICY": {"default": {"opt_out_policy": "optOut"}},
    "S3_POLICY": {"public_access_block_configuration": "all"},
}


def declared(repository: Path, *policies: Any, on: bool = True) -> pipeline.Declared:
    """An organization with one account in an OU, and these policies."""
    settings = OrganizationPolicies.model_validate_json(json.dumps({"policies": [*policies]}))
    controls = [ControlDeclaration(name, None) for name in ("organization-tree", "accounts")]
    organization = replace(
        FIRST_DAY,
        log_archive_account="lab",
        security_account="lab",
        organizational_units=(OrganizationalUnit("Lab"),),
        accounts=(*FIRST_DAY.accounts, Account("lab", "lab", "lab@acme.example", "Lab")),
        controls=(*controls, *([ControlDeclaration("organization-policies", settings)] if on else [])),
    )
    return pipeline.Declared(organization, Library(repository), pipeline.known_controls(repository))


class Organization:
    """Plans and applies what is declared, each time over a new connection."""

    def __init__(self, sandbox: Embedded) -> None:
        self.sandbox, self.client = sandbox, sandbox.client("organizations")

    def connection(self, desired: pipeline.Desired) -> Connection:
        return connect(desired.organization, endpoint=endpoint_of(self.sandbox))

    def plan(self, declared: pipeline.Declared) -> Plan:
        desired = pipeline.compile(declared)
        return pipeline.make_plan(self.connection(desired), desired)

    def apply(self, declared: pipeline.Declared) -> None:
        desired = pipeline.compile(declared)
        connected = self.connection(desired)
        plan = pipeline.make_plan(connected, desired)
        outcomes = run.apply(pipeline.known_types(), plan, connected.gateway.writer(), connected.directory)
        assert [outcome.reason for outcome in outcomes if outcome.result is not run.Result.DONE] == []

    def effective(self, policy_type: str) -> Any:
        """What is under the outermost key of the account's effective policy."""
        look = {"PolicyType": policy_type, "TargetId": self.account}
        text = self.client.describe_effective_policy(**look)["EffectivePolicy"]["PolicyContent"]
        ((_, content),) = json.loads(text).items()
        return content

    @property
    def account(self) -> str:
        """The id of the account in the OU."""
        return str(next(each["Id"] for each in self.client.list_accounts()["Accounts"] if each["Name"] == "lab"))

    def stranger(self, service: str) -> Any:
        """A client in the name of the root user of an account that is not of this organization."""
        iam_backends[STRANGER]["aws"].access_keys[KEY] = AccessKey(None, "AKIA", STRANGER)  # type: ignore[abstract]  # moto makes them so
        callers.remember(KEY, Caller(STRANGER, f"arn:aws:iam::{STRANGER}:root", STRANGER))
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": "x"}
        return boto3.client(service, region_name="eu-west-1", endpoint_url=self.sandbox.endpoint, **keys)  # type: ignore[call-overload]


@pytest.fixture
def organization(sandbox: Embedded, repository: Path) -> Organization:
    """The organization with a policy of each kind, each call judged by them as they come."""
    sandbox.enforce()
    made = Organization(sandbox)
    made.apply(declared(repository, *DECLARED, LOOSER))
    return made


def test_what_is_declared_is_effective(organization: Organization, repository: Path) -> None:
    """Each kind says in the account what its file says, a policy of the OU what it changes; what somebody changed is shown and mended."""
    wanted = declared(repository, *DECLARED, LOOSER)
    rest = organization.plan(wanted)
    assert (rest.changes, rest.blind) == ((), ())
    for policy_type, content in EFFECTIVE.items():
        found = organization.effective(policy_type)
        assert {key: found[key] for key in content} == content
    (plan,) = organization.effective("BACKUP_POLICY").values()
    assert plan["rules"]["daily"]["lifecycle"] == {"delete_after_days": "35"}
    assert plan["regions"] == ["eu-west-1", "eu-central-1"]
    metadata = organization.effective("DECLARATIVE_POLICY_EC2")["instance_metadata_defaults"]
    assert metadata == {"http_tokens": "required", "http_put_response_hop_limit": "1", "http_endpoint": "enabled"}
    listed = organization.client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    trusted = {each["ServicePrincipal"] for each in listed}
    assert trusted >= {"backup.amazonaws.com", "ec2.amazonaws.com", "tagpolicies.tag.amazonaws.com"}
    policies = organization.client.list_policies(Filter="S3_POLICY")["Policies"]
    (identity,) = (each["Id"] for each in policies)
    loosened = {"s3_attributes": {"public_access_block_configuration": {"@@assign": "none"}}}
    organization.client.update_policy(PolicyId=identity, Content=json.dumps(loosened, indent=1))
    (change,) = organization.plan(wanted).changes
    (difference,) = change.differences
    assert difference.property == "content.s3_attributes.public_access_block_configuration.@@assign"
    organization.apply(wanted)
    assert organization.plan(wanted).changes == ()


def test_strangers_stay_outside_until_it_is_switched_off(organization: Organization, repository: Path) -> None:
    """Who is of no account of the organization is refused by the RCP, but where the bucket's account is excluded.

    Without the control its policies go, with consent to less protection; the types stay enabled.
    """
    bucket = {"Bucket": "open-to-others"}
    owner = organization.sandbox.client("s3", account=organization.account)
    owner.create_bucket(**bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    others = {"AWS": [STRANGER, MANAGEMENT_ACCOUNT_ID]}
    opened = {
        "Effect": "Allow",
        "Principal": others,
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::open-to-others",
    }
    owner.put_bucket_policy(**bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [opened]}))
    organization.sandbox.client("s3").list_objects_v2(**bucket)
    with pytest.raises(ClientError, match="with an explicit deny in a resource control policy"):
        organization.stranger("s3").list_objects_v2(**bucket)
    spared = {"targets": {"organizational_units": ["Root"], "excluded_organizational_units": ["Lab"]}}
    changed = [each | spared if each["kind"] == "rcp" else each for each in DECLARED]
    organization.apply(declared(repository, *changed, LOOSER))
    organization.stranger("s3").list_objects_v2(**bucket)
    off = declared(repository, on=False)
    plan = organization.plan(off)
    named = {limit for limit, _ in violations(plan, limits_of(off.organization, pipeline.compile(off).resources))}
    assert "protection" in named
    organization.apply(off)
    rest = organization.plan(off)
    assert (rest.changes, rest.blind) == ((), ())
    (root,) = organization.client.list_roots()["Roots"]
    assert {each["Type"] for each in root["PolicyTypes"]} >= {*EFFECTIVE, "BACKUP_POLICY", "RESOURCE_CONTROL_POLICY"}
    for policy_type in (each["Type"] for each in root["PolicyTypes"]):
        listed = organization.client.list_policies(Filter=policy_type)["Policies"]
        assert [policy for policy in listed if not policy["AwsManaged"]] == []
