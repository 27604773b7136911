"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutOrganizationConformancePack.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
NAME = {"OrganizationConformancePackName": "keys"}
TEMPLATE = """
Resources:
  Mfa:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: root-mfa
      Source: {Owner: AWS, SourceIdentifier: ROOT_ACCOUNT_MFA_ENABLED}
"""


def status(config: Any) -> str:
    shown = config.describe_organization_conformance_pack_statuses(OrganizationConformancePackNames=["keys"])
    return str(shown["OrganizationConformancePackStatuses"][0]["Status"])


def test_a_pack_is_in_every_account_that_records(
    new_account: NewAccount, recorder: Callable[..., Any], refused: Refused
) -> None:
    """A pack of the organization is created in time in every account; a member sees it with its rules and cannot delete it."""
    account, management = new_account("one"), recorder()
    member = recorder(account)
    management.put_organization_conformance_pack(**NAME, TemplateBody=TEMPLATE)
    assert [status(management), status(management)] == ["CREATE_IN_PROGRESS", "CREATE_SUCCESSFUL"]
    packs = member.describe_conformance_packs()["ConformancePackDetails"]
    assert [each["ConformancePackName"].rpartition("-")[0] for each in packs] == ["OrgConformsPack-keys"]
    assert len(member.describe_config_rules()["ConfigRules"]) == 1
    code = refused(member.delete_conformance_pack, ConformancePackName=packs[0]["ConformancePackName"])
    assert code == "AccessDeniedException"
    management.delete_organization_conformance_pack(**NAME)
    assert status(management) == "DELETE_IN_PROGRESS"
    assert refused(status, config=management) == "NoSuchOrganizationConformancePackException"
    assert member.describe_conformance_packs()["ConformancePackDetails"] == []


def test_a_pack_fails_where_nothing_records(
    sandbox: Embedded, new_account: NewAccount, recorder: Callable[..., Any]
) -> None:
    """An account without a recorder fails and the whole with it; the template may be an object of S3."""
    account, management = new_account("one"), recorder()
    constraint = {"LocationConstraint": "eu-west-1"}
    sandbox.client("s3").create_bucket(Bucket="templates-of-packs", CreateBucketConfiguration=constraint)
    sandbox.client("s3").put_object(Bucket="templates-of-packs", Key="pack.yaml", Body=TEMPLATE.encode())
    management.put_organization_conformance_pack(**NAME, TemplateS3Uri="s3://templates-of-packs/pack.yaml")
    assert [status(management), status(management)] == ["CREATE_IN_PROGRESS", "CREATE_FAILED"]
    detailed = management.get_organization_conformance_pack_detailed_status(**NAME, Filters={"AccountId": account})
    found = detailed["OrganizationConformancePackDetailedStatuses"]
    assert [each["ErrorCode"] for each in found] == ["NoAvailableConfigurationRecorderException"]


def test_a_wrong_template_is_refused_at_once(sandbox: Embedded, refused: Refused) -> None:
    """A template that is none is refused before anything is deployed, and so is a delivery bucket of another name."""
    put = sandbox.client("config").put_organization_conformance_pack
    for wanted in ({"TemplateBody": "Resources: {}"}, {"TemplateBody": TEMPLATE, "DeliveryS3Bucket": "other"}):
        assert refused(put, **NAME, **wanted) == "OrganizationConformancePackTemplateValidationException"
