from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Deploy = Callable[..., dict[str, Any]]
RULE = {"RuleName": "ours", "Filter": [{"Property": "principal.AWS", "Eq": ["111111111111"]}]}


def analyzer(**properties: Any) -> dict[str, Any]:
    properties = {"AnalyzerName": "outside", "Type": "ACCOUNT", **properties}
    return {"Type": "AWS::AccessAnalyzer::Analyzer", "Properties": properties}


def test_an_analyzer_comes_changes_and_goes(sandbox: Embedded, deploy: Deploy, delete: Callable[[], None]) -> None:
    """An analyzer is known by its ARN and has exactly the archive rules of its template; what AWS refuses fails the stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-accessanalyzer-analyzer.html
    """
    client = sandbox.client("accessanalyzer")
    stack = deploy({"One": analyzer(ArchiveRules=[RULE])}, {"Arn": {"Ref": "One"}})
    assert stack["outputs"]["Arn"] == "arn:aws:access-analyzer:eu-west-1:111111111111:analyzer/outside"
    (rule,) = client.list_archive_rules(analyzerName="outside")["archiveRules"]
    assert (rule["ruleName"], rule["filter"]) == ("ours", {"principal.AWS": {"eq": ["111111111111"]}})
    deploy({"One": analyzer()})
    assert client.list_archive_rules(analyzerName="outside")["archiveRules"] == []
    failed = deploy({"One": analyzer(), "Two": analyzer(AnalyzerName="more")})
    assert "limit of analyzers" in failed["reasons"][0]
    delete()
    assert client.list_analyzers()["analyzers"] == []
