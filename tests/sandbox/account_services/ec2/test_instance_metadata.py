"""Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]


def test_defaults_are_set_and_taken_back(sandbox: Embedded, refused: Refused) -> None:
    """What is named is set, what is not stays, and no-preference takes it back; each region has its own."""
    ec2 = sandbox.client("ec2")
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)
    ec2.modify_instance_metadata_defaults(HttpEndpoint="enabled", HttpPutResponseHopLimit=-1)
    shown = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert shown == {"HttpTokens": "required", "HttpEndpoint": "enabled", "ManagedBy": "account"}
    other = sandbox.client("ec2", "us-east-1").get_instance_metadata_defaults()["AccountLevel"]
    assert other == {"ManagedBy": "account"}
    assert refused(ec2.modify_instance_metadata_defaults, HttpPutResponseHopLimit=65) == "InvalidParameterValue"


def test_instances_get_the_defaults(sandbox: Embedded) -> None:
    """An instance gets the defaults of its region, where its launch does not say otherwise.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-options-order-of-precedence.html
    """
    ec2 = sandbox.client("ec2")
    ec2.modify_instance_metadata_defaults(HttpTokens="required", HttpPutResponseHopLimit=2)
    image = ec2.register_image(Name="own", RootDeviceName="/dev/sda1")["ImageId"]

    def launched(**options: Any) -> dict[str, Any]:
        launch = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, **options)
        found: dict[str, Any] = launch["Instances"][0]["MetadataOptions"]
        return found

    assert (launched()["HttpTokens"], launched()["HttpPutResponseHopLimit"]) == ("required", 2)
    own = launched(MetadataOptions={"HttpTokens": "optional"})
    assert (own["HttpTokens"], own["HttpPutResponseHopLimit"]) == ("optional", 2)


def test_the_organization_declares_them(sandbox: Embedded, declare: Callable[..., str], refused: Refused) -> None:
    """The defaults of an EC2 policy are shown with its message, and the account cannot change them.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative_syntax.html
    """
    ec2 = sandbox.client("ec2")
    options = {"http_tokens": {"@@assign": "required"}, "http_put_response_hop_limit": {"@@assign": "2"}}
    declare({"instance_metadata_defaults": options, "exception_message": {"@@assign": "No."}})
    assert ec2.get_instance_metadata_defaults()["AccountLevel"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 2,
        "ManagedBy": "declarative-policy",
        "ManagedExceptionMessage": "No.",
    }
    assert refused(ec2.modify_instance_metadata_defaults, HttpTokens="optional") == "OperationNotPermitted"


@pytest.mark.not_kept
def test_enforcement_is_not_in_the_sandbox(sandbox: Embedded, refused: Refused) -> None:
    """HttpTokensEnforced lets no instance be launched that does not require tokens."""
    modify = sandbox.client("ec2").modify_instance_metadata_defaults
    assert refused(modify, HttpTokens="required", HttpTokensEnforced="enabled") == "NotImplemented"
