"""Security Hub from declaration to member accounts and back: two policies, audited with plain boto3, broken, mended, switched off."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from guardrails import pipeline
from guardrails.aws.connection import connect
from guardrails.config.security_hub import SecurityHub
from guardrails.controls import accounts, organization_tree, security_hub
from guardrails.engine import run
from guardrails.engine.observe import observe
from guardrails.engine.plan import Plan, diff
from guardrails.engine.resource import Address, Resource, ResourceType
from guardrails.library import Library
from guardrails.model import Account, Organization, OrganizationalUnit
from guardrails.sandbox.embedded import Embedded
from tests.organization_line import FIRST_DAY, actions, endpoint_of

pytestmark = pytest.mark.whole_baseline

HOME, OTHER, THIRD = "eu-west-1", "eu-central-1", "us-east-1"
ASSOCIATION, POLICY = "AWS::SecurityHub::PolicyAssociation", "AWS::SecurityHub::ConfigurationPolicy"
PLACE = f"security-tooling/{HOME}"
KINDS = (
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Account",
    "AWS::SecurityHub::ConfigurationPolicy",
    "AWS::SecurityHub::FindingAggregator",
    "AWS::SecurityHub::PolicyAssociation",
    "Guardrails::Organizations::DelegatedAdministrator",
    "Guardrails::Organizations::ServiceAdministrator",
    "Guardrails::Organizations::TrustedAccess",
    "Guardrails::SecurityHub::OrganizationConfiguration",
)
HOMES = {"management": "Root", "security-tooling": "Security", "prod": "Workloads/Prod", "dev": "Workloads/Dev"}
ORGANIZATION = replace(
    FIRST_DAY,
    organizational_units=tuple(map(OrganizationalUnit, ("Security", "Workloads", "Workloads/Prod", "Workloads/Dev"))),
    accounts=tuple(Account(name, name, f"{name}@example.com", home) for name, home in HOMES.items()),
)
LAX = {"aws-foundational-security-best-practices", "cis-aws-foundations-benchmark"}
TIGHT = {"aws-foundational-security-best-practices", "nist-800-53"}
REASON = "The root user has no credentials at all"
STRICT = {
    "name": "strict",
    "targets": {"organizational_units": ["Workloads/Prod"]},
    "standards": ["fsbp", "nist-800-53"],
    "disabled_controls": {"EC2.8": "Instances are replaced next month"},
}
SETTINGS: Mapping[str, Any] = {"disabled_controls": {"IAM.6": REASON}, "policies": [STRICT]}


class Work:
    """Plans and applies Security Hub in the sandbox; every plan by a connection of its own."""

    def __init__(self, sandbox: Embedded, library: Library) -> None:
        self.sandbox, self.library = sandbox, library
        self.organization = ORGANIZATION
        self.settings: SecurityHub | None = SecurityHub.model_validate(SETTINGS)
        known = pipeline.known_types()
        self.types: Mapping[str, ResourceType[Any]] = {name: known[name] for name in KINDS}
        self.connection = connect(FIRST_DAY, endpoint=endpoint_of(sandbox))

    def desired(self) -> Iterator[Resource]:
        organization = self.organization
        yield from _resources(organization_tree, organization, self.library)
        yield from _resources(accounts, organization, self.library)
        if self.settings:
            items = security_hub.resources(organization, self.library, self.settings)
            yield from (item for item in items if isinstance(item, Resource))

    def plan(self) -> Plan:
        self.connection = connect(FIRST_DAY, endpoint=endpoint_of(self.sandbox))
        names, desired = self.connection.directory, list(self.desired())
        places = set(product(("", "security-tooling"), self.organization.governed_regions))
        seen = observe(self.types, self.connection.gateway.reader(), desired, names, places=places)
        assert seen.blind == ()
        return diff(self.types, desired, seen, names)

    def apply(self) -> dict[str, int]:
        """Apply what is declared; a second plan is empty. The writes, by operation."""
        outcomes = run.apply(self.types, self.plan(), self.connection.gateway.writer(), self.connection.directory)
        assert [outcome.reason for outcome in outcomes if outcome.result is not run.Result.DONE] == []
        writes = dict(self.connection.gateway.calls.writes)
        assert actions(self.plan()) == []
        return writes

    def client(self, account: str = "", region: str = HOME) -> Any:
        """A plain boto3 client of Security Hub in one account and region."""
        identities = {
            each["Name"]: each["Id"] for each in self.sandbox.client("organizations").list_accounts()["Accounts"]
        }
        return self.sandbox.client("securityhub", region, account=identities[account])


def _resources(control: Any, organization: Organization, library: Library) -> Iterator[Resource]:
    module = control.CONTROL
    yield from module.resources(organization, library, module.settings())


@pytest.fixture
def work(sandbox: Embedded, repository: Path) -> Work:
    """Security Hub with two policies, applied."""
    made = Work(sandbox, Library(repository))
    made.apply()
    return made


def standards(work: Work, account: str, region: str) -> set[str]:
    """The standards that an account itself sees enabled, by the part of their ARN that says which."""
    shown = work.client(account, region).get_enabled_standards()["StandardsSubscriptions"]
    return {each["StandardsArn"].split("/")[1] for each in shown}


def off(work: Work, account: str, region: str, *controls: str) -> list[str]:
    """Which of these controls an account itself sees switched off in the best practices."""
    best = f"arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0"
    asked = [{"SecurityControlId": each, "StandardsArn": best} for each in controls]
    answer = work.client(account, region).batch_get_standards_control_associations(StandardsControlAssociationIds=asked)
    found = answer["StandardsControlAssociationDetails"]
    assert len(found) == len(controls)
    return [each["SecurityControlId"] for each in found if each["AssociationStatus"] == "DISABLED"]


def drift(work: Work) -> dict[str, list[str]]:
    """What differs, as drift says it: the properties of each address."""
    return {
        f"{change.action.symbol} {change.address}": [each.property for each in change.differences]
        for change in work.plan().changes
    }


def target_id(work: Work, name: str) -> str:
    """The id of an OU or account that the last connection knows."""
    kinds = ("AWS::Organizations::OrganizationalUnit", "AWS::Organizations::Account", "AWS::Organizations::Root")
    return next(i for kind in kinds if (i := work.connection.directory.get(Address(kind, name))))


LAX, TIGHT = (
    {"aws-foundational-security-best-practices", "cis-aws-foundations-benchmark"},
    {
        "aws-foundational-security-best-practices",
        "nist-800-53",
    },
)


def test_applied_broken_mended_and_switched_off(work: Work) -> None:
    """Members have what their place's policy says; what a person changes is named and mended alone; switched off, policies go."""
    for region in (HOME, OTHER):
        for account, expected in {"management": LAX, "security-tooling": LAX, "dev": LAX, "prod": TIGHT}.items():
            assert standards(work, account, region) == expected
        assert off(work, "dev", region, "EC2.8", "IAM.6") == ["IAM.6"]
        assert off(work, "prod", region, "EC2.8", "IAM.6") == ["EC2.8", "IAM.6"]
    administrator = work.client("security-tooling")
    policies = {
        each["Name"]: each for each in administrator.list_configuration_policies()["ConfigurationPolicySummaries"]
    }
    assert policies["acme-baseline"]["Description"].endswith(f"IAM.6: {REASON}")
    aggregator = administrator.list_finding_aggregators()["FindingAggregators"][0]["FindingAggregatorArn"]
    assert administrator.get_finding_aggregator(FindingAggregatorArn=aggregator)["Regions"] == [OTHER]

    associate = administrator.start_configuration_policy_association
    own = "SELF_MANAGED_SECURITY_HUB"
    associate(ConfigurationPolicyIdentifier=own, Target={"AccountId": target_id(work, "dev")})
    baseline, prod = policies["acme-baseline"]["Id"], target_id(work, "Workloads/Prod")
    associate(ConfigurationPolicyIdentifier=baseline, Target={"OrganizationalUnitId": prod})
    content = administrator.get_configuration_policy(Identifier=policies["acme-strict"]["Id"])["ConfigurationPolicy"]
    content["SecurityHub"]["SecurityControlsConfiguration"]["DisabledSecurityControlIdentifiers"] += ["S3.1"]
    administrator.update_configuration_policy(Identifier=policies["acme-strict"]["Id"], ConfigurationPolicy=content)
    administrator.update_finding_aggregator(FindingAggregatorArn=aggregator, RegionLinkingMode="NO_REGIONS")
    assert drift(work) == {
        f"- {ASSOCIATION} account dev @ {PLACE}": [],
        f"~ {ASSOCIATION} Workloads/Prod @ {PLACE}": ["configuration"],
        f"~ {POLICY} acme-strict @ {PLACE}": ["controls.DisabledSecurityControlIdentifiers"],
        f"~ AWS::SecurityHub::FindingAggregator Security Hub @ {PLACE}": ["region_linking_mode", "regions"],
    }
    assert work.apply() == {
        "securityhub:start_configuration_policy_association": 1,
        "securityhub:start_configuration_policy_disassociation": 1,
        "securityhub:update_configuration_policy": 1,
        "securityhub:update_finding_aggregator": 1,
    }

    work.settings = None
    assert drift(work) == {
        f"- {ASSOCIATION} Root @ {PLACE}": [],
        f"- {ASSOCIATION} Workloads/Prod @ {PLACE}": [],
        f"- {POLICY} acme-baseline @ {PLACE}": [],
        f"- {POLICY} acme-strict @ {PLACE}": [],
    }
    work.apply()
    assert administrator.list_configuration_policies()["ConfigurationPolicySummaries"] == []
    assert standards(work, "dev", OTHER) == LAX
    admins = work.client("management").list_organization_admin_accounts()["AdminAccounts"]
    assert [each["AccountId"] for each in admins] == [target_id(work, "security-tooling")]


