"""Settings that a stack's own function puts, on the sandbox: probed by a deeper look, put again where they differ."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.aws.connection import Connection
from guardrails.engine.difference import ABSENT, Difference
from guardrails.engine.resource import BlindSpot, Live
from guardrails.errors import AwsError
from guardrails.resources import account_address, organizational_unit_address
from guardrails.resources.stack import TYPE, Stack
from guardrails.resources.stack_set import TYPE as STACK_SETS
from guardrails.resources.stack_set import StackSet
from tests.command_line import denied
from tests.settings_template import settings_template

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
WANTED = Stack(name="acme-example", region=HOME, template={}, capabilities=("CAPABILITY_IAM",))


@pytest.fixture
def want(repository: Path, tmp_path: Path) -> Stack:
    """The stack, in its home region."""
    return replace(WANTED, template=settings_template(repository, tmp_path, HOME))


def observed(connection: Connection, want: Stack) -> Live[Stack]:
    reader = connection.gateway.reader().at("", want.region)
    (live,) = TYPE.observe(reader, [want], connection.directory)
    assert isinstance(live, Live)
    return live


def found_deep(connection: Connection, live: Live[Stack]) -> list[Difference | BlindSpot]:
    reader = connection.gateway.reader().at("", live.resource.region)
    return list(TYPE.look_deeper(reader, live, connection.directory))


def put(connection: Connection, want: Stack, live: Live[Stack] | None = None) -> Mapping[str, int]:
    """Put the stack; gives the writes that it took."""
    before = connection.gateway.calls.writes.copy()
    TYPE.put(connection.gateway.writer().at("", want.region), want, live, connection.directory)
    return connection.gateway.calls.writes - before


def revision(sandbox: "Embedded") -> str:
    (stack,) = sandbox.client("cloudformation", HOME).describe_stacks(StackName=WANTED.name)["Stacks"]
    return {str(one["ParameterKey"]): str(one["ParameterValue"]) for one in stack["Parameters"]}["Revision"]


def test_settings_are_put_probed_and_put_again(connection: Connection, sandbox: "Embedded", want: Stack) -> None:
    """The stack's function puts every setting; each that somebody changed is named with both values, and a new revision mends it.

    The revision is no difference of a later plan, and stays where the stack is updated for another reason.
    """
    put(connection, want)
    ec2, s3 = sandbox.client("ec2", HOME), sandbox.client("s3control", HOME)
    own = sandbox.client("sts").get_caller_identity()["Account"]
    key = ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
    assert (":key/" in key, ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]) == (True, True)
    assert all(s3.get_public_access_block(AccountId=own)["PublicAccessBlockConfiguration"].values())
    live = observed(connection, want)
    assert (live.resource, found_deep(connection, live)) == (want, [])
    ec2.disable_ebs_encryption_by_default()
    ec2.reset_ebs_default_kms_key_id()
    s3.delete_public_access_block(AccountId=own)
    drift = found_deep(connection, live)
    assert drift[:2] == [
        Difference("Settings.EBS default key", "alias/aws/ebs", key),
        Difference("Settings.EBS encryption by default", False, True),
    ]
    assert isinstance(drift[2], Difference)
    assert (drift[2].property, drift[2].live) == ("Settings.S3 public access block", ABSENT)
    broken = replace(live, drift=tuple(one for one in drift if isinstance(one, Difference)))
    assert put(connection, want, broken) == {"cloudformation:update_stack": 1}
    assert (revision(sandbox), found_deep(connection, live), observed(connection, want).resource) == ("1", [], want)
    tagged = replace(want, tags={"team": "platform"})
    put(connection, tagged, live)
    assert (revision(sandbox), observed(connection, tagged).resource) == ("1", tagged)


def test_settings_and_drift_are_mended_together(connection: Connection, sandbox: "Embedded", want: Stack) -> None:
    """What CloudFormation finds drifted is reverted by a change set, then the settings are put again; nothing else is written."""
    put(connection, want)
    live = observed(connection, want)
    ec2, kms = sandbox.client("ec2", HOME), sandbox.client("kms", HOME)
    ec2.disable_ebs_encryption_by_default()
    kms.disable_key_rotation(KeyId=ec2.get_ebs_default_kms_key_id()["KmsKeyId"])
    drift = [one for one in found_deep(connection, live) if isinstance(one, Difference)]
    assert {one.property for one in drift} == {"Key.EnableKeyRotation", "Settings.EBS encryption by default"}
    operations = ("create_change_set", "execute_change_set", "update_stack")
    assert put(connection, want, replace(live, drift=tuple(drift))) == dict.fromkeys(
        (f"cloudformation:{one}" for one in operations), 1
    )
    assert found_deep(connection, live) == []


def test_a_probe_that_is_denied_is_a_blind_spot(connection: Connection, sandbox: "Embedded", want: Stack) -> None:
    """What cannot be probed is said with its place and name, and the other settings are judged all the same."""
    put(connection, want)
    live = observed(connection, want)
    sandbox.client("ec2", HOME).reset_ebs_default_kms_key_id()
    with denied("ec2", "GetEbsEncryptionByDefault"):
        key, spot = found_deep(connection, live)
    assert isinstance(key, Difference)
    assert isinstance(spot, BlindSpot)
    assert (spot.account, spot.region, "EBS encryption by default" in spot.reason) == ("", HOME, True)
    assert spot.remedy == "let the caller perform ec2:get_ebs_encryption_by_default"


def test_the_home_region_alone(connection: Connection, sandbox: "Embedded", want: Stack) -> None:
    """What belongs to the whole account is put, and probed, in the home region only."""
    elsewhere: Any = replace(want, region=OTHER)
    put(connection, elsewhere)
    own = sandbox.client("sts").get_caller_identity()["Account"]
    with pytest.raises(Exception, match="NoSuchPublicAccessBlockConfiguration"):
        sandbox.client("s3control", OTHER).get_public_access_block(AccountId=own)
    assert found_deep(connection, observed(connection, elsewhere)) == []


class InstancesOfASet:
    """A stack set with settings in two accounts and two regions, as a run sees and puts it."""

    def __init__(self, connection: Connection, sandbox: "Embedded", template: Mapping[str, Any]) -> None:
        self.connection, self.sandbox = connection, sandbox
        note = {"Note": {"Type": "String", "Default": "ours"}}
        units = (organizational_unit_address("Dev"), organizational_unit_address("Prod"))
        self.want = StackSet(
            name="acme-example",
            template={**template, "Parameters": {**template["Parameters"], **note}},
            targets={HOME: units, OTHER: units},
            capabilities=("CAPABILITY_IAM",),
        )

    def live(self) -> Live[StackSet]:
        reader = self.connection.gateway.reader()
        found = list(STACK_SETS.observe(reader, [self.want], self.connection.directory))
        (live,) = [one for one in found if isinstance(one, Live)]
        return live

    def deep(self) -> list[Difference | BlindSpot]:
        reader = self.connection.gateway.reader()
        return list(STACK_SETS.look_deeper(reader, self.live(), self.connection.directory))

    def put(self, *drift: Difference | BlindSpot, new: bool = False) -> Mapping[str, int]:
        """Put the set, with what a deeper look has shown; gives the writes that it took."""
        before = self.connection.gateway.calls.writes.copy()
        shown = tuple(one for one in drift if isinstance(one, Difference))
        live = None if new else replace(self.live(), drift=shown)
        STACK_SETS.put(self.connection.gateway.writer(), self.want, live, self.connection.directory)
        return self.connection.gateway.calls.writes - before

    def ec2(self, account: str, region: str) -> Any:
        return self.sandbox.client("ec2", region, self.connection.directory.id(account_address(account)))

    def overrides(self, account: str, region: str) -> dict[str, str]:
        where = {"StackInstanceAccount": self.connection.directory.id(account_address(account))}
        found = self.sandbox.client("cloudformation", HOME).describe_stack_instance(
            StackSetName=self.want.name, StackInstanceRegion=region, **where
        )
        given = found["StackInstance"]["ParameterOverrides"]
        return {str(one["ParameterKey"]): str(one["ParameterValue"]) for one in given}


@pytest.fixture
def instances(organization: Connection, sandbox: "Embedded", want: Stack) -> InstancesOfASet:
    """Four deployed instances."""
    made = InstancesOfASet(organization, sandbox, want.template)
    made.put(new=True)
    return made


def test_instances_are_mended_where_they_differ(instances: InstancesOfASet) -> None:
    """Settings are put again in exactly the accounts and regions shown; what somebody overrode there stays, and so does the revision.

    Neither shows in a later plan, and an update of the set for another reason works as ever.
    """
    dev = {"Accounts": [instances.connection.directory.id(account_address("dev"))]}
    root = instances.sandbox.client("organizations").list_roots()["Roots"][0]["Id"]
    instances.sandbox.client("cloudformation", HOME).update_stack_instances(
        StackSetName=instances.want.name,
        DeploymentTargets={"OrganizationalUnitIds": [root], "AccountFilterType": "INTERSECTION", **dev},
        Regions=[OTHER],
        ParameterOverrides=[{"ParameterKey": "Note", "ParameterValue": "theirs"}],
    )
    for account, region in (("prod", HOME), ("dev", OTHER)):
        instances.ec2(account, region).disable_ebs_encryption_by_default()
    drift = instances.deep()
    name = "Settings.EBS encryption by default"
    assert drift == [Difference(f"{place} {name}", False, True) for place in (f"dev/{OTHER}", f"prod/{HOME}")]
    assert instances.put(*drift) == {"cloudformation:update_stack_instances": 2}
    places = (("prod", HOME), ("prod", OTHER), ("dev", HOME), ("dev", OTHER))
    given = [{"Revision": "1"}, {}, {}, {"Revision": "1", "Note": "theirs"}]
    assert [instances.overrides(*place) for place in places] == given
    assert (instances.live().resource, instances.deep()) == (instances.want, [])
    instances.want = replace(instances.want, description="updated")
    assert instances.put() == {"cloudformation:update_stack_set": 1}
    assert [instances.overrides(*place) for place in places] == given
    instances.ec2("prod", HOME).disable_ebs_encryption_by_default()
    assert instances.put(*instances.deep()) == {"cloudformation:update_stack_instances": 1}
    assert (instances.overrides("prod", HOME), instances.deep()) == ({"Revision": "2"}, [])


def test_what_is_denied_in_an_account_is_blind_there(instances: InstancesOfASet) -> None:
    """A probe that is denied in the members is a blind spot of each of these places, and the rest is judged all the same."""
    instances.ec2("prod", HOME).reset_ebs_default_kms_key_id()
    with denied("ec2", "GetEbsEncryptionByDefault"):
        found = instances.deep()
    spots = {(spot.account, spot.region) for spot in found if isinstance(spot, BlindSpot)}
    assert spots == {(account, region) for account in ("dev", "prod") for region in (HOME, OTHER)}
    assert [one.property for one in found if isinstance(one, Difference)] == [f"prod/{HOME} Settings.EBS default key"]


def test_what_cannot_be_put_is_told_and_tried_again(instances: InstancesOfASet) -> None:
    """A setting that the function may not put fails that instance alone, with the reason: it is outdated until the next put mends it."""
    instances.ec2("dev", OTHER).disable_ebs_encryption_by_default()
    drift = instances.deep()
    reason = f"1 stack instances failed: dev/{OTHER}: .*EBS encryption by default: .*not authorized"
    with denied("ec2", "EnableEbsEncryptionByDefault"), pytest.raises(AwsError, match=reason):
        instances.put(*drift)
    (outdated,) = instances.live().resource.outdated_instances
    assert outdated.startswith(f"dev/{OTHER}: OUTDATED")
    instances.put()
    assert (instances.live().resource, instances.deep()) == (instances.want, [])
