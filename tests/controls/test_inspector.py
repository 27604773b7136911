"""Inspector, from the declaration to members that are really scanned, and back: in each governed region, the home region first."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from botocore.session import get_session
from pydantic import ValidationError

from guardrails.controls.inspector import CONTROL, Inspector, Scan
from guardrails.engine.resource import Resource
from guardrails.library import Library
from guardrails.model import Organization
from guardrails.resources import account_address, trusted_access_address
from guardrails.resources.delegated_administrator import DelegatedAdministrator
from guardrails.resources.inspector_organization_configuration import SCANS, InspectorOrganizationConfiguration
from guardrails.resources.service_administrator import ServiceAdministrator
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

if TYPE_CHECKING:
    from guardrails.sandbox.embedded import Embedded

HOME, OTHER = "eu-west-1", "eu-central-1"


def compiled(organization: Organization, library: Library, **settings: object) -> list[Resource]:
    found = list(CONTROL.resources(organization, library, Inspector.model_validate(settings)))
    assert all(isinstance(item, Resource) for item in found)
    return [item for item in found if isinstance(item, Resource)]


def configuration(organization: Organization, library: Library, **settings: object) -> Any:
    found = compiled(organization, library, **settings)
    return next(item for item in found if isinstance(item, InspectorOrganizationConfiguration))


def test_every_type_of_scan_that_botocore_lists() -> None:
    """The types of scan that can be declared are those that AWS has, by the names that its requests and answers give them."""
    model: Any = get_session().get_service_model("inspector2")
    assert set(get_args(Scan)) == set(SCANS) == set(model.shape_for("ResourceScanType").enum)
    assert set(SCANS.values()) == set(model.shape_for("AutoEnable").members) - {"ami"}  # which is for one's own images


def test_the_home_region_first(organization: Organization, library: Library) -> None:
    """Trusted access comes before the home region's designation, that before the others, each before its region's configuration."""
    found = compiled(organization, library)
    designations = {each.region: each for each in found if isinstance(each, ServiceAdministrator)}
    configurations = {each.region: each for each in found if isinstance(each, InspectorOrganizationConfiguration)}
    security, trusted = account_address("security-tooling"), trusted_access_address("inspector2.amazonaws.com")
    assert designations.keys() == configurations.keys() == {HOME, OTHER}
    assert designations[HOME].references() == {security, trusted}
    assert designations[OTHER].references() == {security, trusted, designations[HOME].address}
    for region, each in configurations.items():
        assert each.references() == {security, designations[region].address}
        assert each.account == "security-tooling"
    (delegation,) = (item for item in found if isinstance(item, DelegatedAdministrator))
    assert designations[HOME].address in delegation.references()


def test_scans_by_name(organization: Organization, library: Library) -> None:
    """Each type of scan is for all accounts, for new ones, or for nobody; without EC2 nothing is said of its scan mode."""
    every = configuration(organization, library, scans=dict.fromkeys(SCANS, "ALL"))
    assert (every.everywhere, set(every.auto_enable.values()), every.ec2_scan_mode) == (
        tuple(SCANS),
        {True},
        "EC2_HYBRID",
    )
    some = configuration(organization, library, scans={"ECR": "ALL", "LAMBDA": "NEW"})
    assert [scan for scan, on in some.auto_enable.items() if on] == ["ECR", "LAMBDA"]
    assert (some.everywhere, some.uncovered, some.ec2_scan_mode) == (("ECR",), {}, None)
    assert configuration(organization, library, scans={"ECR": "NEW"}).uncovered is None


def test_the_management_account_as_administrator(organization: Organization, library: Library) -> None:
    """The management account may administer Inspector itself; there is nothing to delegate then."""
    found = compiled(replace(organization, security_account="management"), library)
    assert not any(isinstance(item, DelegatedAdministrator) for item in found)
    assert {item.account for item in found if isinstance(item, InspectorOrganizationConfiguration)} == {""}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scans": {}}, "at least 1 item"),
        ({"scans": {"LAMBDA_CODE": "ALL"}}, "LAMBDA_CODE is a part of LAMBDA"),
        ({"scans": {"LAMBDA_CODE": "ALL", "LAMBDA": "NEW"}}, "LAMBDA_CODE is a part of LAMBDA"),
        ({"scans": {"AMI": "ALL"}}, "AMI"),
        ({"targets": {}}, "Extra inputs are not permitted"),
    ],
)
def test_settings_refused(settings: dict[str, object], message: str) -> None:
    """Contradictions, unknown values and keys are refused while the configuration is read."""
    with pytest.raises(ValidationError, match=message):
        Inspector.model_validate(settings)


def audit(sandbox: "Embedded") -> set[tuple[Any, ...]]:
    """What an auditor finds with plain boto3, account by account: the scans that are on, and how instances are scanned."""
    found = set()
    for account in account_ids(sandbox).values():
        for region in (HOME, OTHER):
            inspector = sandbox.client("inspector2", region, account)
            (own,) = inspector.batch_get_account_status()["accounts"]
            on = tuple(name for name, state in own["resourceState"].items() if state["status"].startswith("ENABL"))
            mode = inspector.get_configuration()["ec2Configuration"]["scanModeState"]["scanMode"]
            found.add((on, mode))
    return found


COVERED = {(("ec2", "ecr", "lambda"), "EC2_HYBRID")}


@pytest.mark.whole_baseline
def test_from_declaration_to_members_and_back(workplace: Workplace, sandbox: "Embedded") -> None:
    """Applied, every account is scanned, one that joins too; what is broken by hand is named and mended; off, all stays."""
    workplace.declare_little()
    workplace.write("config/controls.yaml", "identity-center: false\ninspector:\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert audit(sandbox) == COVERED
    assert workplace.sandboxed("drift").code == 0

    add = ("account", "add", "payments", "--email", "payments@acme.example", "--ou", "Workloads/Prod")
    assert workplace.sandboxed(*add).code == 0
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert audit(sandbox) == COVERED
    assert workplace.sandboxed("drift").code == 0

    ids = account_ids(sandbox)
    inspector = sandbox.client("inspector2", OTHER, ids["Acme Security Tooling"])
    inspector.disassociate_member(accountId=ids["payments"])
    sandbox.client("inspector2", OTHER, ids["payments"]).disable()
    inspector.disable(accountIds=[ids["Acme Prod"]], resourceTypes=["EC2", "ECR"])
    drift = workplace.sandboxed("drift", "--output", "json").document
    place = "Guardrails::Inspector::OrganizationConfiguration Inspector @ security-tooling/eu-central-1"
    assert {change["address"]: change["differences"] for change in drift["changes"]} == {
        place: {
            "uncovered.payments": {"live": "REMOVED", "desired": None},
            "uncovered.prod": {"live": ["EC2", "ECR"], "desired": None},
        }
    }
    mended = workplace.sandboxed("apply", "--yes", "--show-calls", "--output", "json").document
    assert mended["calls"]["writes"] == {"inspector2:associate_member": 1, "inspector2:enable": 1}
    assert audit(sandbox) == COVERED

    workplace.write("config/controls.yaml", "identity-center: false\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    assert workplace.sandboxed("drift").code == 0
    assert audit(sandbox) == COVERED
