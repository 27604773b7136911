"""Source: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateConfigurationPolicy.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
OFF = {"SecurityHub": {"ServiceEnabled": False}}


def test_policies_are_the_central_administrators(
    sandbox: Embedded, security: str, central: Any, refused: Refused
) -> None:
    """Only the delegated administrator writes policies, from the home region, under central configuration."""
    for client in (sandbox.client("securityhub"), sandbox.client("securityhub", "us-east-1", account=security)):
        code = refused(client.create_configuration_policy, Name="off", ConfigurationPolicy=OFF)
        assert code in ("AccessDeniedException", "InvalidAccessException")
    assert central.create_configuration_policy(Name="off", ConfigurationPolicy=OFF)["Id"]


def test_a_policy_is_complete(central: Any, refused: Refused) -> None:
    """A policy that enables Security Hub says which standards and which controls; unknown standards are refused."""
    complete = {
        "ServiceEnabled": True,
        "EnabledStandardIdentifiers": [],
        "SecurityControlsConfiguration": {"DisabledSecurityControlIdentifiers": ["CloudTrail.1"]},
    }
    both: dict[str, list[str]] = {"EnabledSecurityControlIdentifiers": [], "DisabledSecurityControlIdentifiers": []}
    for wrong in (
        {"ServiceEnabled": True},
        {"ServiceEnabled": False, "EnabledStandardIdentifiers": ["x"]},
        {**complete, "EnabledStandardIdentifiers": ["arn:aws:securityhub:eu-west-1::standards/none/v/1.0.0"]},
        {**complete, "SecurityControlsConfiguration": both},
    ):
        code = refused(central.create_configuration_policy, Name="p", ConfigurationPolicy={"SecurityHub": wrong})
        assert code == "InvalidInputException"
    made = central.create_configuration_policy(Name="p", ConfigurationPolicy={"SecurityHub": complete})
    assert made["ConfigurationPolicy"] == {"SecurityHub": complete}


def test_a_policy_is_shown_listed_tagged_and_deleted(central: Any, policy: str, refused: Refused) -> None:
    """A policy is found by id or ARN; a name is taken once; a deleted policy is gone."""
    shown = central.get_configuration_policy(Identifier=policy)
    assert central.get_configuration_policy(Identifier=shown["Arn"])["Name"] == "baseline"
    code = refused(central.create_configuration_policy, Name="baseline", ConfigurationPolicy=OFF)
    assert code == "ResourceConflictException"
    central.create_configuration_policy(Name="off", ConfigurationPolicy=OFF, Tags={"a": "1"})
    pages = central.get_paginator("list_configuration_policies").paginate(PaginationConfig={"PageSize": 1})
    listed = [each for page in pages for each in page["ConfigurationPolicySummaries"]]
    assert [(each["Name"], each["ServiceEnabled"]) for each in listed] == [("baseline", True), ("off", False)]
    assert central.list_tags_for_resource(ResourceArn=listed[1]["Arn"])["Tags"] == {"a": "1"}
    central.delete_configuration_policy(Identifier=policy)
    assert refused(central.get_configuration_policy, Identifier=policy) == "ResourceNotFoundException"


def test_an_associated_policy_is_kept(central: Any, policy: str, root_id: str, refused: Refused) -> None:
    """A policy cannot be deleted before it is disassociated from its targets.

    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/delete-policy.html
    """
    wanted = {"ConfigurationPolicyIdentifier": policy, "Target": {"RootId": root_id}}
    central.start_configuration_policy_association(**wanted)
    assert refused(central.delete_configuration_policy, Identifier=policy) == "ResourceConflictException"
    central.start_configuration_policy_disassociation(**wanted)
    central.delete_configuration_policy(Identifier=policy)
