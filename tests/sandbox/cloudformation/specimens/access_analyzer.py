from tests.sandbox.cloudformation.specimens import TAGS, Specimen

RULE = {"RuleName": "ours", "Filter": [{"Property": "principal.AWS", "Contains": ["111111111111"]}]}

SPECIMENS = [
    Specimen(
        "AWS::AccessAnalyzer::Analyzer",
        {"AnalyzerName": "outside", "Type": "ACCOUNT", "ArchiveRules": [RULE], "Tags": TAGS},
        {
            "ArchiveRules": lambda client, _: client("accessanalyzer").create_archive_rule(
                analyzerName="outside", ruleName="more", filter={"isPublic": {"eq": ["false"]}}
            ),
            "Tags": lambda client, arn: client("accessanalyzer").untag_resource(resourceArn=arn, tagKeys=["team"]),
        },
        lambda client, _: client("accessanalyzer").delete_analyzer(analyzerName="outside"),
    )
]
