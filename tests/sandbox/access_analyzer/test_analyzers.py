"""Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html"""

from collections.abc import Callable

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
NewAccount = Callable[..., str]
PRINCIPAL = "access-analyzer.amazonaws.com"


@pytest.fixture
def trusted(sandbox: Embedded) -> None:
    """IAM Access Analyzer, trusted by the organization."""
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=PRINCIPAL)


def test_one_analyzer_of_a_type_per_account_and_region(sandbox: Embedded, refused: Refused) -> None:
    """A second analyzer of the account is beyond the quota in a region, not in another; a name is taken once."""
    analyzer = sandbox.client("accessanalyzer")
    arn = analyzer.create_analyzer(analyzerName="account", type="ACCOUNT", tags={"a": "1"})["arn"]
    assert arn == "arn:aws:access-analyzer:eu-west-1:111111111111:analyzer/account"
    assert refused(analyzer.create_analyzer, analyzerName="account", type="ACCOUNT") == "ConflictException"
    assert refused(analyzer.create_analyzer, analyzerName="two", type="ACCOUNT") == "ServiceQuotaExceededException"
    sandbox.client("accessanalyzer", "us-east-1").create_analyzer(analyzerName="account", type="ACCOUNT")
    assert analyzer.get_analyzer(analyzerName="account")["analyzer"]["status"] == "ACTIVE"
    analyzer.tag_resource(resourceArn=arn, tags={"b": "2"})
    analyzer.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert analyzer.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    analyzer.delete_analyzer(analyzerName="account")
    assert refused(analyzer.get_analyzer, analyzerName="account") == "ResourceNotFoundException"


def test_the_organization_is_analyzed_by_who_administers_it(
    sandbox: Embedded, new_account: NewAccount, refused: Refused
) -> None:
    """An organization's analyzer needs trusted access, and is the management account's or the delegated administrator's."""
    wanted = {"analyzerName": "org", "type": "ORGANIZATION"}
    management, account = sandbox.client("accessanalyzer"), new_account("audit")
    assert refused(management.create_analyzer, **wanted) == "ValidationException"
    sandbox.client("organizations").enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    member = sandbox.client("accessanalyzer", account=account)
    assert refused(member.create_analyzer, **wanted) == "AccessDeniedException"
    sandbox.client("organizations").register_delegated_administrator(AccountId=account, ServicePrincipal=PRINCIPAL)
    member.create_analyzer(**wanted)
    looks = [member.get_analyzer(analyzerName="org")["analyzer"]["status"] for _ in range(2)]
    assert looks == ["CREATING", "ACTIVE"]


def test_an_analyzer_is_disabled_with_its_administrators_delegation(
    sandbox: Embedded, new_account: NewAccount, trusted: None
) -> None:
    """Deregistering the administrator, or ending trusted access, disables organization analyzers and tells why; back again, they work.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-settings.html
    """
    organizations, account = sandbox.client("organizations"), new_account("audit")
    delegation = {"AccountId": account, "ServicePrincipal": PRINCIPAL}
    organizations.register_delegated_administrator(**delegation)
    member = sandbox.client("accessanalyzer", account=account)
    member.create_analyzer(analyzerName="org", type="ORGANIZATION")
    member.list_analyzers()
    organizations.deregister_delegated_administrator(**delegation)
    shown = member.get_analyzer(analyzerName="org")["analyzer"]
    assert (shown["status"], shown["statusReason"]["code"]) == ("DISABLED", "DELEGATED_ADMINISTRATOR_DEREGISTERED")
    organizations.disable_aws_service_access(ServicePrincipal=PRINCIPAL)
    assert member.list_analyzers()["analyzers"][0]["statusReason"]["code"] == "AWS_SERVICE_ACCESS_DISABLED"
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    organizations.register_delegated_administrator(**delegation)
    assert member.list_analyzers()["analyzers"][0]["status"] == "ACTIVE"


def test_five_analyzers_of_the_organization(sandbox: Embedded, trusted: None, refused: Refused) -> None:
    """The organization may have five analyzers of a type in a region, listed in pages."""
    analyzer = sandbox.client("accessanalyzer")
    for number in range(5):
        analyzer.create_analyzer(analyzerName=f"org{number}", type="ORGANIZATION")
    code = refused(analyzer.create_analyzer, analyzerName="org5", type="ORGANIZATION")
    assert code == "ServiceQuotaExceededException"
    analyzer.create_analyzer(analyzerName="unused", type="ORGANIZATION_UNUSED_ACCESS")
    pages = list(analyzer.get_paginator("list_analyzers").paginate(PaginationConfig={"PageSize": 4}))
    assert [len(page["analyzers"]) for page in pages] == [4, 2]
    assert len(analyzer.list_analyzers(type="ORGANIZATION_UNUSED_ACCESS")["analyzers"]) == 1


def test_unused_access_has_an_age(sandbox: Embedded, trusted: None, refused: Refused) -> None:
    """Unused access is that of 90 days unless an age is given; its exclusions can be changed, its age and external analyzers not.

    Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateAnalyzer.html
    """
    analyzer = sandbox.client("accessanalyzer")
    unused = {"analyzerName": "unused", "type": "ORGANIZATION_UNUSED_ACCESS"}
    too_old = {"unusedAccess": {"unusedAccessAge": 366}}
    assert refused(analyzer.create_analyzer, configuration=too_old, **unused) == "ValidationException"
    analyzer.create_analyzer(**unused)
    shown = analyzer.get_analyzer(analyzerName="unused")["analyzer"]
    assert shown["configuration"] == {"unusedAccess": {"unusedAccessAge": 90}}
    rule = {"analysisRule": {"exclusions": [{"accountIds": ["222222222222"]}]}}
    changed = analyzer.update_analyzer(analyzerName="unused", configuration={"unusedAccess": rule})
    assert changed["configuration"] == {"unusedAccess": {"unusedAccessAge": 90, **rule}}
    assert analyzer.list_analyzers()["analyzers"][0]["configuration"] == changed["configuration"]
    other_age = {"unusedAccess": {"unusedAccessAge": 30}}
    code = refused(analyzer.update_analyzer, analyzerName="unused", configuration=other_age)
    assert code == "ValidationException"
    analyzer.create_analyzer(analyzerName="external", type="ACCOUNT")
    assert (
        refused(analyzer.update_analyzer, analyzerName="external", configuration={"unusedAccess": {}})
        == "ValidationException"
    )


@pytest.mark.not_kept
def test_nothing_is_analyzed(sandbox: Embedded, refused: Refused) -> None:
    """The sandbox analyzes no access: findings and policy checks are refused plainly, not empty."""
    analyzer = sandbox.client("accessanalyzer")
    arn = analyzer.create_analyzer(analyzerName="account", type="ACCOUNT")["arn"]
    assert refused(analyzer.list_findings_v2, analyzerArn=arn) == "NotImplemented"
    assert refused(analyzer.validate_policy, policyDocument="{}", policyType="IDENTITY_POLICY") == "NotImplemented"
