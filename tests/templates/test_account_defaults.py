"""The account defaults' template: clean, least privilege; what is in use stays; the organization's policies win."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.cloudformation import template_body
from guardrails.cloudformation.settings import stack_settings
from guardrails.library import Library
from guardrails.library.lint import RUN
from tests.resources.conftest import connection

if TYPE_CHECKING:
    from guardrails.aws.connection import Connection
    from guardrails.sandbox.embedded import Embedded

__all__ = ["connection"]
HOME, OTHER = "eu-west-1", "eu-central-1"
NOTHING = {
    **dict.fromkeys(("s3_block_public_access", "image_block_public_access"), False),
    **dict.fromkeys(("serial_console_off", "documents_not_public"), False),
    "snapshot_block_public_access": "",
    "imdsv2_hop_limit": 0,
}
EVERYTHING = {
    "default_vpc_removed": True,
    "password_policy": {"MinimumPasswordLength": 14},
    "contacts": {"SECURITY": {"Name": "n", "Title": "t", "EmailAddress": "a@b.example", "PhoneNumber": "1"}},
}


def rendered(repository: Path, **parameters: Any) -> dict[str, Any]:
    return Library(repository).template("account_defaults", prefix="acme", home_region=HOME, **parameters)


def deployed(sandbox: "Embedded", region: str, template: dict[str, Any]) -> Any:
    """The stack of the template, once it is there."""
    client = sandbox.client("cloudformation", region)
    client.create_stack(
        StackName="acme-account-defaults", TemplateBody=template_body(template), Capabilities=["CAPABILITY_IAM"]
    )
    client.get_waiter("stack_create_complete").wait(StackName="acme-account-defaults", WaiterConfig={"Delay": 0})
    return client


@pytest.mark.whole_baseline
def test_lint(repository: Path, tmp_path: Path) -> None:
    """cfn-lint finds nothing, not even something to remark, with everything in it."""
    file = tmp_path / "template.json"
    file.write_text(template_body(rendered(repository, **EVERYTHING)), encoding="utf-8")
    command = [sys.executable, "-c", RUN, "--include-checks", "I", "--regions", HOME, OTHER, "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_function_may_delete_only_where_it_should(repository: Path) -> None:
    """Nothing may be deleted unless default VPCs are to go; then what they consist of, and no more."""

    def allowed(**parameters: Any) -> set[str]:
        role = rendered(repository, **parameters)["Resources"]["SettingsRole"]["Properties"]
        return set(role["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"])

    assert not {action for action in allowed() if "Delete" in action or "Detach" in action}
    assert {action for action in allowed(**EVERYTHING) if "Delete" in action or "Detach" in action} == {
        "ec2:DeleteInternetGateway",
        "ec2:DeleteSubnet",
        "ec2:DeleteVpc",
        "ec2:DetachInternetGateway",
    }


def test_a_default_vpc_in_use_stays(sandbox: "Embedded", repository: Path) -> None:
    """Where a default VPC is in use the stack stands all the same, and the VPC is as it was."""
    ec2 = sandbox.client("ec2", OTHER)
    ec2.create_security_group(GroupName="own", Description="own")
    deployed(sandbox, OTHER, rendered(repository, **NOTHING, default_vpc_removed=True))
    assert (len(ec2.describe_vpcs()["Vpcs"]), len(ec2.describe_subnets()["Subnets"])) == (1, 3)


def test_a_policy_of_the_organization_wins(sandbox: "Embedded", connection: "Connection", repository: Path) -> None:
    """What an EC2 policy rules the account cannot change: it is neither put, which would fail, nor told as different."""
    organizations = sandbox.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="DECLARATIVE_POLICY_EC2")
    organizations.list_roots()
    ruled = {
        "serial_console_access": {"status": {"@@assign": "enabled"}},
        "snapshot_block_public_access": {"state": {"@@assign": "block_new_sharing"}},
        "image_block_public_access": {"state": {"@@assign": "unblocked"}},
        "instance_metadata_defaults": {"http_tokens": {"@@assign": "optional"}},
    }
    policy = organizations.create_policy(
        Name="EC2", Description="", Type="DECLARATIVE_POLICY_EC2", Content=json.dumps({"ec2_attributes": ruled})
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    template = rendered(repository)
    deployed(sandbox, OTHER, template)
    reader = connection.gateway.reader().at("", OTHER)
    assert list(stack_settings(reader, "acme-account-defaults", template, "")) == []
    organizations.detach_policy(PolicyId=policy, TargetId=root)
    found = list(stack_settings(reader.afresh(), "acme-account-defaults", template, ""))
    assert len(found) == 2  # of the four, a new account has images blocked and the serial console off by itself
