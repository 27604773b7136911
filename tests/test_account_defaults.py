"""Security defaults through the command line: put in every account and region, seen where they are broken, mended there alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded
from tests.command_line import Workplace
from tests.organization_accounts import account_ids

pytestmark = pytest.mark.whole_baseline

HOME, OTHER = "eu-west-1", "eu-central-1"
CONTACT = "{name: Security, title: On call, email: security@acme.example, phone: '+49 30 1234'}"
CONTROLS = f"""\
identity-center: false
account-defaults:
  remove_default_vpc: true
  alternate_contacts:
    security: {CONTACT}
"""
DOCUMENTS = "/ssm/documents/console/public-sharing-permission"
REGIONAL: tuple[tuple[str, str, dict[str, Any], tuple[str, ...], Any], ...] = (
    ("ec2", "get_snapshot_block_public_access_state", {}, ("State",), "block-all-sharing"),
    ("ec2", "get_image_block_public_access_state", {}, ("ImageBlockPublicAccessState",), "block-new-sharing"),
    ("ec2", "get_instance_metadata_defaults", {}, ("AccountLevel", "HttpTokens"), "required"),
    ("ec2", "get_instance_metadata_defaults", {}, ("AccountLevel", "HttpPutResponseHopLimit"), 1),
    ("ec2", "get_serial_console_access_status", {}, ("SerialConsoleAccessEnabled",), False),
    ("ec2", "describe_vpcs", {}, ("Vpcs",), []),
    ("ssm", "get_service_setting", {"SettingId": DOCUMENTS}, ("ServiceSetting", "SettingValue"), "Disable"),
)
OF_THE_ACCOUNT: tuple[tuple[str, str, dict[str, Any], tuple[str, ...], Any], ...] = (
    ("s3control", "get_public_access_block", {}, ("PublicAccessBlockConfiguration", "RestrictPublicBuckets"), True),
    ("iam", "get_account_password_policy", {}, ("PasswordPolicy", "MinimumPasswordLength"), 14),
    ("iam", "get_account_password_policy", {}, ("PasswordPolicy", "PasswordReusePrevention"), 24),
    (
        *("account", "get_alternate_contact", {"AlternateContactType": "SECURITY"}),
        *(("AlternateContact", "EmailAddress"), "security@acme.example"),
    ),
)


def found_wrong(sandbox: Embedded) -> Iterator[str]:
    """What plain boto3 finds not as it should be, everywhere."""
    for name, account in account_ids(sandbox).items():
        for region in (HOME, OTHER):
            for service, operation, asked, path, expected in (*REGIONAL, *(OF_THE_ACCOUNT if region == HOME else ())):
                whose = {"AccountId": account} if service == "s3control" else {}
                answer = getattr(sandbox.client(service, region, account), operation)(**asked, **whose)
                for key in path:
                    answer = answer[key]
                if answer != expected:
                    yield f"{name}/{region} {operation}: {answer}"


@pytest.fixture
def applied(workplace: Workplace) -> Workplace:
    """The management account and two others, with every default."""
    for name in ("dev", "prod"):
        (workplace.folder / "config" / "accounts" / f"{name}.yaml").unlink()
    workplace.write("config/controls.yaml", CONTROLS)
    workplace.write("config/identity.yaml", "groups: {}\n")
    assert workplace.sandboxed("apply", "--yes").code == 0
    return workplace


def test_put_everywhere_and_mended_where_broken(applied: Workplace, sandbox: Embedded) -> None:
    """Every setting holds in every account and region; `drift --deep` names what was broken and where; `apply --deep` mends that alone.

    Switched off, the stacks go and every setting stays.
    """
    assert list(found_wrong(sandbox)) == []
    assert applied.sandboxed("drift").code == 0
    archive = account_ids(sandbox)["Acme Log Archive"]
    sandbox.client("ec2", OTHER, archive).enable_serial_console_access()
    sandbox.client("iam", HOME).delete_account_password_policy()
    drift = applied.sandboxed("drift", "--deep", "--output", "json")
    found = {change["address"]: set(change["differences"]) for change in drift.document["changes"]}
    assert found == {
        "AWS::CloudFormation::StackSet acme-account-defaults": {f"log-archive/{OTHER} Settings.EC2 serial console"},
        f"AWS::CloudFormation::Stack acme-account-defaults @ {HOME}": {"Settings.IAM password policy"},
    }
    mended = applied.sandboxed("apply", "--deep", "--yes", "--show-calls", "--output", "json")
    writes = {"cloudformation:update_stack": 1, "cloudformation:update_stack_instances": 1}
    assert (mended.code, mended.document["calls"]["writes"]) == (0, writes)
    assert list(found_wrong(sandbox)) == []
    applied.write("config/controls.yaml", "identity-center: false\n")
    assert applied.sandboxed("apply", "--yes", "--accept", "protection").code == 0
    assert applied.sandboxed("drift").code == 0
    assert list(found_wrong(sandbox)) == []
