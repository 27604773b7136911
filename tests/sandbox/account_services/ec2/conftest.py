import json
from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Declare = Callable[..., str]


@pytest.fixture
def declare(sandbox: Embedded, root_id: str) -> Declare:
    """Attach an EC2 policy with these attributes to a target (the root unless one is named) and return its id."""
    organizations = sandbox.client("organizations")

    def attach(attributes: dict[str, object], target: str | None = None) -> str:
        types = organizations.list_roots()["Roots"][0]["PolicyTypes"]
        if not any(each["Type"] == "DECLARATIVE_POLICY_EC2" for each in types):
            organizations.enable_policy_type(RootId=root_id, PolicyType="DECLARATIVE_POLICY_EC2")
            organizations.list_roots()
        name = f"EC2 {len(organizations.list_policies(Filter='DECLARATIVE_POLICY_EC2')['Policies'])}"
        policy = organizations.create_policy(
            Name=name,
            Description="",
            Type="DECLARATIVE_POLICY_EC2",
            Content=json.dumps({"ec2_attributes": attributes}),
        )["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=policy, TargetId=target or root_id)
        return str(policy)

    return attach
