"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConformancePack.html"""

from collections.abc import Callable
from typing import Any

import pytest

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
TEMPLATE = """
Parameters:
  MaxAge: {Type: String, Default: '90'}
Resources:
  Keys:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: access-keys-rotated
      InputParameters: {maxAccessKeyAge: !Ref MaxAge}
      Source: {Owner: AWS, SourceIdentifier: ACCESS_KEYS_ROTATED}
"""


def test_a_pack_brings_its_rules(recorder: Callable[..., Any], refused: Refused) -> None:
    """A pack is created in time, with the rules of its template and its parameters in them; deleted, its rules are gone."""
    config = recorder()
    given = [{"ParameterName": "MaxAge", "ParameterValue": "30"}]
    put = config.put_conformance_pack
    put(ConformancePackName="keys", TemplateBody=TEMPLATE, ConformancePackInputParameters=given)
    assert refused(put, ConformancePackName="keys", TemplateBody=TEMPLATE) == "ResourceInUseException"
    looks = [config.describe_conformance_pack_status()["ConformancePackStatusDetails"][0] for _ in range(2)]
    assert [each["ConformancePackState"] for each in looks] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    rule = config.describe_config_rules()["ConfigRules"][0]
    assert rule["ConfigRuleName"].startswith("access-keys-rotated-conformance-pack-")
    assert rule["InputParameters"] == '{"maxAccessKeyAge": "30"}'
    assert refused(config.delete_config_rule, ConfigRuleName=rule["ConfigRuleName"]) == "AccessDeniedException"
    assert config.describe_conformance_packs()["ConformancePackDetails"][0]["ConformancePackInputParameters"] == given
    config.delete_conformance_pack(ConformancePackName="keys")
    assert config.describe_config_rules()["ConfigRules"] == []


def test_a_template_holds_rules_only(recorder: Callable[..., Any], refused: Refused) -> None:
    """A template without resources, with other resource types, or with unknown parameters is refused."""
    put = recorder().put_conformance_pack
    wrong_type = "Resources: {A: {Type: 'AWS::S3::Bucket'}}"
    unknown = [{"ParameterName": "None", "ParameterValue": "1"}]
    for wanted in (
        {"TemplateBody": "Resources: {}"},
        {"TemplateBody": wrong_type},
        {"TemplateS3Uri": "s3://no-such-bucket/template.yaml"},
        {"TemplateBody": TEMPLATE, "ConformancePackInputParameters": unknown},
    ):
        code = refused(put, ConformancePackName="keys", **wanted)
        assert code == "ConformancePackTemplateValidationException"


@pytest.mark.not_kept
def test_managed_packs_and_remediations_are_refused(sandbox: Embedded, refused: Refused) -> None:
    """Managed packs, remediations and functions other than Ref in a pack's template are refused plainly."""
    put = sandbox.client("config").put_conformance_pack
    assert refused(put, ConformancePackName="keys", Source={"SourceIdentifier": "x"}) == "NotImplemented"
    remediation = "Resources: {A: {Type: 'AWS::Config::RemediationConfiguration'}}"
    function = TEMPLATE.replace("!Ref MaxAge", "!Sub '${MaxAge}'")
    for template in (remediation, function):
        assert refused(put, ConformancePackName="keys", TemplateBody=template) == "NotImplemented"
