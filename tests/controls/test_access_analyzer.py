"""IAM Access Analyzer, from the declaration to analyzers of the whole organization, and back."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from guardrails.controls.access_analyzer import CONTROL, AccessAnalyzerSettings
from guardrails.engine.resource import Address, Resource
from guardrails.errors import ConfigError
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.organization_facts import account_id
from guardrails.resources import account_address, delegated_administrator_address, trusted_access_address
from guardrails.resources.access_analyzer import AccessAnalyzer
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"
PRINCIPAL = "access-analyzer.amazonaws.com"
ROLE = Address("AWS::IAM::ServiceLinkedRole", PRINCIPAL, region=HOME)


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, AccessAnalyzerSettings.model_validate(settings)))
    assert all(isinstance(item, Resource) for item in found)
    return [item for item in found if isinstance(item, Resource)]


def analyzers(organization: Organization, library: Library, **settings: object) -> dict[tuple[str, str], Any]:
    found = compiled(organization, library, **settings)
    return {(each.kind, each.region): each for each in found if isinstance(each, AccessAnalyzer)}


def test_external_access_everywhere_unused_access_once(organization: Organization, library: Library) -> None:
    """By default each governed region has an analyzer of external access, the home region one of unused access; both wait for the
    delegation, and that for trusted access and the service's role in the management account."""
    found = analyzers(organization, library)
    assert found.keys() == {("ORGANIZATION", HOME), ("ORGANIZATION", OTHER), ("ORGANIZATION_UNUSED_ACCESS", HOME)}
    for each in found.values():
        assert each.account == "security-tooling"
        assert each.references() == {delegated_administrator_address(PRINCIPAL), ROLE}
    (delegation,) = (item for item in compiled(organization, library) if isinstance(item, DelegatedAdministrator))
    assert delegation.references() == {account_address("security-tooling"), trusted_access_address(PRINCIPAL), ROLE}


def test_what_is_left_out_and_what_is_analyzed(organization: Organization, library: Library) -> None:
    """Unused access leaves accounts and tags out, each for itself; internal access is of resource types, in some accounts or all."""
    found = analyzers(
        organization,
        library,
        external_access=None,
        unused_access={"age_days": 30, "excluded_accounts": ["trial"], "excluded_tags": {"team": "red", "b": "1"}},
        internal_access={"resource_types": ["AWS::S3::Bucket"], "accounts": ["prod"]},
    )
    assert found.keys() == {
        ("ORGANIZATION_UNUSED_ACCESS", HOME),
        ("ORGANIZATION_INTERNAL_ACCESS", HOME),
        ("ORGANIZATION_INTERNAL_ACCESS", OTHER),
    }
    unused = found["ORGANIZATION_UNUSED_ACCESS", HOME]
    assert unused.unused_access_age == 30
    assert unused.analysis_rules == (
        {"accountIds": {account_id("trial")}},
        {"resourceTags": ({"b": "1"},)},
        {"resourceTags": ({"team": "red"},)},
    )
    assert found["ORGANIZATION_INTERNAL_ACCESS", OTHER].analysis_rules == (
        {"resourceTypes": {"AWS::S3::Bucket"}, "accountIds": {account_id("prod")}},
    )


def test_the_management_account_as_administrator(organization: Organization, library: Library) -> None:
    """The management account may run the analyzers itself; there is nothing to delegate then."""
    alone = replace(organization, security_account="management")
    assert not any(isinstance(item, DelegatedAdministrator) for item in compiled(alone, library))
    for each in analyzers(alone, library).values():
        assert each.account == ""
        assert each.references() == {trusted_access_address(PRINCIPAL), ROLE}


