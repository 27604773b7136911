"""Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html"""

from collections.abc import Callable

import botocore.session
import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
POLICY_TYPES = botocore.session.Session().get_service_model("organizations").shape_for("PolicyType").metadata["enum"]


@pytest.mark.parametrize("policy_type", POLICY_TYPES)
def test_every_type_that_aws_has_can_be_enabled(sandbox: Embedded, root_id: str, policy_type: str) -> None:
    """A type is PENDING_ENABLE in the answer and at the first look, ENABLED at the next."""
    organizations = sandbox.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")
    answer = organizations.enable_policy_type(RootId=root_id, PolicyType=policy_type)["Root"]["PolicyTypes"]
    looks = [organizations.list_roots()["Roots"][0]["PolicyTypes"] for _ in range(2)]
    statuses = [types[0]["Status"] for types in (answer, *looks)]
    assert statuses == ["PENDING_ENABLE", "PENDING_ENABLE", "ENABLED"]


def test_an_attachment_may_come_too_early(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """AttachPolicy is refused while the type is pending, and accepted when tried again."""
    organizations = sandbox.client("organizations")
    policy = organizations.create_policy(Name="tags", Description="", Type="TAG_POLICY", Content='{"tags":{}}')
    attachment = {"PolicyId": policy["Policy"]["PolicySummary"]["Id"], "TargetId": root_id}
    assert refused(organizations.attach_policy, **attachment) == "PolicyTypeNotEnabledException"
    organizations.enable_policy_type(RootId=root_id, PolicyType="TAG_POLICY")
    assert refused(organizations.attach_policy, **attachment) == "PolicyTypeNotEnabledException"
    organizations.attach_policy(**attachment)


def test_a_service_is_trusted_before_its_policies(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """Security Hub policies wait for trusted access, and trusted access stays as long as the type is enabled.

    Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisableAWSServiceAccess.html
    """
    organizations = sandbox.client("organizations")
    wanted = {"RootId": root_id, "PolicyType": "SECURITYHUB_POLICY"}
    code = refused(organizations.enable_policy_type, **wanted)
    assert code == "ConstraintViolationException:SERVICE_ACCESS_NOT_ENABLED"
    organizations.enable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")
    organizations.enable_policy_type(**wanted)
    code = refused(organizations.disable_aws_service_access, ServicePrincipal="securityhub.amazonaws.com")
    assert code == "ConstraintViolationException:POLICY_TYPE_ENABLED_FOR_THIS_SERVICE"
    organizations.disable_policy_type(**wanted)
    organizations.disable_aws_service_access(ServicePrincipal="securityhub.amazonaws.com")


def test_a_type_is_enabled_once(sandbox: Embedded, root_id: str, refused: Refused) -> None:
    """Enabling twice and disabling what is not enabled are refused."""
    organizations = sandbox.client("organizations")
    wanted = {"RootId": root_id, "PolicyType": "TAG_POLICY"}
    assert refused(organizations.disable_policy_type, **wanted) == "PolicyTypeNotEnabledException"
    organizations.enable_policy_type(**wanted)
    assert refused(organizations.enable_policy_type, **wanted) == "PolicyTypeAlreadyEnabledException"


@pytest.mark.usefixtures("scp_enabled")
def test_disabling_a_type_detaches_its_policies(sandbox: Embedded, root_id: str) -> None:
    """Disabling SCPs detaches them from the root; when they are enabled again, FullAWSAccess alone is attached there.

    Source: https://docs.aws.amazon.com/organizations/latest/userguide/disable-policy-type.html
    """
    organizations = sandbox.client("organizations")
    wanted = {"RootId": root_id, "PolicyType": "SERVICE_CONTROL_POLICY"}
    listed = {"TargetId": root_id, "Filter": "SERVICE_CONTROL_POLICY"}
    organizations.disable_policy_type(**wanted)
    assert organizations.list_policies_for_target(**listed)["Policies"] == []
    organizations.enable_policy_type(**wanted)
    names = [policy["Name"] for policy in organizations.list_policies_for_target(**listed)["Policies"]]
    assert names == ["FullAWSAccess"]


def test_consolidated_billing_has_no_policies(sandbox: Embedded, refused: Refused) -> None:
    """An organization without all features can neither enable a type nor hold a policy."""
    sandbox.reset("consolidated-billing")
    organizations = sandbox.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    code = "PolicyTypeNotAvailableForOrganizationException"
    assert refused(organizations.enable_policy_type, RootId=root, PolicyType="TAG_POLICY") == code
    assert refused(organizations.create_policy, Name="p", Description="", Type="TAG_POLICY", Content="{}") == code
