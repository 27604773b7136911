"""Source: https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html"""

from collections.abc import Callable
from typing import Any

from guardrails.sandbox.embedded import Embedded

Refused = Callable[..., str]
RULE = {"ConfigRuleName": "root-mfa", "Source": {"Owner": "AWS", "SourceIdentifier": "ROOT_ACCOUNT_MFA_ENABLED"}}


def test_a_rule_needs_a_recorder(sandbox: Embedded, recorder: Callable[..., Any], refused: Refused) -> None:
    """Rules can be made only where there is a configuration recorder."""
    code = refused(sandbox.client("config").put_config_rule, ConfigRule=RULE)
    assert code == "NoAvailableConfigurationRecorderException"
    config = recorder()
    config.put_config_rule(ConfigRule=RULE)
    config.delete_config_rule(ConfigRuleName="root-mfa")
    assert config.describe_config_rules()["ConfigRules"] == []