def test_an_account_a_region_and_another_ou(work: Work) -> None:
    """A new account inherits without a write of Security Hub's; a region is linked, designated, and left; a policy moves to another OU."""
    trial = Account("trial", "trial", "trial@example.com", "Workloads/Prod")
    work.organization = replace(ORGANIZATION, accounts=(*ORGANIZATION.accounts, trial))
    assert not any(call.startswith("securityhub:") for call in work.apply())
    assert standards(work, "trial", OTHER) == TIGHT

    work.organization = replace(work.organization, governed_regions=(HOME, OTHER, THIRD))
    assert set(work.apply()) <= {
        "securityhub:update_finding_aggregator",
        "securityhub:enable_organization_admin_account",
    }
    assert standards(work, "trial", THIRD) == TIGHT
    assert standards(work, "management", THIRD) == LAX
    work.organization = replace(work.organization, governed_regions=(HOME, OTHER))
    assert work.apply() == {"securityhub:update_finding_aggregator": 1}
    assert standards(work, "trial", THIRD) == TIGHT

    moved = {**STRICT, "targets": {"organizational_units": ["Workloads/Dev"]}}
    work.settings = SecurityHub.model_validate({**SETTINGS, "policies": [moved]})
    assert work.apply() == {
        "securityhub:start_configuration_policy_association": 1,
        "securityhub:start_configuration_policy_disassociation": 1,
    }
    assert (standards(work, "prod", OTHER), standards(work, "dev", OTHER)) == (LAX, TIGHT)


def test_central_configuration_switched_off_by_hand(work: Work) -> None:
    """When somebody goes back to local configuration, which takes the policies along, all of it is named and comes back."""
    administrator = work.client("security-tooling")
    listed = administrator.list_configuration_policy_associations(Filters={"AssociationType": "APPLIED"})
    kinds = {"ROOT": "RootId", "ORGANIZATIONAL_UNIT": "OrganizationalUnitId"}
    for each in listed["ConfigurationPolicyAssociationSummaries"]:
        administrator.start_configuration_policy_disassociation(
            ConfigurationPolicyIdentifier=each["ConfigurationPolicyId"],
            Target={kinds[each["TargetType"]]: each["TargetId"]},
        )
    for each in administrator.list_configuration_policies()["ConfigurationPolicySummaries"]:
        administrator.delete_configuration_policy(Identifier=each["Id"])
    administrator.update_organization_configuration(
        AutoEnable=True, OrganizationConfiguration={"ConfigurationType": "LOCAL"}
    )
    named = drift(work)
    assert named[f"~ Guardrails::SecurityHub::OrganizationConfiguration Security Hub @ {PLACE}"] == [
        "configuration_type"
    ]
    assert len(named) == 5
    work.apply()