def test_an_analyzer_cannot_leave_its_own_account_out(organization: Organization, library: Library) -> None:
    """AWS refuses to exclude the account that runs the analyzer, and so does the control, before anything is planned."""
    with pytest.raises(ConfigError, match="cannot leave its own account out"):
        compiled(organization, library, unused_access={"excluded_accounts": ["security-tooling"]})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"unused_access": {"age_days": 366}}, "less than or equal to 365"),
        ({"internal_access": {}}, "Field required"),
        ({"internal_access": {"resource_types": ["AWS::EC2::Instance"]}}, "AWS::EC2::Instance"),
        (
            {"external_access": {"archive_rules": {"1st": {"isPublic": {"eq": ["false"]}}}}},
            "the name of an archive rule",
        ),
        ({"external_access": {"archive_rules": {"own": {"isPublic": {}}}}}, "this criterion says nothing"),
        ({"external_access": {"archive_rules": {"own": {}}}}, "at least 1 item"),
        ({"targets": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Unknown values, empty rules and keys are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        AccessAnalyzerSettings.model_validate(settings)


DECLARED = """\
identity-center: false
access-analyzer:
  external_access:
    archive_rules:
      partner: {principal.AWS: {contains: ["123456789012"]}, isPublic: {eq: ["false"]}}
  unused_access: {age_days: 60, excluded_accounts: [dev], excluded_tags: {break-glass: "yes"}}
"""


def audit(sandbox: "Embedded") -> set[tuple[str, ...]]:
    """What an auditor finds in the security account with plain boto3: every analyzer with its region, status and rules."""
    found = set()
    for region in (HOME, OTHER):
        client = sandbox.client("accessanalyzer", region, account_ids(sandbox)["Acme Security Tooling"])
        for each in client.list_analyzers()["analyzers"]:
            rules = client.list_archive_rules(analyzerName=each["name"])["archiveRules"]
            found.add((region, each["name"], each["type"], each["status"], *(rule["ruleName"] for rule in rules)))
    return found


STANDING = {
    (HOME, "acme-external-access", "ORGANIZATION", "ACTIVE", "partner"),
    (OTHER, "acme-external-access", "ORGANIZATION", "ACTIVE", "partner"),
    (HOME, "acme-unused-access", "ORGANIZATION_UNUSED_ACCESS", "ACTIVE"),
}


@pytest.mark.whole_baseline
def test_from_declaration_to_analyzers_and_back(workplace: Workplace, sandbox: "Embedded") -> None:
    """Applied, the organization is analyzed; what is broken by hand is named and mended; off, the analyzers go once it is accepted."""
    workplace.declare_little()
    workplace.write("config/controls.yaml", DECLARED)
    applied = workplace.sandboxed("apply", "--yes")
    assert applied.code == 0, applied.err
    assert workplace.sandboxed("drift").code == 0
    assert audit(sandbox) == STANDING

    ids = account_ids(sandbox)
    client = sandbox.client("accessanalyzer", HOME, ids["Acme Security Tooling"])
    unused = client.get_analyzer(analyzerName="acme-unused-access")["analyzer"]["configuration"]["unusedAccess"]
    assert unused["unusedAccessAge"] == 60
    exclusions = [{"accountIds": [ids["Acme Dev"]]}, {"resourceTags": [{"break-glass": "yes"}]}]
    assert unused["analysisRule"]["exclusions"] == exclusions
    client.update_analyzer(
        analyzerName="acme-unused-access",
        configuration={"unusedAccess": {"analysisRule": {"exclusions": [{"accountIds": [ids["Acme Prod"]]}]}}},
    )
    everything = {"isPublic": {"exists": True}}
    client.create_archive_rule(analyzerName="acme-external-access", ruleName="blind", filter=everything)
    sandbox.client("accessanalyzer", OTHER, ids["Acme Security Tooling"]).delete_analyzer(
        analyzerName="acme-external-access"
    )
    drift = workplace.sandboxed("drift", "--output", "json").document
    changes = {change["address"]: (change["action"], set(change["differences"])) for change in drift["changes"]}
    kind = "AWS::AccessAnalyzer::Analyzer"
    assert changes.pop(f"{kind} acme-external-access @ security-tooling/{OTHER}")[0] == "create"
    assert changes == {
        f"{kind} acme-external-access @ security-tooling/{HOME}": ("update", {"archive_rules.blind"}),
        f"{kind} acme-unused-access @ security-tooling/{HOME}": ("update", {"analysis_rules"}),
    }
    mended = workplace.sandboxed("apply", "--yes", "--show-calls", "--output", "json").document
    assert mended["calls"]["writes"] == {
        "accessanalyzer:apply_archive_rule": 1,
        "accessanalyzer:create_analyzer": 1,
        "accessanalyzer:create_archive_rule": 1,
        "accessanalyzer:delete_archive_rule": 1,
        "accessanalyzer:update_analyzer": 1,
    }
    audit(sandbox)  # the first look shows a new analyzer on its way
    assert audit(sandbox) == STANDING

    workplace.write("config/controls.yaml", "identity-center: false\n")
    refused = workplace.sandboxed("apply", "--yes")
    assert (refused.code, "--accept protection" in refused.message) == (6, True)
    assert workplace.sandboxed("apply", "--yes", "--accept", "protection").code == 0
    assert audit(sandbox) == set()
    assert workplace.sandboxed("drift").code == 0
    services = sandbox.client("organizations").list_delegated_services_for_account(
        AccountId=ids["Acme Security Tooling"]
    )["DelegatedServices"]
    assert [each["ServicePrincipal"] for each in services] == [PRINCIPAL]
