from typing import Any

from tests.sandbox.cloudformation.specimens import Change, Specimen


def update(**changed: Any) -> Change:
    return lambda client, _: client("securityhub").update_security_hub_configuration(**changed)


SPECIMENS = [
    Specimen(
        "AWS::SecurityHub::Hub",
        {
            "AutoEnableControls": True,
            "ControlFindingGenerator": "SECURITY_CONTROL",
            "EnableDefaultStandards": False,
            "Tags": {"team": "security"},
        },
        {
            "AutoEnableControls": update(AutoEnableControls=False),
            "ControlFindingGenerator": update(ControlFindingGenerator="STANDARD_CONTROL"),
            "Tags": lambda client, arn: client("securityhub").untag_resource(ResourceArn=arn, TagKeys=["team"]),
        },
        lambda client, _: client("securityhub").disable_security_hub(),
    )
]
