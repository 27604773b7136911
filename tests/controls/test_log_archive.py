"""The log archive compiles to a stack in its own account, and to stacks and a stack set where logs land, with late values as parameters."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from guardrails.controls.log_archive import CONTROL, Landing, LogArchive
from guardrails.engine.resource import Address, Caveat, Ref, Resource, refs_in
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import landing_stack, log_archive_replica_stack, log_archive_stack
from guardrails.resources import ORGANIZATION, ROOT_ADDRESS, account_address, stack_address, stack_set_address
from guardrails.resources.stack import Stack
from guardrails.resources.stack_set import StackSet

NOTHING_LANDS: dict[str, Any] = dict.fromkeys(("config", "elb", "guardduty", "network", "waf", "s3_access"), False)
HOME, OTHER = "eu-west-1", "eu-central-1"


def bare(**settings: Any) -> LogArchive:
    return LogArchive(landing=Landing(**NOTHING_LANDS), **settings)


def compiled(organization: Organization, library: Library, settings: LogArchive) -> Stack:
    (stack,) = CONTROL.resources(organization, library, settings)
    assert isinstance(stack, Stack)
    return stack


def test_one_stack_in_the_log_archive_account(organization: Organization, library: Library) -> None:
    """It stands in the log archive account's home region, protected, and waits for what it names."""
    stack = compiled(organization, library, bare())
    assert stack.address == stack_address("acme-log-archive", "log-archive", "eu-west-1")
    assert stack.termination_protection
    assert stack.references() == {ORGANIZATION, account_address("log-archive"), account_address("management")}


def test_the_template_text_is_stable(organization: Organization, library: Library) -> None:
    """Late values are parameters of the stack; the template itself holds none."""
    stack = compiled(organization, library, bare())
    assert list(refs_in(stack.template)) == []
    assert set(refs_in(stack.parameters)) == {Ref(ORGANIZATION), Ref(account_address("management"))}
    assert stack.parameters.keys() == stack.template["Parameters"].keys()


def test_settings_arrive(organization: Organization, library: Library) -> None:
    """Mode and days of the settings are those of the bucket; what cannot be undone is said to the reviewer."""
    settings = bare(mode="compliance", retention_days=400, expiration_days=4000)
    caveat, stack = CONTROL.resources(organization, library, settings)
    assert isinstance(caveat, Caveat)
    assert "cannot be undone" in caveat.sentence
    assert isinstance(stack, Stack)
    bucket = stack.template["Resources"]["Bucket"]["Properties"]
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 400}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 4000


def test_in_the_management_account(organization: Organization, library: Library) -> None:
    """Where the management account keeps the logs itself, the stack is addressed as standing there."""
    stack = compiled(replace(organization, log_archive_account="management"), library, bare())
    assert stack.account == ""


def everything(organization: Organization, library: Library, **settings: Any) -> dict[Address, Resource]:
    found = CONTROL.resources(organization, library, LogArchive.model_validate(settings))
    return {each.address: each for each in found if isinstance(each, Resource)}


def test_where_logs_land(organization: Organization, library: Library) -> None:
    """Each region of the log archive account has a stack of landing buckets, AWS Config's in the home region only; every account and
    region has a bucket for access logs; all of them replicate into the archive, and wait for it.
    """
    found = everything(organization, library)
    archive = log_archive_stack(organization)
    for region, config in ((HOME, True), (OTHER, False)):
        stack = found[landing_stack(organization, region)]
        assert isinstance(stack, Stack)
        assert archive in stack.references()
        assert ("Config" in stack.template["Resources"]) == config
        assert {"Elb", "Guardduty", "Network", "Waf", "Key"} <= stack.template["Resources"].keys()
        assert stack.parameters.keys() == stack.template["Parameters"].keys()
        assert isinstance(found[stack_address("acme-access-logs", "", region)], Stack)
    everywhere = found[stack_set_address("acme-access-logs")]
    assert isinstance(everywhere, StackSet)
    assert archive in everywhere.references()
    assert (everywhere.targets, everywhere.auto_deployment) == (dict.fromkeys((OTHER, HOME), (ROOT_ADDRESS,)), True)


def test_guardduty_has_a_name_of_its_own_where_a_region_must_be_enabled(
    organization: Organization, library: Library
) -> None:
    """There bucket and key let in guardduty.<region>.amazonaws.com, elsewhere guardduty.amazonaws.com."""
    found = everything(replace(organization, governed_regions=(HOME, "eu-south-1")), library)
    regional = {"Fn::Sub": "guardduty.${AWS::Region}.amazonaws.com"}
    for region, name in ((HOME, "guardduty.amazonaws.com"), ("eu-south-1", regional)):
        stack = found[landing_stack(organization, region)]
        assert isinstance(stack, Stack)
        resources = stack.template["Resources"]
        bucket = resources["GuarddutyPolicy"]["Properties"]["PolicyDocument"]["Statement"]
        key = resources["Key"]["Properties"]["KeyPolicy"]["Statement"]
        let_in = [each["Principal"] for each in (*bucket, *key) if "guardduty" in str(each["Principal"])]
        assert let_in == [{"Service": name}] * 3


def test_what_is_off_does_not_land(organization: Organization, library: Library) -> None:
    """Only what is on has buckets; without anything that a key of ours encrypts there is no key, and elsewhere no stack."""
    found = everything(organization, library, landing={**NOTHING_LANDS, "config": True})
    assert set(found) == {log_archive_stack(organization), landing_stack(organization, HOME)}
    found = everything(organization, library, landing={**NOTHING_LANDS, "elb": True})
    stack = found[landing_stack(organization, OTHER)]
    assert isinstance(stack, Stack)
    assert set(stack.template["Resources"]) == {"Elb", "ElbPolicy", "ReplicationRole"}


def test_a_second_region(organization: Organization, library: Library) -> None:
    """The second copy comes first; the archive, and whatever lands, replicates into it too, since replicas are not replicated."""
    found = everything(organization, library, replica_region=OTHER)
    replica = log_archive_replica_stack(organization, OTHER)
    assert {each.address for each in found.values() if replica in each.references()} == {
        log_archive_stack(organization),
        landing_stack(organization, HOME),
        landing_stack(organization, OTHER),
        stack_address("acme-access-logs", "", HOME),
        stack_address("acme-access-logs", "", OTHER),
        stack_set_address("acme-access-logs"),
    }
    with pytest.raises(ConfigError, match="must be another region than the home region"):
        everything(organization, library, replica_region=HOME)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"retention_days": 0}, "greater than or equal to 1"),
        ({"mode": "forever"}, "'governance' or 'compliance'"),
        ({"glacier_days": 365}, "must grow in this order"),
        ({"retention_days": 5000}, "must not be less than retention_days"),
        ({"landing": {"expiration_days": 400}}, "less than or equal to 365"),
        ({"retention": 5}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        LogArchive.model_validate(settings)
