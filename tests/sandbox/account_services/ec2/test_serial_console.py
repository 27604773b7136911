"""Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-access-to-serial-console.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded


def test_access_is_off_until_it_is_allowed(sandbox: Embedded) -> None:
    """Access to the serial console is off in a new account, and on in the region where it is enabled."""
    ec2 = sandbox.client("ec2")
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is False
    ec2.enable_serial_console_access()
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is True
    elsewhere = sandbox.client("ec2", "us-east-1")
    assert elsewhere.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is False
    ec2.disable_serial_console_access()
    assert ec2.get_serial_console_access_status()["SerialConsoleAccessEnabled"] is False


def test_the_organization_allows_it(sandbox: Embedded, declare: Callable[..., str]) -> None:
    """An EC2 policy says whether access is allowed.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
    """
    declare({"serial_console_access": {"status": {"@@assign": "enabled"}}})
    shown = sandbox.client("ec2").get_serial_console_access_status()
    assert (shown["SerialConsoleAccessEnabled"], shown["ManagedBy"]) == (True, "declarative-policy")
