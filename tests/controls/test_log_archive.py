"""The log archive compiles to one stack in its own account, with late values as its parameters only."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from guardrails.controls.log_archive import CONTROL, LogArchive
from guardrails.engine.resource import Caveat, Ref, refs_in
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import ORGANIZATION, account_address, stack_address
from guardrails.resources.stack import Stack


def compiled(organization: Organization, library: Library, settings: LogArchive) -> Stack:
    (stack,) = CONTROL.resources(organization, library, settings)
    assert isinstance(stack, Stack)
    return stack


def test_one_stack_in_the_log_archive_account(organization: Organization, library: Library) -> None:
    """It stands in the log archive account's home region, protected, and waits for what it names."""
    stack = compiled(organization, library, LogArchive())
    assert stack.address == stack_address("acme-log-archive", "log-archive", "eu-west-1")
    assert stack.termination_protection
    assert stack.references() == {ORGANIZATION, account_address("log-archive"), account_address("management")}


def test_the_template_text_is_stable(organization: Organization, library: Library) -> None:
    """Late values are parameters of the stack; the template itself holds none."""
    stack = compiled(organization, library, LogArchive())
    assert list(refs_in(stack.template)) == []
    assert set(refs_in(stack.parameters)) == {Ref(ORGANIZATION), Ref(account_address("management"))}
    assert stack.parameters.keys() == stack.template["Parameters"].keys()


def test_settings_arrive(organization: Organization, library: Library) -> None:
    """Mode and days of the settings are those of the bucket; what cannot be undone is said to the reviewer."""
    settings = LogArchive(mode="compliance", retention_days=400, expiration_days=4000)
    caveat, stack = CONTROL.resources(organization, library, settings)
    assert isinstance(caveat, Caveat)
    assert "cannot be undone" in caveat.sentence
    assert isinstance(stack, Stack)
    bucket = stack.template["Resources"]["Bucket"]["Properties"]
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 400}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 4000


def test_in_the_management_account(organization: Organization, library: Library) -> None:
    """Where the management account keeps the logs itself, the stack is addressed as standing there."""
    stack = compiled(replace(organization, log_archive_account="management"), library, LogArchive())
    assert stack.account == ""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"retention_days": 0}, "greater than or equal to 1"),
        ({"mode": "forever"}, "'governance' or 'compliance'"),
        ({"glacier_days": 365}, "must grow in this order"),
        ({"retention_days": 5000}, "must not be less than retention_days"),
        ({"retention": 5}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        LogArchive.model_validate(settings)
