"""Organization rules, on the sandbox: in every account that records, mended, adopted, withdrawn; each failure with its account."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from guardrails import organization_deployments
from guardrails.aws.connection import Connection
from guardrails.aws.gateway import Tempo
from guardrails.engine.observe import observe
from guardrails.errors import AwsError
from guardrails.resources import account_address
from guardrails.resources.organization_config_rule import TYPE, OrganizationConfigRule
from tests.resources.config_service import HOME, administrator, observed, put, record, writes

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

__all__ = ["administrator"]
PUT = "put_organization_config_rule"
WANTED = OrganizationConfigRule(
    name="acme-eip-attached",
    account="security",
    region=HOME,
    managed_rule={"RuleIdentifier": "EIP_ATTACHED", "ResourceTypesScope": ["AWS::EC2::EIP"]},
)
NAME = {"OrganizationConfigRuleName": WANTED.name}
GUARDDUTY = {"RuleIdentifier": "GUARDDUTY_NON_ARCHIVED_FINDINGS", "InputParameters": {"daysHighSev": "1"}}


def rules(sandbox: "Embedded", account: str | None) -> list[str]:
    found = sandbox.client("config", HOME, account=account).describe_config_rules()["ConfigRules"]
    return [rule["Source"]["SourceIdentifier"] for rule in found]


def test_in_every_account_then_as_wanted(
    connection: Connection, sandbox: "Embedded", administrator: str, member: Callable[[str], str]
) -> None:
    """One write puts the rule into every account but those excluded, with our tag; a second put writes nothing, a change one thing."""
    prod, spared = member("prod"), member("spared")
    record(sandbox, prod)
    record(sandbox, spared)
    want = replace(WANTED, excluded_accounts=(account_address("spared"),))
    attributes = put(connection, TYPE, want)
    assert writes(connection) == [PUT]
    assert [rules(sandbox, account) for account in (None, administrator, prod, spared)] == [["EIP_ATTACHED"]] * 3 + [[]]
    live = observed(connection, TYPE, want)
    assert live is not None
    assert (live.resource, live.managed, live.attributes) == (want, True, attributes)
    put(connection, TYPE, want)
    assert writes(connection) == []
    changed = replace(want, managed_rule=GUARDDUTY)
    put(connection, TYPE, changed)
    assert writes(connection) == [PUT]
    live = observed(connection, TYPE, changed)
    assert live is not None
    assert live.resource == changed


def test_what_was_changed_by_hand_is_seen_and_mended(
    connection: Connection, sandbox: "Embedded", administrator: str
) -> None:
    """Another identifier is a difference; a rule that somebody deletes is gone, also while AWS is still at it."""
    put(connection, TYPE, WANTED)
    config = sandbox.client("config", HOME, account=administrator)
    other = {"RuleIdentifier": "EIP_ATTACHED", "MaximumExecutionFrequency": "TwentyFour_Hours"}
    config.put_organization_config_rule(**NAME, OrganizationManagedRuleMetadata=other)
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert live.resource.managed_rule == {"RuleIdentifier": "EIP_ATTACHED"}
    put(connection, TYPE, WANTED)
    config.delete_organization_config_rule(**NAME)
    assert observed(connection, TYPE, WANTED) is None
    put(connection, TYPE, WANTED)
    assert writes(connection) == [PUT]


def test_a_failure_names_the_account(
    connection: Connection,
    sandbox: "Embedded",
    administrator: str,
    member: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where an account does not record the put fails and names it, the next plan does too, and the next put mends it."""
    monkeypatch.setattr(organization_deployments, "ATTEMPTS", 2)
    prod = member("prod")
    with pytest.raises(AwsError, match="prod: NoAvailableConfigurationRecorderException"):
        put(connection, TYPE, WANTED)
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert [each.partition(":")[0] for each in live.resource.failed_accounts] == ["prod"]
    record(sandbox, prod)
    put(connection, TYPE, WANTED)
    assert rules(sandbox, prod) == ["EIP_ATTACHED"]


def test_an_account_that_records_a_while_later(
    connection: Connection,
    sandbox: "Embedded",
    administrator: str,
    member: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An account whose recorder comes only after ten minutes, as StackSets has much to do, fails no put."""
    prod, waited = member("prod"), list[float]()

    def wait(tempo: Tempo, seconds: float) -> None:
        waited.append(seconds)
        if waited.count(organization_deployments.PAUSE) == 20:
            waited.clear()
            record(sandbox, prod)

    monkeypatch.setattr(Tempo, "wait", wait)
    put(connection, TYPE, WANTED)
    assert rules(sandbox, prod) == ["EIP_ATTACHED"]


def test_adopted_and_withdrawn(connection: Connection, sandbox: "Embedded", administrator: str) -> None:
    """An equal rule of somebody else's gets our tag and nothing else; a deletion leaves it in no account, and may be repeated."""
    config = sandbox.client("config", HOME, account=administrator)
    metadata = {"RuleIdentifier": "EIP_ATTACHED", "ResourceTypesScope": ["AWS::EC2::EIP"]}
    config.put_organization_config_rule(**NAME, OrganizationManagedRuleMetadata=metadata)
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert not live.managed
    put(connection, TYPE, WANTED)
    assert writes(connection) == ["tag_resource"]
    live = observed(connection, TYPE, WANTED)
    assert live is not None
    assert live.managed
    writer = connection.gateway.writer().at("security", HOME)
    TYPE.delete(writer, live, connection.directory)
    TYPE.delete(writer, live, connection.directory)
    assert (observed(connection, TYPE, WANTED), rules(sandbox, None)) == (None, [])


def test_who_administers_nothing_has_nothing(connection: Connection, member: Callable[[str], str]) -> None:
    """An account that does not administer AWS Config, or does not exist yet, has no rules, and is no blind spot."""
    for _ in ("absent", "without the delegation"):
        found = observe({TYPE.name: TYPE}, connection.gateway.reader(), [WANTED], connection.directory)
        assert (dict(found.live), found.blind) == ({}, ())
        if not connection.directory.get(account_address("security")):
            member("security")
