"""Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateArchiveRule.html"""

from collections.abc import Callable

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
PUBLIC = {"isPublic": {"eq": ["false"]}}


def test_rules_are_made_changed_listed_and_deleted(sandbox: Embedded, refused: Refused) -> None:
    """A rule has a name of its own within its analyzer, and criteria with conditions; it is shown as it was last changed."""
    analyzer = sandbox.client("accessanalyzer")
    rule = {"analyzerName": "account", "ruleName": "own"}
    assert refused(analyzer.create_archive_rule, filter=PUBLIC, **rule) == "ResourceNotFoundException"
    first = {"ruleName": "first", "filter": PUBLIC}
    analyzer.create_analyzer(analyzerName="account", type="ACCOUNT", archiveRules=[first])
    analyzer.create_archive_rule(filter=PUBLIC, **rule)
    assert refused(analyzer.create_archive_rule, filter=PUBLIC, **rule) == "ConflictException"
    assert refused(analyzer.update_archive_rule, filter={"isPublic": {}}, **rule) == "ValidationException"
    changed = {"resourceType": {"contains": ["AWS::S3::Bucket"]}}
    analyzer.update_archive_rule(filter=changed, **rule)
    assert analyzer.get_archive_rule(**rule)["archiveRule"]["filter"] == changed
    pages = analyzer.get_paginator("list_archive_rules").paginate(
        analyzerName="account", PaginationConfig={"PageSize": 1}
    )
    assert [each["ruleName"] for page in pages for each in page["archiveRules"]] == ["first", "own"]
    analyzer.delete_archive_rule(**rule)
    assert refused(analyzer.get_archive_rule, **rule) == "ResourceNotFoundException"


def test_a_rule_is_applied_to_findings_that_are_there(sandbox: Embedded, refused: Refused) -> None:
    """A rule of an analyzer, named by its ARN, is applied to earlier findings too; one that it does not have is not.

    Source: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ApplyArchiveRule.html
    """
    analyzer = sandbox.client("accessanalyzer")
    first = {"ruleName": "first", "filter": PUBLIC}
    arn = analyzer.create_analyzer(analyzerName="account", type="ACCOUNT", archiveRules=[first])["arn"]
    analyzer.apply_archive_rule(analyzerArn=arn, ruleName="first")
    refusal = refused(analyzer.apply_archive_rule, analyzerArn=arn, ruleName="second")
    assert refusal == "ResourceNotFoundException"
